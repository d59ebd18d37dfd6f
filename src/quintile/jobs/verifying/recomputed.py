"""Recomputed: the current snapshot made anew from the rows of its ledger, and held against the one that was published.

Nothing of a refresh is reused: neither the kept orders nor the kept scores.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from quintile.domain.rfm_model import RfmModel
from quintile.domain.transactions import FileRead, Transactions
from quintile.engine.render import joined, literal, render
from quintile.errors import SettingsError
from quintile.jobs.accounts.known_rows import KNOWN_ROWS, known_people, known_rows
from quintile.jobs.arrivals.dwelt import as_published
from quintile.jobs.project.kept_orders import judged_by, keep_orders, kept_ledger
from quintile.jobs.project.one_result import read_report
from quintile.jobs.project.project import MODEL_JSON, RUN_JSON, Project
from quintile.jobs.project.sealed import ERASED
from quintile.jobs.results.result import collect
from quintile.jobs.verifying.verified import Problem
from quintile.jobs.workplace.wish import Wish
from quintile.jobs.workplace.workplace import today, workplace
from quintile.ledger.people import customer_keys
from quintile.metrics.measure import Clock
from quintile.pipeline import account, score_customers
from quintile.snapshots.order_files import ORDERS, OrderFiles, month_of
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.engine.base import Engine
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

_COMPARED = ("customers.parquet", "customers.csv", "segments.csv", MODEL_JSON)
_FIX = "publish it anew: quintile run SOURCE --project DIR; if it differs again, please report it"
_NAMES = "SELECT customer_key, customer_id FROM read_parquet([{files}], hive_partitioning = false)"
_ORDERS = "SELECT * FROM read_parquet({file}, hive_partitioning = false)"
_OTHERS = "SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one}))"
_UNLIKE = "SELECT count(*) FROM (({one}) EXCEPT ({other}) UNION ALL (({other}) EXCEPT ({one})))"


def differences(project: Path, settings: Settings, on_step: Callable[[str], None]) -> list[Problem]:
    """The files of the current snapshot that are not what its ledger's rows give.

    Raises:
        SettingsError: The settings are not those that the snapshot was made with.
    """
    found = Project.at(project / STORE)
    orders = OrderFiles.of(found.snapshot)
    if found.snapshot is None or found.files is None or orders is None:
        return []
    rules = replace(settings.ledger, grain=found.files.meaning.grain)  # type: ignore[arg-type]
    settings = replace(settings, ledger=rules)
    report = read_report(found.snapshot / RUN_JSON)
    with workplace(Wish([], settings).files, settings.engine, found.store, on_step=on_step) as place:
        on_step("making the ledger of all rows")
        accounted = _accounted(place, found, settings)
        if orders.judged_by not in {"", judged_by(accounted.ledger, settings)}:
            message = "the current snapshot was made with other settings, or by another version of quintile"
            raise SettingsError("settings", message, fix="give the flags of its run, or run again with those of now")
        kept, folder = place.staging / "kept", place.staging / "anew"
        folder.mkdir()
        ids = customer_keys(
            place.engine, known_people(place.engine, found), accounted.transactions, rules, accounted.last_day
        )
        anew = keep_orders(place.engine, accounted.ledger, ids, kept, settings, None)
        problems = list(_orders_unlike(place.engine, found.store, orders, kept, anew))
        accounted = replace(accounted, ledger=kept_ledger(place.engine, anew, [kept], accounted.ledger))
        _write(place, accounted, report, found.snapshot, folder)
        problems += _files_unlike(place.engine, found.snapshot, folder, report)
    return problems


def _accounted(place: Workplace, project: Project, settings: Settings) -> Accounted:
    rows = project.row_count
    known_rows(place.engine, project, settings.ledger.base_currency, by_currency=False)
    by_email = project.files is not None and project.files.meaning.customer_is_email
    transactions = Transactions(
        table=KNOWN_ROWS,
        located=KNOWN_ROWS,
        raw_roles=(),
        roles=project.roles,
        rows=rows,
        files=(FileRead("ledger", None, rows),),
        assumed={"customer_is_email": by_email},
        on_utc=settings.model.recency == "elapsed",
    )
    transactions = place.beside(transactions, settings)
    day = today(settings.ledger.time_zone)
    return account(place.engine, [], transactions, settings, last_day=day, rates=place.rates(settings))


def _write(place: Workplace, accounted: Accounted, report: dict[str, Any], home: Path, folder: Path) -> None:
    """Write what the snapshot ``home`` should be into another folder."""
    model = RfmModel.from_json(_text(home / MODEL_JSON))
    as_of = _day(report["as_of"])
    ledger = accounted.ledger
    scored = score_customers(
        place.engine,
        accounted,
        model,
        Clock.at(as_of, model, accounted.settings.ledger.time_zone),
        population=place.people(model.population, ledger),
        on_step=place.on_step,
    )
    scored = as_published(place.engine, scored, home, report)
    result = collect(place.engine, accounted, scored, as_of=as_of, as_of_given=True, examples=False)
    result.write(folder, tuple(kind for kind in ("parquet", "csv") if f"customers.{kind}" in report["files"]))


def _day(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _orders_unlike(engine: Engine, store: Path, orders: OrderFiles, kept: Path, anew: OrderFiles) -> Iterator[Problem]:
    """Months whose orders differ, and the list of ids, which later runs may have added to in files of their own."""
    made = {month_of(file): file for file in anew.months}
    for file in orders.months:
        mine = made.pop(month_of(file), None)
        if mine is None or (mine.name != file.name and _differ(engine, store / file.name, kept / mine.name)):
            yield Problem(store / file.name, "the ledger's rows give other orders", _FIX)
    if made:
        yield Problem(store / ORDERS, "the ledger's rows give other orders", _FIX)
    one, other = (
        render(_NAMES, files=joined(literal(str(path)) for path in files.name_paths(root)))
        for files, root in ((orders, store), (anew, kept))
    )
    if engine.rows(render(_UNLIKE, one=one, other=other))[0][0]:
        yield Problem(store / orders.names[0].name, "the ledger's people give other customers", _FIX)


def _differ(engine: Engine, stored: Path, made: Path) -> bool:
    """Whether two files of orders hold other rows; a file without the rows that went is not cut as a new one is."""
    one, other = (render(_ORDERS, file=literal(str(path))) for path in (stored, made))
    return bool(engine.rows(render(_OTHERS, one=one, other=other))[0][0])


def _files_unlike(engine: Engine, home: Path, folder: Path, report: dict[str, Any]) -> Iterator[Problem]:
    """Files whose bytes differ; where somebody was erased, Parquet files with other rows.

    The counts of segments stay as they were published then.
    """
    for name in _COMPARED:
        if name not in report["files"] or (name == "segments.csv" and report.get(ERASED)):
            continue
        is_shortened = name.endswith(".parquet") and report.get(ERASED)
        if (home / name).read_bytes() != (folder / name).read_bytes() and not (
            is_shortened and not _differ(engine, home / name, folder / name)
        ):
            yield Problem(home / name, "the ledger's rows give other bytes", _FIX)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
