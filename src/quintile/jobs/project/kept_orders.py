"""Kept orders: the orders of a project's ledger as its store keeps them, month by month, under numbers for ids."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import quintile
from quintile.domain.ledger import Ledger
from quintile.domain.order_sums import KeptMonths
from quintile.domain.settings import LedgerSettings
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.jobs.project.stored import FILES, files_of, keep, stored
from quintile.ledger.month_sums import PART_MONTH, sums_by_month
from quintile.ledger.rules.lines import PARTS, PARTS_VIEW, SHIFT
from quintile.ledger.rules.refunds import Told, net_refunds, orders_of
from quintile.ledger.untouched import ALL_PARTS
from quintile.snapshots.order_files import NAMES, ORDERS, OrderFiles, month_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.engine.base import Engine
    from quintile.snapshots.ledger_files import KeptFile

KEPT_PARTS, NUMBERED, CUSTOMER_NAMES, LISTED = "kept_parts", "numbered_ids", "customer_names", "listed_people"
# What a refresh makes: the kept parts before it, the orders it has to make anew, the people it met first.
KEPT_BEFORE, TOUCHED, TOUCHED_BEFORE, NEW_NAMES = "kept_before", "touched_orders", "touched_before", "new_names"

# Columns that served to find repetitions, and the type of those that say nothing.
_SERVED, _SAYS_NOTHING = ("customer_key", "two_customers", "marks"), "UTINYINT"
_NAMED = """
SELECT names.customer_key, part.* EXCLUDE ({served})
FROM {parts} AS part LEFT JOIN {names} AS names ON names.customer_id = CAST(part.customer_key AS VARCHAR)
"""
_TIME = "make_timestamp(first_us % {shift})"
_MONTHS = "SELECT DISTINCT {month} FROM {parts}"
_OF_MONTH = """
SELECT {written} FROM {parts} WHERE {time} >= {month} AND {time} < {month} + INTERVAL 1 MONTH
ORDER BY {time}, {columns}
"""
# A column's nulls elsewhere in the table must not show in a month's Parquet file, so every column may hold some.
_WRITTEN = "TRY({column}) AS {column}"
_GONE = "SELECT 1 FROM ({known}) ANTI JOIN {names} USING (customer_key, customer_id) LIMIT 1"
_NEW = "SELECT * FROM {names} ANTI JOIN ({known}) USING (customer_key, customer_id)"
_NAMES = "SELECT customer_key, customer_id FROM {names} ORDER BY customer_key"
_LISTED = """
SELECT customer_key FROM {names} SEMI JOIN (SELECT CAST(customer_key AS VARCHAR) AS customer_id FROM {people})
    USING (customer_id)
"""
# What a ledger says of its tables and of a run's rows, and the other values that JSON has to hold as text.
_OF_THE_RUN = {"orders", "people", "names", "second", "rows", "fates", "warnings", "months", "days"}
_MONEY = ("column_refunds", "after_refunds", "net", "table_refunds")
_TIMES = ("first_at", "last_at")


@dataclass(frozen=True)
class Before:
    """What a project's store holds before a run."""

    store: Path
    files: OrderFiles


def keep_orders(
    engine: Engine, ledger: Ledger, names: Sql, kept: Path, settings: Settings, before: Before | None
) -> OrderFiles:
    """Write the parts of all orders, a file for each month, and all customers' keys and ids.

    Args:
        engine: Where ``order_parts`` are, under ids.
        ledger: What is told of them.
        names: Query with ``customer_id`` and ``customer_key`` of everybody.
        kept: The folder of files that outlive the snapshot.
        settings: What judged the rows.
        before: The files of keys and ids before; if they still hold, new ones are added to them.
    """
    names = engine.table(NUMBERED, names)
    sums = sums_by_month(engine, Sql(PARTS_VIEW), Sql(ledger.orders))
    parts = engine.table(KEPT_PARTS, _under_numbers(engine, Sql(PARTS_VIEW), names))
    engine.drop(PARTS)
    time = render(_TIME, shift=literal(SHIFT))
    shared = {"parts": parts, "time": time, **_columns(engine, parts)}
    months = [
        keep(engine, kept, ORDERS, f"{month:%Y-%m}-", render(_OF_MONTH, month=literal(month), **shared))
        for month in sums
    ]
    named = _name_files(engine, names, before, kept)
    engine.drop(NUMBERED)
    return OrderFiles(tuple(months), named, _told(ledger, settings), judged_by(ledger, settings), sums)


def _name_files(engine: Engine, names: Sql, before: Before | None, kept: Path) -> tuple[KeptFile, ...]:
    """Those before and one of the new people, or one of all people where some of them were merged."""
    if before is None:
        return (keep(engine, kept, NAMES, "", render(_NAMES, names=names)),)
    known = stored(engine, before.files.name_paths(before.store))
    if engine.rows(render(_GONE, known=known, names=names)):
        return (keep(engine, kept, NAMES, "", render(_NAMES, names=names)),)
    new = render("({new})", new=render(_NEW, known=known, names=names))
    if not engine.rows(render("SELECT 1 FROM {new} LIMIT 1", new=new)):
        return before.files.names
    return (*before.files.names, keep(engine, kept, NAMES, "", render(_NAMES, names=new)))


