"""history: the snapshots a project would have published at past dates, all computed in one pass over its orders.

They show the past as it is known now. Each is kept as a snapshot of its own; the current one stays the current one.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import BridgeStep
from quintile.domain.rfm_model import RfmModel
from quintile.domain.transactions import Transactions
from quintile.engine.render import render
from quintile.errors import DataError, Place, SettingsError
from quintile.jobs.arrivals.dwelt import dwelt
from quintile.jobs.moves.kept_scores import ON_A_LIST
from quintile.jobs.project.kept_orders import kept_ledger
from quintile.jobs.project.project import MODEL_JSON, PROFILE_JSON, Project
from quintile.jobs.project.shortened import reaches_back, stay_shortened
from quintile.jobs.project.stored import CUSTOMERS_FILE, CUSTOMERS_TABLE, customers_of, stored
from quintile.jobs.results.result import collect
from quintile.jobs.workplace.server import with_storage
from quintile.jobs.workplace.workplace import now_text, silent, today, workplace
from quintile.metrics.measure import Clock
from quintile.metrics.partials import Partials, sum_orders
from quintile.pipeline import Accounted, MeasuredCustomers, score_measured
from quintile.snapshots.ledger_files import LEDGER_JSON
from quintile.snapshots.order_files import ORDERS_JSON, OrderFiles
from quintile.snapshots.series import report_of, series
from quintile.snapshots.store import STORE, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rhythm import Rhythm
    from quintile.domain.settings import Settings
    from quintile.jobs.results.result import Result
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.snapshots.store import Draft

_LISTED = "(SELECT customer_key FROM ({customers}))"
_FORMATS = ("parquet",)  # the lists that people open are those of the current snapshot
_TOO_EARLY, _EMPTY, _GONE = "before_first_order", "empty_window", "orders_removed"
_WHY = {
    _TOO_EARLY: "the first purchase is not before {}, so nobody was a customer yet",
    _EMPTY: "no purchase lies in the window that ends on {}",
    _GONE: "retention removed orders of the window that ends on {}",
}


@dataclass(frozen=True)
class Dates:
    """Which past dates are wanted; without ``last`` they end with the last published analysis date."""

    every: Rhythm
    first: date
    last: date | None = None


@dataclass(frozen=True)
class _Published:
    """What every past snapshot shares with the published one: model, report, ledger, orders."""

    project: Project
    folder: Path
    report: dict[str, Any]
    model: RfmModel
    orders: OrderFiles
    settings: Settings

    @property
    def customers(self) -> Path:
        """Its customers by key.

        Raises:
            SettingsError: ``project``, it keeps none.
        """
        found = customers_of(self.folder)
        if found is None:
            message = f"the published snapshot has no {CUSTOMERS_FILE}, which says who is on the list of customers"
            place = Place(str(self.folder))
            raise SettingsError("project", message, fix="run again with --formats parquet,csv", place=place)
        return found

    def clock(self, day: date) -> Clock:
        return Clock.at(day, self.model, self.settings.ledger.time_zone)

    def accounted(self, ledger: Ledger) -> Accounted:
        """The kept orders as if they had just been accounted for; what became of rows is told by the runs."""
        transactions = Transactions(
            table="", located="", raw_roles=(), roles=self.project.roles, rows=ledger.lines, files=()
        )
        steps = [BridgeStep("ledger", ledger.lines, {ledger.currency: ledger.net}, is_total=True)]
        day = today(self.settings.ledger.time_zone)
        return Accounted((), self.settings, day, transactions, ledger, steps)


def history(
    project: Path,
    settings: Settings,
    dates: Dates,
    *,
    wait: bool = False,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Publish the snapshots of past dates, from the orders as they are known now.

    Customers, scores and segments of each are those that a run of its own would publish for that date, by the model of
    the published snapshot: with its cut points, or with ``refit`` in the settings with cut points learned at each date.

    Args:
        project: The project's folder.
        settings: Its settings.
        dates: Which dates.
        wait: Wait while another run publishes to the same place, instead of giving up.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``known`` (the ledger), ``snapshots`` with a line for each date (``added`` is false where the
        same one was there already, ``rewritten`` is true where its table was gone), and the dates ``left_out`` with
        the reason.

    Raises:
        SettingsError: The project has no snapshot with orders, or a date lies after its last analysis date.
        QuintileError: A file of the store is damaged, or the disk is not as it must be; what was added stays.
    """
    store = Store(project / STORE)
    _open(project, settings)  # before the store is written to, which makes it
    from quintile.jobs.logged import logged  # noqa: PLC0415 - loads the database library, for projects alone

    writing = store.writing(f"history-{os.getpid()}", started=now_text(), wait=wait)
    with writing as draft, logged(settings, project, draft) as log:
        published = _open(project, settings)
        days = _days(published, dates)
        engine = with_storage(settings.engine, project)
        with workplace([], engine, store.root, anywhere=True, on_step=on_step) as place:
            found = _add_all(place, published, days, draft)
        log.adds([line["snapshot"] for line in found["snapshots"] if line["added"]])
    return {
        "known": published.report["known"],
        "refit": settings.refresh.refit,
        **found,
        "stopped_runs": [str(stopped_run) for stopped_run in draft.stopped],
        **({"not_logged": log.problem} if log.problem else {}),
    }


