"""waiting: recency, frequency and monetary on the coming days if nobody buys.

A customer's scores can change only when recency passes a cut point and when orders leave the window. Only these days
are measured, all of them in one pass over the orders that leave; nobody is measured day by day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.engine.render import Sql, joined, literal, render
from quintile.metrics.measure import monetary_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.metrics.measure import Clock

WAITING, STARTED, DAYS = "waiting", "started_with", "coming_days"
# Where recency counts full 24 hours, a clock that was changed can bring a day forward or back by one.
_EARLIER_OR_LATER = (-1, 0, 1)

_DAY = "({day}, {moment}, {first}::TIMESTAMP)"
_DAYS = "SELECT * FROM (VALUES {days}) AS every (day, moment, first)"
# An elapsed day needs the time of the last order, of which a result keeps the date.
_STARTED = """
SELECT customer_key, frequency, {total} AS total, recency_days, {last_at} AS last_at FROM {rfm} {joined}
WHERE frequency > 0
"""
_WITH_LAST = """
JOIN (SELECT customer_key, max(ordered_at) AS last_at FROM {orders}
      WHERE state = {purchase} AND {inside} GROUP BY customer_key) USING (customer_key)
"""
_LEAVING = """
SELECT customer_key, day, count_if(state = {purchase}) AS orders, sum(net) AS money
FROM (SELECT * FROM {orders} WHERE (state = {purchase} OR (state IN ({refunded}, {refund_only}) AND net <> 0))
      AND {inside}) AS leaving
ASOF JOIN (SELECT first, min(day) AS day FROM {days} WHERE first IS NOT NULL GROUP BY first) AS begun
    ON leaving.ordered_at < begun.first
GROUP BY ALL
"""
_PASSING = """
SELECT customer_key, CAST(passed - recency_days + shift AS INTEGER) AS day, 0 AS orders, 0 AS money
FROM {started}, (SELECT unnest([{passed}]::INTEGER[]) AS passed), (SELECT unnest([{shifts}]) AS shift)
WHERE passed - recency_days + shift BETWEEN 1 AND {last}
"""
_LEFT = """
SELECT customer_key, day, sum(sum(orders)) OVER so_far AS orders_left, sum(sum(money)) OVER so_far AS money_left
FROM ({leaving} UNION ALL {passing}) GROUP BY customer_key, day
WINDOW so_far AS (PARTITION BY customer_key ORDER BY day)
"""
_MEASURED = """
SELECT customer_key, day, recency_days, frequency, {monetary} AS monetary
FROM (SELECT customer_key, day, {recency} AS recency_days, total - money_left AS total,
             CAST(frequency - orders_left AS INTEGER) AS frequency
      FROM ({left}) AS gone JOIN {started} AS started USING (customer_key) JOIN {days} AS days USING (day))
"""
_WAITING = """
SELECT customer_key, day, CASE WHEN frequency > 0 THEN recency_days END AS recency_days, frequency,
       CASE WHEN frequency > 0 THEN monetary ELSE 0 END AS monetary
FROM ({measured})
"""
_CALENDAR = "CAST(started.recency_days + day AS INTEGER)"
_ELAPSED = "CAST((epoch_us(moment) - epoch_us(last_at)) // 86400000000 AS INTEGER)"
# An average divides by the orders, so those who have none left are not averaged.
_SAFE = "CASE WHEN frequency > 0 THEN {monetary} END"


def wait(
    engine: Engine,
    ledger: Ledger,
    model: RfmModel,
    clocks: Sequence[Clock],
    rfm: Sql,
    passed: Collection[int],
) -> Sql:
    """The table ``waiting``: what is measured of each customer on each day on which a score may change.

    Args:
        engine: Where the orders are.
        ledger: Its ``orders`` table has shape ORDERS; those from the first clock's moment on are no part of it.
        model: Its recency and monetary are used.
        clocks: Of the analysis date and of every coming day, in order.
        rfm: What ``measure`` makes for the first clock.
        passed: The recencies at which a score may change, each the first of another one.

    Returns:
        Its name; one row a customer and day (1, 2, ... after the analysis date): customer_key, day, recency_days,
        frequency, monetary. A customer whose last order left has frequency 0 from that day on. Those without a row keep
        their scores.
    """
    rows = (
        render(_DAY, day=literal(day), moment=literal(clock.moment), first=literal(clock.first))
        for day, clock in enumerate(clocks)
        if day
    )
    days = engine.table(DAYS, render(_DAYS, days=joined(rows)))
    elapsed, purchase = clocks[0].elapsed, literal(PURCHASE)
    inside, orders = clocks[0].inside(), Sql(ledger.orders)
    started = engine.table(
        STARTED,
        render(
            _STARTED,
            total=Sql("revenue" if model.monetary == "average" else "monetary"),
            rfm=rfm,
            last_at=Sql("last_at" if elapsed else "NULL"),
            joined=render(_WITH_LAST, orders=orders, purchase=purchase, inside=inside) if elapsed else Sql(""),
        ),
    )
    refunded, refund_only = literal(REFUNDED), literal(REFUND_ONLY)
    left = render(
        _LEFT,
        leaving=render(
            _LEAVING,
            orders=orders,
            purchase=purchase,
            refunded=refunded,
            refund_only=refund_only,
            inside=inside,
            days=days,
        ),
        passing=render(
            _PASSING,
            started=started,
            passed=joined(map(literal, sorted(passed))),
            shifts=joined(map(literal, _EARLIER_OR_LATER if elapsed else (0,))),
            last=literal(len(clocks) - 1),
        ),
    )
    measured = render(
        _MEASURED,
        monetary=render(_SAFE, monetary=monetary_of(ledger, model, Sql("total"))),
        recency=Sql(_ELAPSED if elapsed else _CALENDAR),
        left=left,
        started=started,
        days=days,
    )
    return engine.table(WAITING, render(_WAITING, measured=measured))
