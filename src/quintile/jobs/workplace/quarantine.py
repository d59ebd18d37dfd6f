"""Quarantine: the rows that were set aside, with file, line, column and raw text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.fate import ERASED, KEPT, QUARANTINED, REASON_OF
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.ledger.rows import KNOWN_ROW, ledger_rows
from quintile.ledger.rules.identity import ROLE_OF

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.pipeline import Accounted

EXAMPLES = 3
SHOWN = 60
_ROLE_OF = {
    "null_customer": "customer",
    "bad_amount": "amount",
    "nonfinite_amount": "amount",
    "amount_out_of_range": "amount",
    "bad_date": "time",
    "future_date": "time",
    "date_out_of_range": "time",
    "missing_currency": "currency",
    "unknown_currency": "currency",
    "order_customer_conflict": "customer",
    "duplicate_order_conflict": "order",
}
_PLACE = ("file", "key")  # a database's row has a key instead of a line
_CONFLICTS = tuple(QUARANTINED[reason] for reason in ("order_customer_conflict", "duplicate_order_conflict"))

# An amount that cannot be read is NULL; where it is none, the row's own refund is to blame.
_OWN = """
SELECT fate, file_no, quintile_row_number, amount IS NOT NULL AS has_amount, {raw} FROM {rows} WHERE fate IN ({codes})
"""
# Rows in conflict look sound one by one; only the other rows of their orders tell. Rows of one line share one fate.
_IN_CONFLICT = """
SELECT conflict.fate, file_no, quintile_row_number, true AS has_amount, {raw} FROM {rows} AS listed
JOIN (
    SELECT DISTINCT order_id, line, amount < 0 AS is_refund, fate FROM judged_rows WHERE fate IN ({codes})
) AS conflict
  ON conflict.order_id = listed.order_id AND conflict.line IS NOT DISTINCT FROM listed.line
  AND conflict.is_refund IS NOT DISTINCT FROM (listed.amount < 0)
WHERE listed.fate = {kept}
"""
_FIRST = """
SELECT fate, file_no, quintile_row_number, has_amount, {raw} FROM ({listed})
QUALIFY row_number() OVER (PARTITION BY fate ORDER BY file_no, quintile_row_number) <= {most}
ORDER BY fate, file_no, quintile_row_number
"""


def examples_by_reason(engine: Engine, accounted: Accounted, most: int = EXAMPLES) -> dict[str, list[dict[str, Any]]]:
    """The first rows of each quarantine reason: file, physical line, column, raw text."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in accounted.transactions.rejected:
        if row.reason in {KNOWN_ROW, ERASED}:
            continue
        shown = found.setdefault(row.reason, [])
        if len(shown) < most:
            key = {"key": row.key} if row.key else {}
            shown.append({"file": row.file, "line": row.line, **key, "column": row.column, "raw": row.raw})
    fates = [code for code in QUARANTINED.values() if code in accounted.ledger.fates]
    rows = _rows(engine, accounted, fates, most) if fates else []
    lines = _lines(accounted, rows)
    for fate, file_no, number, has_amount, *raws in rows:
        reason = REASON_OF[fate]
        role = _role_of(accounted, reason, has_amount=has_amount)
        raw = dict(zip(accounted.transactions.raw_roles, raws, strict=True)).get(role)
        found.setdefault(reason, []).append(
            {
                "file": accounted.transactions.files[file_no].name,
                **lines[file_no, number],
                "column": column_to_blame(accounted, file_no, reason, has_amount=has_amount),
                "raw": raw or "",
            }
        )
    return found