def _open(home: Path, settings: Settings) -> _Published:
    """The published snapshot and what it names."""
    project = Project.at(home / STORE, anywhere=True)
    orders = OrderFiles.of(project.snapshot)
    if project.snapshot is None or project.files is None or orders is None:
        message = "the project has no snapshot that keeps its orders"
        fix = f"publish one: quintile run SOURCE --project {home}"
        raise SettingsError("project", message, fix=fix, place=Place(str(home)))
    model = RfmModel.from_json((project.snapshot / MODEL_JSON).read_text(encoding="utf-8"))
    if settings.refresh.refit:
        model = replace(model, cuts=None, fitted=None)
    ledger = replace(settings.ledger, time_zone=project.files.meaning.time_zone)
    report = next(report_of(one) for one in series(project.store) if one.is_current)
    return _Published(project, project.snapshot, report, model, orders, replace(settings, ledger=ledger))


def _days(published: _Published, dates: Dates) -> list[date]:
    """The dates that are wanted.

    Raises:
        SettingsError: One lies after the last published analysis date, or there is none.
    """
    latest = published.project.published.moment
    if latest is None:
        return []
    days = dates.every.dates(dates.first, dates.last or max(latest.date(), dates.first))
    if datetime.combine(days[-1], time.min) > latest:
        message = f"{days[-1]} is later than {latest.date()}, the last published analysis date, so it is not the past"
        fix = f"end with --to {latest.date()}; a new analysis date is published by: quintile run"
        raise SettingsError("to", message, fix=fix)
    return days


def _add_all(place: Workplace, published: _Published, days: list[date], draft: Draft) -> dict[str, Any]:
    """Sum the orders once, then add a snapshot for each date; the earliest first."""
    engine = place.engine
    ledger = kept_ledger(engine, published.orders, [draft.root])
    published.model.require_currency(ledger.currency)
    clocks = {day: published.clock(day) for day in days}
    begun = [day for day in days if ledger.first_at is not None and clocks[day].moment > ledger.first_at]
    gone = [day for day in begun if reaches_back(published.report, published.model, day)]
    left_out = [_left_out(day, _GONE if day in gone else _TOO_EARLY) for day in days if day not in begun or day in gone]
    begun = [day for day in begun if day not in gone]
    lines: list[dict[str, Any]] = []
    if not begun:
        return {"snapshots": lines, "left_out": left_out}
    place.on_step("summing the orders once for all dates")
    partials = sum_orders(engine, ledger, published.model, [clocks[day] for day in begun])
    standing = _standing(draft.root)
    for number, day in enumerate(begun, start=1):
        place.on_step(f"{day} ({number} of {len(begun)})")
        if not partials.places(clocks[day]).inside[0]:
            left_out.append(_left_out(day, _EMPTY))
            continue
        result = _scored(place, published, partials, day)
        lines.append(_add(place, published, result, draft, standing))
    return {"snapshots": lines, "left_out": left_out}


def _scored(place: Workplace, published: _Published, partials: Partials, day: date) -> Result:
    engine, model, clock = place.engine, published.model, published.clock(day)
    population = None
    if model.population == ON_A_LIST:  # the list as the published snapshot knew it
        population = render(_LISTED, customers=stored(engine, [published.customers]))
    rfm = partials.measure(engine, model, clock, population)
    steps = partials.steps(engine, rfm, clock, every_buyer=population is None)
    accounted = published.accounted(partials.ledger)
    scored = score_measured(engine, accounted, model, MeasuredCustomers(rfm, clock, steps))
    scored = dwelt(engine, scored, published.project.store, day)
    result = collect(engine, accounted, scored, as_of=day, as_of_given=True, examples=False)
    result.report["assumed"] = published.report["assumed"]
    result.report["known"] = published.report["known"]
    stay_shortened(result.report, published.report)
    return result


def _add(
    place: Workplace, published: _Published, result: Result, draft: Draft, standing: dict[tuple[Any, ...], str]
) -> dict[str, Any]:
    """Keep a snapshot, unless one with the same customers, of the same date, ledger and model is there."""
    for file in (LEDGER_JSON, ORDERS_JSON, PROFILE_JSON):
        shutil.copyfile(published.folder / file, draft.folder / file)
    gone = _gone(place, draft.root, result.report["as_of"])
    snapshot = result.write(draft.folder, ("table",) if place.reader is not None else _FORMATS)
    report = result.report
    there = standing.get(_content(report))
    if there is None:
        snapshot = draft.add(snapshot).name
    else:
        draft.clear()
    return {
        "as_of": report["as_of"],
        "snapshot": there or snapshot,
        "added": there is None,
        **({"rewritten": True} if there in gone else {}),
        "customers": report["counts"]["customers"],
        "buyers": report["counts"]["buyers"],
    }


def _gone(place: Workplace, store: Path, as_of: str) -> set[str | None]:
    """The snapshots of a date whose customers lay in a server or a cluster, where they are no more."""
    gone: set[str | None] = set()
    for one in series(store) if place.reader is not None else ():
        path = customers_of(one.folder)
        if one.as_of == as_of and path is not None:
            try:
                stored(place.engine, [path])
            except DataError:
                gone.add(one.id)
    return gone


def _standing(store: Path) -> dict[tuple[Any, ...], str]:
    """The snapshots that are there, by what makes another one needless."""
    return {_content(report_of(one)): one.id for one in series(store)}


def _content(report: dict[str, Any]) -> tuple[Any, ...]:
    files = report.get("files", {})
    customers = files.get(CUSTOMERS_FILE) or files.get(CUSTOMERS_TABLE)
    return report["as_of"], report.get("known", {}).get("ledger"), report["model"]["fingerprint"], customers


def _left_out(day: date, reason: str) -> dict[str, str]:
    return {"as_of": day.isoformat(), "reason": reason, "message": _WHY[reason].format(day)}
