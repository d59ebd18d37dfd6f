"""Judged: a source's rows beside the rows that its project's ledger holds, each with what it is to the ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.domain.columns import LEDGER_ROWS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.jobs.accounts.known_rows import known_rows, named_again
from quintile.jobs.project.project import Project
from quintile.jobs.workplace.digits import in_one, scale_of
from quintile.ledger.extract import ExtractChanges, compare_extract
from quintile.ledger.known import NOTHING_KNOWN, Comparison, Verdict, compare, problem_of
from quintile.ledger.people import as_person
from quintile.ledger.rows import KNOWN_ROW, line_key
from quintile.ledger.rules import statuses
from quintile.metrics.measure import Clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from quintile.domain.settings import Settings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

ARRIVED, BOTH, ALONE, ALONE_LOCATED, MERGED, ENTERING, LEFT_OUT = (
    "arrived", "known_and_arrived", "arrived_alone", "arrived_located", "known_and_counted", "entering", "left_out",
)  # fmt: skip

KNOWN_IN_ONE, NAMED = "known_in_one", "rows_of_named_orders"
_IS_TYPED = Sql("row_problem IS NULL AND amount_problem IS NULL AND time_problem IS NULL")
_KNOWN_FILES = """
SELECT * REPLACE (CASE WHEN file_no IN ({seen}) THEN {known_row} ELSE row_problem END AS row_problem) FROM {rows}
"""
_TOLD = """
SELECT *, {row} AS row_no, {status} AS told_status, {kind} AS told_kind, {is_typed} AS is_typed {updated} FROM {rows}
"""
_BY_NAME = "({one}) UNION ALL BY NAME ({other})"
_REPEATED = "SELECT count(*) > count(DISTINCT ({key})) FROM {rows} WHERE order_id IS NOT NULL"
_JUDGED = """
SELECT listed.* REPLACE (coalesce({problem}, row_problem) AS row_problem)
FROM ({rows}) AS listed LEFT JOIN {verdicts} AS judged
  ON judged.file_no = listed.file_no AND judged.row_no = listed.quintile_row_number
"""
_STILL_COUNTED = "SELECT * EXCLUDE (row_key) FROM {known} WHERE row_key NOT IN ({superseded})"
_UNTYPED = "SELECT count_if(NOT ({is_typed})) FROM {rows}"
_WHERE = "SELECT * FROM {rows} WHERE {which}"
_BY_VERDICT = """
SELECT listed.* FROM ({rows}) AS listed
{kind} JOIN (SELECT * FROM {verdicts} AS judged WHERE verdict <= {renewed}) AS judged
  ON judged.file_no = listed.file_no AND judged.row_no = listed.quintile_row_number
"""
_COUNT = "SELECT count(*) FROM {rows}"
_UNREAD = """
SELECT count(*) FROM {arrived} SEMI JOIN (SELECT order_id FROM ({known}) WHERE order_id IS NOT NULL) USING (order_id)
WHERE NOT ({is_typed}) AND {is_cancelled}
"""
_STORED = "SELECT {person}, {columns} FROM {rows} AS listed WHERE {is_typed}"
_STORED_BY_VERDICT = """
SELECT {person}, {columns} FROM {rows} AS listed JOIN {verdicts} AS judged
  ON judged.file_no = listed.file_no AND judged.row_no = listed.quintile_row_number
