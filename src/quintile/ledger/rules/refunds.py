"""Refunds: each is netted against its own order, at the order's date; it never adds to F and never refreshes R.

Policies: ``net`` (default), ``gross`` (refunds are ignored and counted), ``exclude_order`` (an order with a return
counts
for nothing). A refund without an order is kept as its own row; what a refund exceeds its order by stays as money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.fate import KEPT
from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED, ZERO
from quintile.engine.render import Sql, literal, render
from quintile.ledger.rules.lines import SHIFT

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.engine.base import Engine

ORDERS = "orders"

# The rows of an order and of its refunds are one part already. An order worth nothing at its own prices is a gift or a
# sample, not a refunded one.
_ORDERS = """
SELECT customer_key, order_id, ordered_at, gross, refunded, {net} AS net, lines,
    CAST(CASE
        WHEN NOT is_bought THEN {refund_only}
        WHEN gross = 0 AND {zero_is_no_purchase} THEN {zero}
        WHEN {gone} THEN {refunded_state}
        ELSE {purchase} END AS UTINYINT) AS state
FROM (
    SELECT customer_key, order_id, first_us < {shift} AS is_bought,
           make_timestamp(CASE WHEN first_us < {shift} THEN first_us ELSE first_us - {shift} END) AS ordered_at,
           amount - paid_back AS gross, {column_refund} - paid_back AS refunded, lines
    FROM {parts} WHERE fate = {kept}
)
"""
# The money of an order that counts, and when the order itself no longer counts, by policy.
_POLICIES = {
    "net": ("gross - refunded", "refunded > 0 AND gross - refunded <= 0"),
    "gross": ("gross", "false"),
    "exclude_order": ("CASE WHEN refunded > 0 THEN 0 ELSE gross END", "refunded > 0"),
}


def net_refunds(engine: Engine, parts: Sql, settings: LedgerSettings, *, has_refund_column: bool) -> Sql:
    """Name ORDERS over order parts.

    Args:
        engine: Where the tables are.
        parts: ``order_parts`` in the base currency.
        settings: Its refund policy, and whether orders worth nothing count as purchases.
        has_refund_column: Whether rows carry the money paid back in a column of their own.

    Returns:
        The view ``orders`` of shape ORDERS.
    """
    net, gone = _POLICIES[settings.refunds]
    query = render(
        _ORDERS,
        parts=parts,
        net=Sql(net),
        gone=Sql(gone),
        column_refund=Sql("coalesce(refund, 0)" if has_refund_column else "0"),
        zero_is_no_purchase=literal(settings.zero_orders == "ignore"),
        shift=literal(SHIFT),
        kept=literal(KEPT),
        refund_only=literal(REFUND_ONLY),
        zero=literal(ZERO),
        refunded_state=literal(REFUNDED),
        purchase=literal(PURCHASE),
    )
    return engine.view(ORDERS, query)
