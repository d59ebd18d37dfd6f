"""run: from sources to a published snapshot; fit and score in one go, or score alone with a kept model."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.settings import POPULATIONS, Settings
from quintile.engine.render import render
from quintile.errors import DataError, Place, SettingsError
from quintile.jobs.quarantine import refuse_mostly_bad
from quintile.jobs.result import Result, collect
from quintile.jobs.workplace import now_text, silent, today, workplace
from quintile.metrics.measure import Clock
from quintile.pipeline import account, day_after_latest, score_customers
from quintile.snapshots.store import Store
from quintile.sources.rates import ECB

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace import Workplace
    from quintile.pipeline import Accounted
    from quintile.sources.located import SourceTable

RESULT_FILES = ("customers.parquet", "customers.csv", "segments.csv", "run.json", "model.json")
STORE = "store"


@dataclass(frozen=True)
class Wish:
    """What to run: sources (paths or frames), settings, the analysis date if named, a kept model if any."""

    sources: Sequence[object]
    settings: Settings = field(default_factory=Settings)
    as_of: date | None = None
    model: RfmModel | None = None

    @property
    def files(self) -> list[Path]:
        """Every file the wish may read: sources, rates, a customer list."""
        population = (self.model or self.settings.model).population
        named = [self.settings.ledger.rates, population]
        sources = [source for source in self.sources if isinstance(source, Path)]
        return sources + [Path(name) for name in named if name not in {None, ECB, *POPULATIONS} and name]


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
        before
            is untouched.
    """
    store = Store(out / STORE) if in_project else Store(out, top_links=RESULT_FILES)
    run_id = f"run-{os.getpid()}"
    with store.writing(run_id, started=now_text(), wait=wait) as draft:
        with workplace(wish.files, wish.settings.engine, draft.folder, on_step=on_step) as place:
            result = scored_result(place, wish)
            on_step("writing the results")
            snapshot = result.write(draft.folder, wish.settings.output.formats)
        home = draft.publish(snapshot)
    stopped = [str(stopped_run) for stopped_run in draft.stopped]
    return {**result.report, "snapshot": snapshot, "folder": str(home), "stopped_runs": stopped}


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
        Store(out, top_links=RESULT_FILES).writing(f"run-{os.getpid()}", started=now_text()) as draft,
        workplace(wish.files, wish.settings.engine, draft.folder, keep_engine=True) as place,
    ):
        result = scored_result(place, wish)
        kept = _kept(place, result)
        draft.publish(result.write(draft.folder, wish.settings.output.formats))
    return kept


def _kept(place: Workplace, result: Result) -> tuple[object, dict[str, Any], RfmModel]:
    customers = place.engine.table("customers", result.customers)
    rows = place.engine.arrow(render("SELECT * FROM {customers}", customers=customers))
    return rows, result.report, result.model


def accounted_sources(place: Workplace, wish: Wish) -> Accounted:
    """Open, read and account for every row of the wish's sources."""
    settings = wish.settings
    if wish.model is not None:
        settings = replace(settings, model=replace(settings.model, recency=wish.model.recency))
    if not wish.sources:
        raise SettingsError("source", "no source is given", fix="name at least one file or table")
    place.on_step("reading")
    tables = place.open(wish.sources, settings)
    _refuse_twice(tables)
    place.on_step("building the ledger")
    accounted = account(
        place.engine, tables, settings, last_day=last_day(wish.as_of, settings), rates=place.rates(settings)
    )
    refuse_mostly_bad(place.engine, accounted)
    return accounted


def _refuse_twice(tables: Sequence[SourceTable]) -> None:
    """The same bytes given twice would count every order line twice."""
    seen: dict[str, str] = {}
    for table in tables:
        if table.sha256 in seen:
            raise DataError(
                "same_file_twice",
                f"{table.name} has the same content as {seen[table.sha256]}",
                fix="give each file once",
                place=Place(table.name),
            )
        if table.sha256:
            seen[table.sha256] = table.name


def scored_result(place: Workplace, wish: Wish) -> Result:
    """Read, account, measure, score and assign; the result still lies in the engine."""
    accounted = accounted_sources(place, wish)
    model = wish.model or wish.settings.model.model()
    time_zone = wish.settings.ledger.time_zone
    if isinstance(wish.as_of, datetime) and model.recency == "calendar":
        raise SettingsError(
            "as_of", "calendar days know no time of day", fix="give a date, or count full days: --recency elapsed"
        )
    as_of = wish.as_of or day_after_latest(accounted.ledger, model, time_zone)
    scored = score_customers(
        place.engine,
        accounted,
        model,
        Clock.at(as_of, model, time_zone),
        population=place.people(model.population, accounted.ledger),
        on_step=place.on_step,
    )
    return collect(place.engine, accounted, scored, as_of=as_of, as_of_given=wish.as_of is not None)


def last_day(as_of: date | None, settings: Settings) -> date:
    """The later of the analysis date and the shop's today: what lies after it is in the future."""
    now = today(settings.ledger.time_zone)
    if as_of is None:
        return now
    return max(now, as_of.date() if isinstance(as_of, datetime) else as_of)
