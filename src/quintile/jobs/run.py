"""run: from sources to a published snapshot; fit and score in one go, or score alone with a kept model."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quintile.domain.engine_table import EngineTable
from quintile.engine.render import render
from quintile.errors import SettingsError
from quintile.jobs.arrival import arrive
from quintile.jobs.carried import carried
from quintile.jobs.dwelt import dwelt
from quintile.jobs.judged import latest_versions
from quintile.jobs.keeping import Keeping
from quintile.jobs.past import past_of
from quintile.jobs.project import Project
from quintile.jobs.quarantine import refuse_mostly_bad
from quintile.jobs.refitted import tell_drift
from quintile.jobs.report_page import PAGE, write_page
from quintile.jobs.result import Result, collect
from quintile.jobs.stored import CUSTOMERS_TABLE
from quintile.jobs.there import KeepingThere
from quintile.jobs.wish import last_day, open_sources, read_opened
from quintile.jobs.workplace import now_text, silent, workplace
from quintile.metrics.measure import Clock
from quintile.pipeline import account, day_after_latest, score_customers
from quintile.snapshots.store import STORE, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.logged import RunLog
    from quintile.jobs.wish import Wish
    from quintile.jobs.workplace import Workplace
    from quintile.pipeline import Accounted
    from quintile.snapshots.store import Draft

RESULT_FILES = ("customers.parquet", "customers.csv", "segments.csv", "run.json", "model.json", PAGE)


def run(
    wish: Wish,
    out: Path,
    *,
    in_project: bool = False,
    wait: bool = False,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Score the customers of the sources and publish the snapshot.

    Args:
        wish: What to run.
        out: The results folder, or the project folder.
        in_project: Publish into the project's store instead of a results folder.
        wait: Wait while another run publishes to the same place, instead of giving up.
        on_step: Told the name of each step as it begins.

    Returns:
        The content of ``run.json``.

    Raises:
        QuintileError: The data, a setting or the disk is not as it must be; nothing was published, what was there
            before is untouched.
    """
    if not in_project and (wish.settings.refresh.mode == "full" or wish.backfill):
        flag = "backfill" if wish.backfill else "mode"
        raise SettingsError(flag, f"--{flag} says how a project is refreshed", fix="name it: --project DIR")
    wish = wish.with_storage(out)
    store = Store(out / STORE) if in_project else Store(out, top_links=(*RESULT_FILES, CUSTOMERS_TABLE))
    begun = store.writing(f"run-{os.getpid()}", started=now_text(), wait=wait)
    with begun as draft, _log_of(wish, out if in_project else None, draft) as log:
        readable = store.root if in_project else draft.folder
        with workplace(wish.files, wish.settings.engine, readable, anywhere=True, on_step=on_step) as place:
            make = _written if not in_project else _refreshed if place.reader is None else _renewed
            report, standing = make(place, wish, draft)
        home = standing or draft.publish(report["snapshot"])
        if log is not None:
            log.publishes(report, is_new=standing is None)
    told = {"folder": str(home), "stopped_runs": [str(stopped_run) for stopped_run in draft.stopped]}
    not_logged = {"not_logged": log.problem} if log is not None and log.problem else {}
    return {**report, **told, **not_logged}


def _log_of(wish: Wish, project: Path | None, draft: Draft) -> contextlib.AbstractContextManager[RunLog | None]:
    """What writes a project's run into its state; nothing for a results folder."""
    if project is None:
        return contextlib.nullcontext()
    from quintile.jobs.logged import logged  # noqa: PLC0415 - loads the database library, for projects alone

    return logged(wish.settings, project, draft, sources=len(wish.sources))


def _written(place: Workplace, wish: Wish, draft: Draft) -> tuple[dict[str, Any], None]:
    """The snapshot of a results folder, ready to be published."""
    result = scored_result(place, wish)
    place.on_step("writing the results")
    result.write(draft.folder, place.formats(wish.settings))
    if wish.settings.output.report:
        write_page(draft.folder)
    return result.report, None


def _refreshed(place: Workplace, wish: Wish, draft: Draft) -> tuple[dict[str, Any], Path | None]:
    """The snapshot of a project with what the sources bring, ready to be published.

    The published one stands, and its folder is returned, when it would be the same.
    """
    project = Project.at(draft.root)
    arrival = arrive(place, wish, project)
    keeping = Keeping(place, draft.folder, draft.kept, arrival)
    keeping.set_aside()
    keeping.keep_rows()
    accounted, still = arrival.with_known(place)
    place.on_step("keeping the ledger")
    accounted = keeping.keep_orders(accounted, still)
    result = _scored(place, wish, accounted, project, refreshed=still is not None)
    place.on_step("writing the results")
    keeping.name(result.report["as_of"])
    result.report["known"] = keeping.known
    result.report["refresh"] = {**arrival.refresh, "accepted": list(arrival.drift.accepted)}
    result.report["warnings"] = [*arrival.warnings, *result.report["warnings"]]
    result.write(draft.folder, place.formats(wish.settings))
    return _told(place, wish, draft, project, result)


