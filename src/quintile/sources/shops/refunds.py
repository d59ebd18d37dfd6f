"""Refunds of an export: what was paid back, as one plain amount in the currency of the order's own.

What is not understood stays a text that says no amount: the row is quarantined, not counted without its refund.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal, render
from quintile.sources.shops.money import either_sql, share_sql, unreadable, written

if TYPE_CHECKING:
    from quintile.sources.shops.rows import ExportRows

# amount:-12.50|reason:...|date:...;amount:3|...; a reason may hold anything.
_PARTS = "(?is)\\s*{label}\\s*:[^|;]*(?:;\\s*{label}\\s*:[^|;]*)*(?:[|].*)?;?\\s*"
_PART = "(?is)(?:^|[;|])\\s*{label}\\s*:([^|;]*)"
_FOUND = "CASE WHEN regexp_full_match({text}, {parts}) THEN regexp_extract_all({text}, {part}, 1) ELSE [{text}] END"
_TOTAL = "list_sum(list_transform({found}, lambda part: CAST(abs({value}) AS DECIMAL(38, 6))))"
_BAD = """
list_sum(list_transform({found}, lambda part: CAST(CASE WHEN {value} IS NULL THEN 1 ELSE 0 END AS DECIMAL(38, 0))))
"""
_SUM = "CASE WHEN {text} IS NOT NULL THEN CASE WHEN {bad} = 0 THEN {sum} ELSE {unreadable} END END"
_IN_BASE = """
CASE WHEN {text} IS NOT NULL THEN coalesce(
    CASE WHEN {value} = 0 THEN '0'
         WHEN {whole_text} IS NOT NULL THEN {share}
         WHEN NOT bool_or(coalesce({whole} <> {amount}, false)) OVER () THEN {own} END, {unreadable}) END
"""
_SETTLED = """
CASE WHEN {text} IS NOT NULL AND {value} IS NULL THEN {unreadable}
     WHEN coalesce({value}, 0) <> 0 OR {paid_back_text} IS NULL THEN {own}
     ELSE coalesce({share}, {unshared}) END
"""


def refund_sql(rows: ExportRows) -> Sql | None:
    """The text of what was paid back, if the user's own column does not say it plainly."""
    if "refund" not in rows.roles:
        return None
    if rows.settled:
        return _settled(rows)
    if not rows.is_own("refund"):
        return None
    if rows.export.refund_parts is not None:
        return _summed(rows, rows.export.refund_parts)
    whole = rows.found(rows.export.refund_in)
    return _in_base(rows, whole) if whole is not None and "amount" in rows.roles else None


def _summed(rows: ExportRows, label: str) -> Sql:
    """The sum of the amounts in one cell; their mark is the program's, not the table's."""
    text, amount = rows.text_of("refund"), rows.roles.get("amount")
    by_dots = amount is None or rows.money[amount].decimal == "."
    value = either_sql(Sql("part"), None if by_dots else Sql("NULL"))
    parts, part = (literal(pattern.format(label=label)) for pattern in (_PARTS, _PART))
    found = render(_FOUND, text=text, parts=parts, part=part)
    total, bad = (render(query, found=found, value=value) for query in (_TOTAL, _BAD))
    return render(_SUM, text=text, bad=bad, sum=written(total), unreadable=unreadable(text))


def _in_base(rows: ExportRows, whole: str) -> Sql:
    """A refund in the currency the customer paid in: the same share of the order's own amount."""
    refund, amount = rows.roles["refund"], rows.roles["amount"]
    value = rows.value(refund)
    return render(
        _IN_BASE,
        text=rows.text(refund),
        value=value,
        whole_text=rows.text(whole),
        whole=rows.value(whole),
        amount=rows.value(amount),
        own=written(value),
        share=share_sql(value, rows.value(whole), rows.value(amount), rows.money[amount].scale),
        unreadable=unreadable(rows.text(refund)),
    )


def _settled(rows: ExportRows) -> Sql | None:
    """The refund as it was settled; where that is left out, the share that the customer got back of the payment."""
    paid, paid_back = (rows.found(rows.export.columns[role]) for role in ("amount", "refund"))
    refund, amount = rows.roles["refund"], rows.roles.get("amount")
    if paid is None or paid_back is None or amount is None or refund != rows.found(rows.export.settled["refund"]):
        return None
    share = share_sql(rows.value(paid_back), rows.value(paid), rows.value(amount), rows.money[amount].scale)
    return render(
        _SETTLED,
        text=rows.text(refund),
        value=rows.value(refund),
        own=written(rows.value(refund)),
        paid_back_text=rows.text(paid_back),
        share=share,
        unreadable=unreadable(rows.text(refund)),
        unshared=unreadable(rows.text(paid_back)),
    )


def money_of(rows: ExportRows) -> list[str]:
    """The columns whose money the export's rules must read."""
    export, own = rows.export, rows.export.columns
    if not (rows.continued or rows.settled or export.refund_parts or export.refund_in):
        return []
    named = [rows.found(names) for names in (own.get("amount", []), own.get("refund", []), export.refund_in)]
    played = [rows.roles.get(role) for role in ("amount", "refund")]
    return list(dict.fromkeys(column for column in (*named, *played) if column is not None))
