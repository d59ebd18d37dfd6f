"""run: from sources to a published snapshot; fit and score in one go, or score alone with a kept model."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from quintile.engine.render import render
from quintile.jobs.accounts.scored import scored_result
from quintile.jobs.project.stored import CUSTOMERS_TABLE
from quintile.jobs.results.result import PAGE
from quintile.jobs.workplace.idle import no_project
from quintile.jobs.workplace.workplace import now_text, silent, workplace
from quintile.snapshots.store import STORE, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.logged import RunLog
    from quintile.jobs.results.result import Result
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
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
        raise no_project("backfill" if wish.backfill else "mode")
    wish = wish.with_storage(out)
    store = Store(out / STORE) if in_project else Store(out, top_links=(*RESULT_FILES, CUSTOMERS_TABLE))
    begun = store.writing(f"run-{os.getpid()}", started=now_text(), wait=wait)
    with begun as draft, _log_of(wish, out if in_project else None, draft) as log:
        readable = store.root if in_project else draft.folder
        with workplace(wish.files, wish.settings.engine, readable, anywhere=True, on_step=on_step) as place:
            make = _refreshed if in_project else _written
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
    _write_page(wish, draft)
    return result.report, None


def _refreshed(place: Workplace, wish: Wish, draft: Draft) -> tuple[dict[str, Any], Path | None]:
    """The snapshot of a project, ready to be published; the published one stands where it would be the same."""
    from quintile.jobs import refresh  # noqa: PLC0415 - a results folder needs none of it

    make = refresh.refreshed if place.reader is None else refresh.renewed
    return make(place, wish, draft)


def _write_page(wish: Wish, draft: Draft) -> None:
    if wish.settings.output.report:
        from quintile.jobs.report_page import write_page  # noqa: PLC0415 - loads templates and pictures

        write_page(draft.folder)


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
        _write_page(wish, draft)
        draft.publish(snapshot)
    return kept


def _kept(place: Workplace, result: Result) -> tuple[object, dict[str, Any], RfmModel]:
    customers = place.engine.table("customers", result.customers)
    rows = place.files.arrow(render("SELECT * FROM {customers}", customers=customers))
    return rows, result.report, result.model