def _renewed(place: Workplace, wish: Wish, draft: Draft) -> tuple[dict[str, Any], Path | None]:
    """The snapshot of a project whose orders lie in a server or a cluster, made of all of them; else the same."""
    project = Project.at(draft.root, anywhere=True)
    keeping = KeepingThere(place, wish, project, draft.kept)
    accounted = keeping.keep_orders(accounted_sources(place, wish))
    result = _scored(place, wish, accounted, project)
    place.on_step("writing the results")
    keeping.name(draft.folder, result.report)
    result.write(draft.folder, place.formats(wish.settings))
    return _told(place, wish, draft, project, result)


def _told(
    place: Workplace, wish: Wish, draft: Draft, project: Project, result: Result
) -> tuple[dict[str, Any], Path | None]:
    """What run.json says, the page written; and the published snapshot, where it would be the same again."""
    standing = project.same_as(result.report)
    if standing is None and wish.settings.output.report:
        least = wish.settings.alerts.least_customers
        write_page(draft.folder, past_of(place.engine, draft.folder, result.report, draft.root, least))
    return result.report, standing


def run_in_memory(wish: Wish, out: Path | None = None) -> tuple[object, dict[str, Any], RfmModel]:
    """Score the customers of the sources and keep everything in memory.

    Args:
        wish: What to run.
        out: Also publish the snapshot into this results folder.

    Returns:
        The customers as an Arrow stream that outlives the job, the report, and the model that scored.
    """
    if out is None:
        with workplace(wish.files, wish.settings.engine, keep_engine=True) as place:
            return _kept(place, scored_result(place, wish))
    with (
        Store(out, top_links=(*RESULT_FILES, CUSTOMERS_TABLE)).writing(
            f"run-{os.getpid()}", started=now_text()
        ) as draft,
        workplace(wish.files, wish.settings.engine, draft.folder, keep_engine=True) as place,
    ):
        result = scored_result(place, wish)
        kept = _kept(place, result)
        snapshot = result.write(draft.folder, place.formats(wish.settings))
        if wish.settings.output.report:
            write_page(draft.folder)
        draft.publish(snapshot)
    return kept


def _kept(place: Workplace, result: Result) -> tuple[object, dict[str, Any], RfmModel]:
    customers = place.engine.table("customers", result.customers)
    rows = place.files.arrow(render("SELECT * FROM {customers}", customers=customers))
    return rows, result.report, result.model


def accounted_sources(place: Workplace, wish: Wish) -> Accounted:
    """Open, read and account for every row of the wish's sources."""
    settings = wish.clocked
    tables = open_sources(place, wish)
    transactions = read_opened(place, wish, tables)
    place.on_step("building the ledger")
    day = last_day(wish.as_of, settings)
    transactions = latest_versions(place.engine, transactions, settings, day)
    accounted = account(place.engine, tables, transactions, settings, last_day=day, rates=place.rates(settings))
    refuse_mostly_bad(place.engine, accounted)
    return accounted


def scored_result(place: Workplace, wish: Wish) -> Result:
    """Read, account, measure, score and assign; the result still lies in the engine."""
    return _scored(place, wish, accounted_sources(place, wish))


def _scored(
    place: Workplace, wish: Wish, accounted: Accounted, project: Project | None = None, *, refreshed: bool = False
) -> Result:
    model = wish.model or _wanted_model(wish, project)
    time_zone = wish.settings.ledger.time_zone
    if isinstance(wish.as_of, datetime) and model.recency == "calendar":
        raise SettingsError(
            "as_of", "calendar days know no time of day", fix="give a date, or count full days: --recency elapsed"
        )
    as_of = _analysis_date(wish, accounted.ledger, model, project)
    clock, known = Clock.at(as_of, model, time_zone), None
    if refreshed and project is not None and project.snapshot is not None:
        known = carried(place.engine, project.snapshot, accounted.ledger, model, clock)
    scored = score_customers(
        place.engine,
        accounted,
        model,
        clock,
        population=place.people(model.population, accounted.ledger),
        on_step=place.on_step,
        carried=known,
        learn=project is not None,
    )
    if project is not None:
        scored = dwelt(place.engine, scored, project.store, as_of, place.formats(wish.settings))
    # The rows of a table have no place to be found at.
    examples = project is None and not any(isinstance(source, EngineTable) for source in wish.sources)
    result = collect(
        place.engine, accounted, scored, as_of=as_of, as_of_given=wish.as_of is not None, examples=examples
    )
    if project is not None:
        tell_drift(place.engine, scored, project, wish.settings, result.report)
    return result


def _wanted_model(wish: Wish, project: Project | None) -> RfmModel:
    """The model of the settings; in a project with the cut points learned before, unless a new fit is asked for."""
    wanted = wish.settings.model.model()
    return wanted if project is None or wish.settings.refresh.refit else project.frozen(wanted)


def _analysis_date(wish: Wish, ledger: Ledger, model: RfmModel, project: Project | None) -> date:
    """The date that was asked for, else the day after the latest purchase; in a project never before the last one."""
    if wish.as_of is not None:
        return wish.as_of
    found = day_after_latest(ledger, model, wish.settings.ledger.time_zone)
    return found if project is None else project.published.not_before(found)