def keep_touched(engine: Engine, ledger: Ledger, before: OrderFiles, kept: Path, settings: Settings) -> OrderFiles:
    """Write the files of the months in which a part was made anew; the others stand.

    Args:
        engine: Where the view of all parts is, and the kept ones and their ids before, all under numbers.
        ledger: What is told of all orders.
        before: The files before.
        kept: The folder of files that outlive the snapshot.
        settings: What judged the rows.
    """
    parts, time = Sql(ALL_PARTS), render(_TIME, shift=literal(SHIFT))
    shared = {"parts": parts, "time": time, **_columns(engine, name(KEPT_BEFORE))}
    changed = sums_by_month(engine, parts, Sql(ledger.orders))
    had = engine.rows(render(_MONTHS, month=PART_MONTH, parts=name(TOUCHED_BEFORE)))
    emptied = {month for (month,) in had} - changed.keys()
    months = {month_of(file): file for file in before.months if month_of(file) not in emptied}
    for month in changed:
        of_month = render(_OF_MONTH, month=literal(month), **shared)
        months[month] = keep(engine, kept, ORDERS, f"{month:%Y-%m}-", of_month)
    names = before.names
    if engine.rows(render("SELECT 1 FROM {added} LIMIT 1", added=name(NEW_NAMES))):
        names = (*names, keep(engine, kept, NAMES, "", render(_NAMES, names=name(NEW_NAMES))))
    files = tuple(file for _, file in sorted(months.items()))
    sums = {month: (before.sums | changed)[month] for month in sorted(months)}
    return OrderFiles(files, names, _told(ledger, settings), judged_by(ledger, settings), sums)


def kept_ledger(
    engine: Engine,
    files: OrderFiles,
    folders: Sequence[Path],
    found: Ledger | None = None,
    parts: Sql | None = None,
    *,
    by_month: bool = False,
) -> Ledger:
    """The ledger over kept orders: the view ``orders`` under numbers, and whose they are.

    Args:
        engine: It may read the folders.
        files: The orders' files.
        folders: Where a file may lie: the store, and before it what a run has not published yet.
        found: The same ledger as it was just built, with what no file keeps; None reads what the files say.
        parts: The table of what the files hold, if it is still there.
        by_month: Also tell the ledger of its months.
    """
    for table, listed in ((PARTS_VIEW, files.months), (CUSTOMER_NAMES, files.names)):
        engine.view(table, stored(engine, [_path_of(file, folders) for file in listed]))
    if parts is not None:
        engine.view(PARTS_VIEW, render("SELECT * FROM {parts}", parts=parts))
    ledger = found or from_json(files.ledger)
    columns = engine.columns(render("SELECT * FROM {parts}", parts=Sql(PARTS_VIEW)))
    rules = LedgerSettings(refunds=files.ledger["refunds_by"], zero_orders=files.ledger["zero_orders"])
    told = Told("refund" in columns, "returned" in columns)
    people = ledger.people
    if people is not None:
        people = engine.table(LISTED, render(_LISTED, names=name(CUSTOMER_NAMES), people=Sql(people)))
    orders = net_refunds(engine, Sql(PARTS_VIEW), rules, told)
    months = None
    if by_month:
        paths = {month_of(file): _path_of(file, folders) for file in files.months}
        months = KeptMonths(files.sums, lambda wanted: orders_of(some_months(paths, wanted), rules, told))
    return replace(ledger, orders=orders, names=CUSTOMER_NAMES, people=people, months=months)


def some_months(paths: Mapping[date, Path], wanted: Collection[date]) -> Sql:
    """The query, in brackets, of the kept parts of some months; without any, of no part at all."""
    listed = files_of([paths[month] for month in wanted or paths])
    return render("({parts})" if wanted else "({parts} LIMIT 0)", parts=listed)


def _path_of(file: KeptFile, folders: Sequence[Path]) -> Path:
    return next(path for root in folders if (path := root / file.name).exists())


def _told(ledger: Ledger, settings: Settings) -> dict[str, Any]:
    # A project keeps ids as text, whatever type the source's had that brought them.
    kept = {"key_type": "VARCHAR", "refunds_by": settings.ledger.refunds, "zero_orders": settings.ledger.zero_orders}
    return as_json(ledger) | kept


def _under_numbers(engine: Engine, parts: Sql, names: Sql) -> Sql:
    """The query of the settled parts with numbers in place of ids."""
    kinds = engine.columns(render("SELECT * EXCLUDE (fate) FROM {parts}", parts=parts))
    served = [*_SERVED, *(column for column, kind in kinds.items() if kind == _SAYS_NOTHING and column not in _SERVED)]
    return render(_NAMED, served=joined(map(name, served)), parts=parts, names=names)


def _columns(engine: Engine, parts: Sql) -> dict[str, Sql]:
    """All columns, to sort by and to write."""
    columns = [name(column) for column in engine.columns(render("SELECT * FROM {parts}", parts=parts))]
    written = (render(_WRITTEN, column=column) for column in columns) if engine.name == FILES else columns
    return {"columns": joined(columns), "written": joined(written)}


def judged_by(ledger: Ledger, settings: Settings) -> str:
    """A digest of all that made orders of rows, but for the rows."""
    rules = asdict(settings.ledger) | {"grain": ledger.grain}
    told = [quintile.__version__, settings.model.recency, rules]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def as_json(ledger: Ledger) -> dict[str, Any]:
    """What a ledger says of its orders."""
    told = {field.name: getattr(ledger, field.name) for field in fields(ledger) if field.name not in _OF_THE_RUN}
    told |= {key: format(told[key], "f") for key in _MONEY}
    told |= {key: told[key] and told[key].isoformat() for key in _TIMES}
    return told


def from_json(told: dict[str, Any]) -> Ledger:
    """The ledger that ``as_json`` told; its rows are those behind the orders."""
    money = {key: Decimal(told[key]) for key in _MONEY}
    times = {key: told[key] and datetime.fromisoformat(told[key]) for key in _TIMES}
    known = {field.name for field in fields(Ledger)}
    values = {key: value for key, value in (told | money | times).items() if key in known}
    return Ledger(**values, orders=ORDERS, rows=told["lines"], fates={})