WHERE verdict <= {renewed}
"""


@dataclass(frozen=True)
class Judged:
    """A source's rows beside the known ones.

    ``alone`` are the source's rows, repeats marked; ``merged`` all rows of the ledger from now on; ``left_out`` are the
    source's rows that do not enter it, if there are any; ``stored`` is the query of those that do. ``named_again``
    names the rows of ``merged`` whose orders the source names, where they are known without looking at all. ``unread``
    counts the rows that would cancel known orders, if they could be read.
    """

    alone: Transactions
    merged: Transactions
    stored: Sql
    comparison: Comparison = NOTHING_KNOWN
    left_out: Transactions | None = None
    named_again: str | None = None
    unread: int = 0


def with_seen(
    engine: Engine, transactions: Transactions, tables: Sequence[SourceTable], seen: Sequence[int]
) -> Transactions:
    """The transactions, with every row of a source that was accepted before marked as known."""
    if not seen:
        return transactions
    files = joined(map(literal, seen))

    def marked(view: str, rows: str) -> str:
        engine.view(view, render(_KNOWN_FILES, seen=files, known_row=literal(KNOWN_ROW), rows=name(rows)))
        return view

    rejected = tuple(
        replace(row, reason=KNOWN_ROW) if number in seen else row
        for number, table in enumerate(tables)
        for row in table.rejected
    )
    return replace(
        transactions,
        table=marked("arrived_with_seen", transactions.table),
        located=marked("arrived_with_seen_located", transactions.located),
        rejected=rejected,
    )


def judge(engine: Engine, transactions: Transactions, settings: Settings, day: date, project: Project) -> Judged:
    """Compare, where there is anything to compare with: known rows, or versions within the source."""
    known = None
    if project.row_count and settings.refresh.mode == "append":
        by_currency = "currency" in transactions.roles
        known = known_rows(engine, project, settings.ledger.base_currency, by_currency=by_currency)
    has_versions = "updated_at" in transactions.roles
    if known is None and not has_versions:
        return _first(engine, transactions)
    transactions = _with_currency(engine, transactions, settings, project)
    raw = joined(map(name, transactions.raw_columns))
    rows = render("SELECT * EXCLUDE ({raw}) FROM {located}", raw=raw, located=name(transactions.located))
    known, arrived = _in_one(engine, known, rows)
    near = None if known is None else named_again(engine, known, arrived, settings)
    both = _both(engine, arrived, transactions, near or known, project)
    before = project.published.moment
    if before is not None:
        before = Clock.at(before, settings.model.model(), settings.ledger.time_zone).moment
    found = compare(engine, both, settings.ledger, day, said=transactions.roles, before=before)
    rows = render("SELECT * FROM {arrived}", arrived=arrived)
    alone = _alone(engine, rows, transactions, found)
    stored = _stored(arrived, transactions, found.verdicts)
    beside = _marked(rows, found, alone=known is None)
    entering, left_out = (
        replace(alone, table=view, located=view, rows=_parted(engine, view, beside, found, kind), rejected=())
        for view, kind in ((ENTERING, "SEMI"), (LEFT_OUT, "ANTI"))
    )
    left_out = replace(left_out, rows=left_out.rows + len(alone.rejected), rejected=alone.rejected)
    if known is None:
        return Judged(alone, entering, stored, found, left_out)
    _view_merged(engine, MERGED, known, found, entering)
    if near is not None:
        _view_merged(engine, NAMED, near, found, entering)
    merged = replace(both, table=MERGED, rows=project.row_count - found.replaced + entering.rows, rejected=())
    unread = _unread(engine, arrived, near or known, transactions, settings)
    return Judged(alone, merged, stored, found, left_out, None if near is None else NAMED, unread)


def _unread(engine: Engine, arrived: Sql, known: Sql, transactions: Transactions, settings: Settings) -> int:
    """How many rows without a readable amount or date say that a known order was cancelled."""
    if not {"order", "status"} <= transactions.roles:
        return 0
    is_cancelled = statuses.is_cancelled(transactions, settings.ledger)
    rows = render("SELECT * FROM {known}", known=known)
    query = render(_UNREAD, arrived=arrived, known=rows, is_typed=_IS_TYPED, is_cancelled=is_cancelled)
    return int(engine.rows(query)[0][0])


def _alone(engine: Engine, rows: Sql, transactions: Transactions, found: Comparison) -> Transactions:
    """The source's rows with the repeats marked."""
    located = render("SELECT * FROM {located}", located=name(transactions.located))
    engine.view(ALONE, _marked(rows, found, alone=True))
    engine.view(ALONE_LOCATED, _marked(located, found, alone=True))
    return replace(transactions, table=ALONE, located=ALONE_LOCATED)


def _view_merged(engine: Engine, view: str, known: Sql, found: Comparison, entering: Transactions) -> None:
    """Name the known rows that still count, and those that enter the ledger."""
    counted = render(_STILL_COUNTED, known=known, superseded=found.superseded)
    entered = render("SELECT * FROM {rows}", rows=name(entering.table))
    engine.view(view, render(_BY_NAME, one=counted, other=entered))


def _in_one(engine: Engine, known: Sql | None, rows: Sql) -> tuple[Sql | None, Sql]:
    """Known rows, and the table of new ones, with equally many digits behind the point of money."""
    if known is not None and scale_of(engine, known) != scale_of(engine, rows):
        scale = max(scale_of(engine, known), scale_of(engine, rows))
        known, rows = engine.view(KNOWN_IN_ONE, in_one(engine, known, scale)), in_one(engine, rows, scale)
    return known, engine.table(ARRIVED, rows)


def _marked(rows: Sql, found: Comparison, *, alone: bool) -> Sql:
    """The rows with their problems, as they stand alone or beside the ledger."""
    return render(_JUDGED, problem=problem_of(Sql("verdict"), alone=alone), rows=rows, verdicts=found.verdicts)


def _parted(engine: Engine, view: str, rows: Sql, found: Comparison, kind: str) -> int:
    """Name the rows that enter the ledger (``SEMI``) or do not (``ANTI``); how many there are."""
    renewed = literal(int(Verdict.RENEWED))
    table = engine.view(view, render(_BY_VERDICT, rows=rows, kind=Sql(kind), verdicts=found.verdicts, renewed=renewed))
    count: int = engine.rows(render(_COUNT, rows=table))[0][0]
    return count