def refuse_mostly_bad(engine: Engine, accounted: Accounted) -> None:
    """Refuse a source when more of its rows are quarantined than the user allows.

    Raises:
        DataError: Its code is the most frequent reason, its place the first such row.
    """
    fates, allowed = accounted.ledger.fates, accounted.settings.reading.max_bad_share
    bad = {code: fates[code].rows for code in QUARANTINED.values() if code in fates}
    if all(file.assumed.get("walk_ins") for file in accounted.transactions.files):
        bad.pop(QUARANTINED["null_customer"], None)
    if sum(bad.values()) <= allowed * accounted.ledger.rows:
        return
    reason = REASON_OF[max(bad, key=lambda code: (bad[code], -code))]
    first = next(iter(examples_by_reason(engine, accounted, most=1).get(reason, [])), {})
    column, raw = first.get("column"), str(first.get("raw", ""))[:SHOWN]
    raise DataError(
        reason,
        f"{sum(bad.values()):,} of {accounted.ledger.rows:,} rows cannot be used, most of them because of {reason}"
        + (f" (such as '{raw}' in '{column}')" if column else ""),
        fix="see all reasons with: quintile check SOURCE --max-bad-share 1; then mend the source, name the right column"
        " with --map, or allow more with --max-bad-share",
        place=Place(", ".join(first[part] for part in _PLACE if part in first) or None, first.get("line"), column),
    )


def places_set_aside(engine: Engine, accounted: Accounted) -> Sql:
    """A query of every quarantined row that could be read: fate, file_no, quintile_row_number, has_amount."""
    fates = [code for code in QUARANTINED.values() if code in accounted.ledger.fates]
    listed, _ = _listed(engine, accounted, fates)
    return render("SELECT DISTINCT fate, file_no, quintile_row_number, has_amount FROM ({listed})", listed=listed)


def column_to_blame(accounted: Accounted, file_no: int, reason: str, *, has_amount: bool) -> str | None:
    """The column of one source in which a reason of the ledger's is seen, as the source calls it."""
    columns = accounted.transactions.files[file_no].assumed["columns"]
    column: str | None = columns.get(_role_of(accounted, reason, has_amount=has_amount))
    return column


def _role_of(accounted: Accounted, reason: str, *, has_amount: bool) -> str:
    role = _ROLE_OF.get(reason, "customer")
    if role == "amount" and has_amount:
        return "refund"
    named_by = ROLE_OF[accounted.ledger.key]
    return named_by if role == "customer" and named_by in accounted.transactions.roles else role


def _rows(engine: Engine, accounted: Accounted, fates: list[int], most: int) -> list[tuple[Any, ...]]:
    listed, raw = _listed(engine, accounted, fates)
    return engine.rows(render(_FIRST, listed=listed, raw=raw, most=literal(most)))


def _listed(engine: Engine, accounted: Accounted, fates: list[int]) -> tuple[Sql, Sql]:
    """The rows of some quarantine reasons, and their columns of raw text."""
    transactions = accounted.transactions
    rows = ledger_rows(engine, transactions, accounted.settings.ledger, accounted.last_day, located=True)
    raw = joined(name(column) for column in transactions.raw_columns)
    conflicts = [code for code in fates if code in _CONFLICTS]
    # A conflict with rows that the project knew before is told by the row itself.
    parts = [render(_OWN, rows=rows, raw=raw, codes=joined(map(literal, fates)))]
    if conflicts:
        codes = joined(map(literal, conflicts))
        parts.append(render(_IN_CONFLICT, rows=rows, raw=raw, codes=codes, kept=literal(KEPT)))
    return joined(parts, " UNION ALL "), raw


def _lines(accounted: Accounted, rows: list[tuple[Any, ...]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Where each row is: its line in a file, or what names it in a database."""
    places: dict[int, list[int]] = {}
    for _, file_no, number, *_ in rows:
        places.setdefault(file_no, []).append(number)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for file_no, numbers in places.items():
        table = accounted.tables[file_no]
        if table.keys is not None:
            named = table.keys(numbers).items()
            found |= {(file_no, number): {"line": None, "key": key} for number, key in named}
        else:
            found |= {(file_no, number): {"line": line} for number, line in table.lines(numbers).items()}
    return found
