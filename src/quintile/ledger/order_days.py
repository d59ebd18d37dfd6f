"""Order days: the orders summed by day and state; one look at all of them for whatever asks how much there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.engine.base import Engine

ORDER_DAYS = "order_days"

# Within a day and state all nets are zero, or none is: a sum of zero says the same of each of its orders.
_DAYS = """
SELECT CAST(ordered_at AS DATE) AS day, state, net = 0 AS is_nothing, CAST(sum(lines) AS BIGINT) AS lines,
       sum({after_refunds}) AS after_refunds, sum(net) AS net, count_if({after_refunds} < 0) AS beyond,
       min(ordered_at) AS first_at, max(ordered_at) AS last_at
FROM {orders} GROUP BY ALL
"""
_GLANCE = """
SELECT min(CASE WHEN state = {purchase} THEN first_at END), max(CASE WHEN state = {purchase} THEN last_at END),
       CAST(sum(lines) AS BIGINT), sum(after_refunds), sum(net),
       CAST(sum(CASE WHEN state = {refund_only} THEN lines END) AS BIGINT),
       CAST(sum(CASE WHEN state = {refunded} THEN beyond END) AS BIGINT)
FROM {days}
"""


def sum_days(engine: Engine, orders: Sql, settings: LedgerSettings) -> Sql:
    """Sum the orders by day and state.

    Args:
        engine: Where they are.
        orders: Shape ORDERS.
        settings: Its refund policy; under ``net`` the money that counts is what is left after refunds.

    Returns:
        The table ``order_days``: day, state, is_nothing, lines, after_refunds, net, beyond (orders paid back beyond
        their price), first_at, last_at.
    """
    after_refunds = Sql("net" if settings.refunds == "net" else "(gross - refunded)")
    return engine.table(ORDER_DAYS, render(_DAYS, orders=orders, after_refunds=after_refunds))


def glance(engine: Engine, days: Sql) -> tuple[Any, ...]:
    """What the orders of some days tell, in the order of ``month_sums.at_a_glance``."""
    states = {"purchase": literal(PURCHASE), "refunded": literal(REFUNDED), "refund_only": literal(REFUND_ONLY)}
    return engine.rows(render(_GLANCE, days=days, **states))[0]