def _first(engine: Engine, transactions: Transactions) -> Judged:
    """There is nothing to compare with: all rows that could be read are the ledger."""
    rows = name(transactions.table)
    stored = _stored(rows, transactions)
    untyped = engine.rows(render(_UNTYPED, is_typed=_IS_TYPED, rows=rows))[0][0]
    if not untyped and not transactions.rejected:
        return Judged(transactions, transactions, stored)
    engine.view(ENTERING, render(_WHERE, rows=rows, which=_IS_TYPED))
    engine.view(LEFT_OUT, render(_WHERE, rows=rows, which=render("NOT ({is_typed})", is_typed=_IS_TYPED)))
    rejected = transactions.rejected
    entering = replace(
        transactions, table=ENTERING, located=ENTERING, rows=transactions.rows - untyped - len(rejected), rejected=()
    )
    left_out = replace(transactions, table=LEFT_OUT, located=LEFT_OUT, rows=untyped + len(rejected))
    return Judged(transactions, entering, stored, left_out=left_out)


def latest_versions(engine: Engine, transactions: Transactions, settings: Settings, day: date) -> Transactions:
    """A source outside any project: of an order that stands there in several versions, the latest counts."""
    if not {"order", "updated_at"} <= transactions.roles or line_key(transactions, settings.ledger) == "none":
        return transactions
    key = Sql("order_id, line" if line_key(transactions, settings.ledger) == "line" else "order_id")
    rows = name(transactions.table)
    if not engine.rows(render(_REPEATED, key=key, rows=rows))[0][0]:
        return transactions
    return judge(engine, transactions, settings, day, Project(Path(), None, None)).alone


def _with_currency(engine: Engine, transactions: Transactions, settings: Settings, project: Project) -> Transactions:
    """A source without a column of currencies, in a project that has one: all of it is in the base currency."""
    base = settings.ledger.base_currency
    if "currency" in transactions.roles or "currency" not in project.roles or base is None:
        return transactions

    def in_base(view: str, rows: str) -> str:
        engine.view(view, render("SELECT *, {base} AS currency FROM {rows}", base=literal(base), rows=name(rows)))
        return view

    return replace(
        transactions,
        table=in_base("arrived_in_base", transactions.table),
        located=in_base("arrived_in_base_located", transactions.located),
        roles=transactions.roles | {"currency"},
    )


def _both(
    engine: Engine, arrived: Sql, transactions: Transactions, known: Sql | None, project: Project
) -> Transactions:
    """Known and new rows in one view, with what a comparison has to be told of each."""
    view = _told(arrived, "quintile_row_number", transactions.roles)
    roles, by_email = transactions.roles, transactions.assumed.get("customer_is_email")
    if known is not None and project.files is not None:
        view = render(_BY_NAME, one=_told(known, "row_key", project.roles), other=view)
        roles, by_email = roles | project.roles, by_email and project.files.meaning.customer_is_email
    engine.view(BOTH, view)
    return replace(transactions, table=BOTH, roles=roles, assumed={"customer_is_email": by_email})


def _told(rows: Sql, row: str, roles: frozenset[str]) -> Sql:
    told = {role: name(role) if role in roles else Sql("CAST(NULL AS VARCHAR)") for role in ("status", "kind")}
    updated = Sql("" if "updated_at" in roles else ", CAST(NULL AS TIMESTAMP) AS updated_at")
    return render(_TOLD, rows=rows, row=name(row), updated=updated, is_typed=_IS_TYPED, **told)


def _stored(rows: Sql, transactions: Transactions, verdicts: Sql | None = None) -> Sql:
    """The rows to keep: who, and what a ledger keeps; an empty cell of a column of currencies stays one."""
    columns = []
    for column in LEDGER_ROWS:
        if column in {"ordered_at", "amount"} or {"order_id": "order"}.get(column, column) in transactions.roles:
            value = Sql("coalesce(currency, '')") if column == "currency" else render("listed.{c}", c=name(column))
            columns.append(render("{value} AS {column}", value=value, column=name(column)))
    shared = {"rows": rows, "person": as_person(transactions.roles), "columns": joined(columns)}
    if verdicts is None:
        return render(_STORED, is_typed=_IS_TYPED, **shared)
    return render(_STORED_BY_VERDICT, verdicts=verdicts, renewed=literal(int(Verdict.RENEWED)), **shared)


def extract_changes(engine: Engine, judged: Judged, settings: Settings, project: Project) -> ExtractChanges:
    """What a full extract changes of the ledger that it replaces."""
    known = known_rows(engine, project, settings.ledger.base_currency, by_currency=False)
    before = _stored(known, replace(judged.alone, roles=project.roles))
    return compare_extract(engine, before, judged.stored)
