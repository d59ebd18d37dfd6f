"""Quarantine: the rows that were set aside, with file, line, column and raw text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.fate import KEPT, QUARANTINED, REASON_OF
from quintile.engine.render import joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.ledger.rows import ledger_rows

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
_CONFLICTS = tuple(QUARANTINED[reason] for reason in ("order_customer_conflict", "duplicate_order_conflict"))

_OWN = """
SELECT fate, file_no, quintile_row_number, {raw} FROM {rows} WHERE fate IN ({codes})
"""
# Rows in conflict look sound one by one; only their orders tell.
_IN_CONFLICT = """
SELECT conflict.fate, file_no, quintile_row_number, {raw} FROM {rows} AS listed
JOIN (SELECT DISTINCT order_id, fate FROM judged_rows WHERE fate IN ({codes})) AS conflict USING (order_id)
WHERE listed.fate = {kept}
"""
_FIRST = """
SELECT fate, file_no, quintile_row_number, {raw} FROM ({listed})
QUALIFY row_number() OVER (PARTITION BY fate ORDER BY file_no, quintile_row_number) <= {most}
ORDER BY fate, file_no, quintile_row_number
"""


def examples_by_reason(engine: Engine, accounted: Accounted, most: int = EXAMPLES) -> dict[str, list[dict[str, Any]]]:
    """The first rows of each quarantine reason: file, physical line, column, raw text."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in accounted.transactions.rejected:
        shown = found.setdefault(row.reason, [])
        if len(shown) < most:
            shown.append({"file": row.file, "line": row.line, "column": row.column, "raw": row.raw})
    fates = [code for code in QUARANTINED.values() if code in accounted.ledger.fates]
    rows = _rows(engine, accounted, fates, most) if fates else []
    lines = _lines(accounted, rows)
    for fate, file_no, number, *raws in rows:
        reason = REASON_OF[fate]
        role = _ROLE_OF.get(reason, "customer")
        raw = dict(zip(accounted.transactions.raw_roles, raws, strict=True)).get(role)
        found.setdefault(reason, []).append(
            {
                "file": accounted.transactions.files[file_no].name,
                "line": lines[file_no, number],
                "column": accounted.transactions.files[file_no].assumed["columns"].get(role),
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
        place=Place(first.get("file"), first.get("line"), column),
    )


def _rows(engine: Engine, accounted: Accounted, fates: list[int], most: int) -> list[tuple[Any, ...]]:
    transactions = accounted.transactions
    rows = ledger_rows(engine, transactions, accounted.settings.ledger, accounted.last_day, located=True)
    raw = joined(name(column) for column in transactions.raw_columns)
    own = [code for code in fates if code not in _CONFLICTS]
    conflicts = [code for code in fates if code in _CONFLICTS]
    parts = []
    if own:
        parts.append(render(_OWN, rows=rows, raw=raw, codes=joined(map(literal, own))))
    if conflicts:
        codes = joined(map(literal, conflicts))
        parts.append(render(_IN_CONFLICT, rows=rows, raw=raw, codes=codes, kept=literal(KEPT)))
    listed = joined(parts, " UNION ALL ")
    return engine.rows(render(_FIRST, listed=listed, raw=raw, most=literal(most)))


def _lines(accounted: Accounted, rows: list[tuple[Any, ...]]) -> dict[tuple[int, int], int]:
    places: dict[int, list[int]] = {}
    for _, file_no, number, *_ in rows:
        places.setdefault(file_no, []).append(number)
    return {
        (file_no, number): line
        for file_no, numbers in places.items()
        for number, line in accounted.tables[file_no].lines(numbers).items()
    }
