"""Refunds: each is netted against its own order, at the order's date; it never adds to F and never refreshes R.

Policies: ``net`` (default), ``gross`` (refunds are ignored and counted), ``exclude_order`` (an order with a return
counts for nothing). A refund without an order is kept as its own row; what a refund exceeds its order by stays as
money.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.fate import EXCLUDED, KEPT
from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED, ZERO
from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.rules.lines import SHIFT, replace_parts

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.engine.base import Engine
    from quintile.ledger.rules.lines import Lines

ORDERS = "orders"

# The rows of an order and of its refunds are one part already. What a column, a status or the table of returns says and
# what refund rows say is the same money told twice: the largest counts. An order worth nothing at its own prices is a
# gift or a sample, not a refunded one.
_ORDERS = """
SELECT customer_key, order_id, ordered_at, gross, refunded, {net} AS net, lines,
    CAST(CASE
        WHEN NOT is_bought OR (is_free AND refunded > 0) THEN {refund_only}
        WHEN is_free AND {zero_is_no_purchase} THEN {zero}
        WHEN {gone} THEN {refunded_state}
        ELSE {purchase} END AS UTINYINT) AS state
FROM (
    SELECT customer_key, order_id, first_us < {shift} AS is_bought,
           make_timestamp(CASE WHEN first_us < {shift} THEN first_us ELSE first_us - {shift} END) AS ordered_at,
           amount - paid_back AS gross, amount = paid_back AS is_free, {refunded} AS refunded,
           {after_refunds} AS after_refunds, lines
    FROM {parts} WHERE fate = {kept}
)
"""
# The money of an order that counts, and when the order itself no longer counts, by policy.
_POLICIES = {
    "net": ("after_refunds", "refunded > 0 AND after_refunds <= 0"),
    "gross": ("gross", "false"),
    "exclude_order": ("CASE WHEN refunded > 0 THEN gross - gross ELSE gross END", "refunded > 0"),
}


_BY_TABLE = "SELECT sum({told} - {by_orders}) FROM {parts} WHERE fate = {kept}"
_OF_EXCLUDED = """
SELECT paid_back.order_id, min(sold.fate) AS sold_fate
FROM {parts} AS paid_back JOIN {parts} AS sold USING (order_id)
WHERE paid_back.fate = {kept} AND paid_back.first_us >= {shift} AND sold.fate IN ({excluded})
GROUP BY paid_back.order_id
"""
_FOLLOWED = """
SELECT part.* REPLACE (
    CASE WHEN sold_fate IS NOT NULL AND fate = {kept} AND first_us >= {shift} THEN sold_fate ELSE fate END AS fate
)
FROM {parts} AS part LEFT JOIN {of_excluded} USING (order_id)
"""


def follow_excluded(engine: Engine, parts: Sql) -> None:
    """Refunds of an order that does not count (cancelled, failed, ...) do not count either: they share its fate."""
    shared = {"parts": parts, "kept": literal(KEPT), "shift": literal(SHIFT)}
    excluded = joined(literal(code) for code in EXCLUDED.values())
    found = engine.table("refunds_of_excluded", render(_OF_EXCLUDED, excluded=excluded, **shared))
    if engine.rows(render("SELECT 1 FROM {found} LIMIT 1", found=found)):
        replace_parts(engine, render(_FOLLOWED, of_excluded=found, **shared))
    engine.drop("refunds_of_excluded")


@dataclass(frozen=True)
class Told:
    """Who tells of money paid back, beside refund rows: a column of the orders, a table of returns."""

    has_refund: bool
    has_returns: bool


def net_refunds(engine: Engine, parts: Sql, settings: LedgerSettings, lines: Lines | Told) -> Sql:
    """Name ORDERS over order parts.

    Args:
        engine: Where the tables are.
        parts: ``order_parts`` in the base currency.
        settings: Its refund policy, and whether orders worth nothing count as purchases.
        lines: Whether rows carry the money paid back in a column of their own, or a table of returns tells it.

    Returns:
        The view ``orders`` of shape ORDERS.
    """
    return engine.view(ORDERS, orders_of(parts, settings, lines))


def orders_of(parts: Sql, settings: LedgerSettings, lines: Lines | Told) -> Sql:
    """The query of shape ORDERS over some order parts, which are a table or a query in brackets."""
    net, gone = _POLICIES[settings.refunds]
    return render(
        _ORDERS,
        parts=parts,
        net=Sql(net),
        gone=Sql(gone),
        refunded=told_refund(lines),
        after_refunds=_after_refunds(lines),
        zero_is_no_purchase=literal(settings.zero_orders == "ignore"),
        shift=literal(SHIFT),
        kept=literal(KEPT),
        refund_only=literal(REFUND_ONLY),
        zero=literal(ZERO),
        refunded_state=literal(REFUNDED),
        purchase=literal(PURCHASE),
    )


def _after_refunds(lines: Lines | Told) -> Sql:
    """What is left of an order's money; where rows alone tell of refunds it is their sum, and needs no wider type."""
    if lines.has_refund or lines.has_returns:
        return render("amount - paid_back - {refunded}", refunded=told_refund(lines))
    return Sql("amount")


def table_refunds(engine: Engine, parts: Sql, lines: Lines) -> Decimal:
    """The money that only the table of returns says went back."""
    if not lines.has_returns:
        return Decimal(0)
    by_orders = told_refund(lines, by_table=False)
    query = render(_BY_TABLE, told=told_refund(lines), by_orders=by_orders, parts=parts, kept=literal(KEPT))
    return engine.rows(query)[0][0] or Decimal(0)


def told_refund(lines: Lines | Told, *, by_table: bool = True) -> Sql:
    """The money that went back, by whoever says most of it: a column, the rows, the table of returns."""
    told = ["-paid_back"]
    if lines.has_refund:
        told.append("coalesce(refund, 0)")
    if lines.has_returns and by_table:
        told.append("coalesce(returned, 0)")
    return Sql(told[0] if len(told) == 1 else f"greatest({', '.join(told)})")
