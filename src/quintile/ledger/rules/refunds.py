"""Refunds: each is netted against its own order, at the order's date; it never adds to F and never refreshes R.

Policies: ``net`` (default), ``gross`` (refunds are ignored and counted), ``exclude_order`` (an order with a return
counts
for nothing). A refund without an order is kept as its own row; what a refund exceeds its order by stays as money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.fate import EXCLUDED, KEPT
from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED, ZERO
from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.rules.lines import PARTS, SHIFT

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.engine.base import Engine

ORDERS = "orders"

# The rows of an order and of its refunds are one part already. What a column or a status says went back and what refund
# rows say is the same money told twice: the larger counts. An order worth nothing at its own prices is a gift or a
# sample, not a refunded one.
_ORDERS = """
SELECT customer_key, order_id, ordered_at, gross, refunded, {net} AS net, lines,
    CAST(CASE
        WHEN NOT is_bought OR (gross = 0 AND refunded > 0) THEN {refund_only}
        WHEN gross = 0 AND {zero_is_no_purchase} THEN {zero}
        WHEN {gone} THEN {refunded_state}
        ELSE {purchase} END AS UTINYINT) AS state
FROM (
    SELECT customer_key, order_id, first_us < {shift} AS is_bought,
           make_timestamp(CASE WHEN first_us < {shift} THEN first_us ELSE first_us - {shift} END) AS ordered_at,
           amount - paid_back AS gross, {refunded} AS refunded, lines
    FROM {parts} WHERE fate = {kept}
)
"""
# The money of an order that counts, and when the order itself no longer counts, by policy.
_POLICIES = {
    "net": ("gross - refunded", "refunded > 0 AND gross - refunded <= 0"),
    "gross": ("gross", "false"),
    "exclude_order": ("CASE WHEN refunded > 0 THEN 0 ELSE gross END", "refunded > 0"),
}


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
        engine.table("parts_followed", render(_FOLLOWED, of_excluded=found, **shared))
        engine.table(PARTS, Sql("SELECT * FROM parts_followed"))
        engine.drop("parts_followed")
    engine.drop("refunds_of_excluded")


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
        refunded=Sql("greatest(coalesce(refund, 0), -paid_back)" if has_refund_column else "-paid_back"),
        zero_is_no_purchase=literal(settings.zero_orders == "ignore"),
        shift=literal(SHIFT),
        kept=literal(KEPT),
        refund_only=literal(REFUND_ONLY),
        zero=literal(ZERO),
        refunded_state=literal(REFUNDED),
        purchase=literal(PURCHASE),
    )
    return engine.view(ORDERS, query)
