"""The bridge's second half: from the ledger's orders to the scored customers, row for row and cent for cent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.bridge import BridgeStep
from quintile.domain.ledger import PURCHASE, REFUNDED, ZERO
from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from quintile.domain.ledger import Ledger
    from quintile.engine.base import Engine
    from quintile.metrics.measure import Clock

# A refunded order that left money behind (more was paid back than it cost) goes the way of a refund without an order.
_PLACES = """
SELECT CASE
    WHEN state = {zero} THEN 'zero_orders'
    WHEN state = {refunded} AND net = 0 THEN 'refunded'
    WHEN NOT ({before_end}) THEN 'after_window'
    WHEN NOT ({inside}) THEN 'before_window'
    WHEN scored_key IS NULL AND state <> {purchase} THEN 'refunds_without_purchase'
    WHEN scored_key IS NULL AND {some_buyers_left_out} THEN 'not_in_population'
    ELSE 'scored' END AS place,
    sum(lines), sum(net)
FROM {orders}
LEFT JOIN (SELECT customer_key AS scored_key FROM {rfm} {only_those_with_refunds} WHERE frequency > 0)
    ON scored_key = customer_key
GROUP BY place
"""
# When every buyer of the window is scored, only the customers of refunds need be looked up.
_ONLY_THOSE_WITH_REFUNDS = """
SEMI JOIN (SELECT customer_key FROM {orders} WHERE state <> {purchase} AND net <> 0) USING (customer_key)
"""
_TAKEN_OFF = (
    "zero_orders",
    "refunded",
    "before_window",
    "after_window",
    "refunds_without_purchase",
    "not_in_population",
)


def scored_steps(
    engine: Engine, ledger: Ledger, rfm: Sql, clock: Clock, *, every_buyer: bool
) -> list[BridgeStep]:
    """The steps ledger -> zero orders, refunded, outside the window, not in the population -> scored.

    Args:
        engine: Where the tables are.
        ledger: Its ``orders`` table has shape ORDERS.
        rfm: Shape RFM.
        clock: The window.
        every_buyer: Every buyer of the window is in ``rfm``.
    """
    orders, purchase = ledger.orders, literal(PURCHASE)
    only = render(_ONLY_THOSE_WITH_REFUNDS, orders=orders, purchase=purchase) if every_buyer else Sql("")
    query = render(
        _PLACES,
        orders=orders,
        rfm=rfm,
        zero=literal(ZERO),
        refunded=literal(REFUNDED),
        purchase=purchase,
        before_end=clock.before_end(),
        inside=clock.inside(),
        some_buyers_left_out=literal(not every_buyer),
        only_those_with_refunds=only,
    )
    places = {place: BridgeStep(place, int(rows), {ledger.currency: net}) for place, rows, net in engine.rows(query)}
    scored = places.get("scored", BridgeStep("scored", 0))
    return [*(places[place] for place in _TAKEN_OFF if place in places), replace(scored, is_total=True)]
