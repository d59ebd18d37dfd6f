"""Refunds: each is netted against its own order, at the order's date; it never adds to F and never refreshes R.

Policies: ``net`` (default), ``gross`` (refunds are ignored and counted), ``exclude_order`` (an order with a return counts
for nothing). A refund without an order is kept as its own row; what a refund exceeds its order by stays as money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.fate import PURCHASE, REFUND
from quintile.domain.ledger import PURCHASE as STATE_PURCHASE
from quintile.domain.ledger import REFUND_ONLY, REFUNDED, ZERO
from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.engine.base import Engine

ORDERS = "orders"

_PAID_BACK = """
SELECT order_id, customer_key, ordered_at, amount, lines FROM {parts} WHERE fate = {refund}
"""
# An order worth nothing at its own prices is a gift or a sample, not a refunded one.
_BOUGHT = """
SELECT customer_key, order_id, ordered_at, gross, refunded, {net} AS net, lines,
       CAST(CASE WHEN gross = 0 AND {zero_is_no_purchase} THEN {zero} WHEN {gone} THEN {refunded_state} ELSE {purchase_state} END AS UTINYINT)
           AS state
FROM (
    SELECT bought.customer_key, bought.order_id, bought.ordered_at, bought.amount AS gross,
           {column_refund} - {row_refund} AS refunded, bought.lines + {row_lines} AS lines
    FROM {parts} AS bought {join}
    WHERE bought.fate = {purchase}
)
"""
_JOIN = "LEFT JOIN {paid_back} AS paid_back USING (order_id, customer_key)"
_ORPHANS = """
SELECT customer_key, order_id, ordered_at, CAST(0 AS DECIMAL(18, 0)) AS gross, -amount AS refunded, {net} AS net, lines,
       CAST({refund_only} AS UTINYINT) AS state
FROM {paid_back} AS paid_back
ANTI JOIN (SELECT order_id, customer_key FROM {parts} WHERE fate = {purchase}) USING (order_id, customer_key)
"""
# net of an order, when it is gone, and net of a refund without an order, by policy
_POLICIES = {
    "net": ("gross - refunded", "refunded > 0 AND gross - refunded <= 0", "amount"),
    "gross": ("gross", "false", "CAST(0 AS DECIMAL(18, 0))"),
    "exclude_order": (
        "CASE WHEN refunded > 0 THEN 0 ELSE gross END",
        "refunded > 0",
        "CAST(0 AS DECIMAL(18, 0))",
    ),
}


def net_refunds(engine: Engine, parts: Sql, settings: LedgerSettings, *, has_refund_column: bool) -> Sql:
    """Make ORDERS out of order parts.

    Args:
        engine: Where the tables are.
        parts: ``order_parts`` in the base currency.
        settings: Its refund policy, and whether orders worth nothing count as purchases.
        has_refund_column: Whether rows carry the money paid back in a column of their own.

    Returns:
        The table ``orders`` of shape ORDERS.
    """
    codes = {"purchase": literal(PURCHASE), "refund": literal(REFUND)}
    net, gone, orphan_net = (Sql(part) for part in _POLICIES[settings.refunds])
    paid_back = engine.table("paid_back", render(_PAID_BACK, parts=parts, refund=codes["refund"]))
    any_paid_back = engine.rows(render("SELECT count(*) FROM {paid_back}", paid_back=paid_back))[0][0] > 0
    bought = render(
        _BOUGHT,
        parts=parts,
        net=net,
        gone=gone,
        join=render(_JOIN, paid_back=paid_back) if any_paid_back else Sql(""),
        column_refund=Sql("coalesce(bought.refund, 0)" if has_refund_column else "0"),
        row_refund=Sql("coalesce(paid_back.amount, 0)" if any_paid_back else "0"),
        row_lines=Sql("coalesce(paid_back.lines, 0)" if any_paid_back else "0"),
        zero=literal(ZERO),
        zero_is_no_purchase=literal(settings.zero_orders == "ignore"),
        refunded_state=literal(REFUNDED),
        purchase_state=literal(STATE_PURCHASE),
        purchase=codes["purchase"],
    )
    if not any_paid_back:
        return engine.table(ORDERS, bought)
    orphans = render(
        _ORPHANS,
        paid_back=paid_back,
        parts=parts,
        net=orphan_net,
        refund_only=literal(REFUND_ONLY),
        purchase=codes["purchase"],
    )
    orders = engine.table(ORDERS, render("({a}) UNION ALL BY NAME ({b})", a=bought, b=orphans))
    engine.drop("paid_back")
    return orders
