"""KPIs of one snapshot, segment by segment: sums are counted in the engine, figures are exact fractions of them.

A new customer is one whose first order ever lies in the snapshot's window. Churn after so many days is asked only of
those whose days are over, so that nobody counts as lost who still has time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from quintile.domain.kpi import CHURN_DAYS
from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from quintile.engine.base import Engine

_EXACT = Context(prec=100)
_CUSTOMERS = """
SELECT segment, count(*), CAST(coalesce(sum(frequency), 0) AS BIGINT), count_if(frequency >= 2), sum(monetary)
FROM {customers} GROUP BY segment
"""
_REVENUE = """
SELECT segment, sum(net) FROM {customers} JOIN {orders} USING (customer_key) WHERE frequency > 0 GROUP BY segment
"""
# The two earliest orders of each customer; orders at one moment are two orders.
_FIRSTS = """
SELECT customer_key, earliest[1] AS first_at, earliest[2] AS second_at
FROM (SELECT customer_key, min(ordered_at, 2) AS earliest FROM {purchases} GROUP BY customer_key)
"""
_NEW = """
SELECT segment, count(*), count(second_day), {waited}
FROM {customers} JOIN {firsts} USING (customer_key)
WHERE {begun} AND first_day < {end}
GROUP BY segment
"""
_WAITED = """
count_if(first_day + {days} < {end}),
count_if(first_day + {days} < {end} AND (second_day IS NULL OR second_day > first_day + {days}))
"""
_LEFT = """
SELECT segment, count(DISTINCT customer_key) FROM {customers} JOIN {events} USING (customer_key)
WHERE {begun} AND day < {end} GROUP BY segment
"""


@dataclass(frozen=True)
class Newcomers:
    """New customers, those with a second order, and by days: how many had the time, how many of them did not return."""

    new: int = 0
    second: int = 0
    waited: Mapping[int, tuple[int, int]] = field(default_factory=lambda: dict.fromkeys(CHURN_DAYS, (0, 0)))


@dataclass(frozen=True)
class SegmentCounts:
    """What the KPIs of one segment are made of.

    ``before`` is its customers in the snapshot before, None where there is none or it had no such segment.
    ``unsubscribed`` is None where no file tells it.
    """

    customers: int = 0
    orders: int = 0
    repeated: int = 0
    revenue: Decimal = Decimal(0)
    before: int | None = None
    newcomers: Newcomers = field(default_factory=Newcomers)
    unsubscribed: int | None = None


def count_customers(engine: Engine, customers: Sql) -> dict[str, tuple[int, int, int, Decimal]]:
    """Customers, orders in the window, customers with two or more of them, and their monetary summed up, by segment.

    Args:
        engine: Where the customers are.
        customers: A table with ``segment``, ``frequency`` and ``monetary``, a row a customer.
    """
    return {row[0]: row[1:] for row in engine.rows(render(_CUSTOMERS, customers=customers))}


def revenue_of(engine: Engine, customers: Sql, orders: Sql) -> dict[str, Decimal]:
    """The net revenue of each segment's buyers; needed where their monetary is an average.

    Args:
        engine: Where the tables are.
        customers: A table with ``customer_key``, ``segment`` and ``frequency``.
        orders: A table with ``customer_key`` and ``net``, the orders and lone refunds of the window.
    """
    return dict(engine.rows(render(_REVENUE, customers=customers, orders=orders)))


def first_orders(purchases: Sql) -> Sql:
    """The query of each customer's first and second order ever.

    Args:
        purchases: A table with ``customer_key`` and ``ordered_at``, a row a purchase.

    Returns:
        One row a customer: customer_key, first_at, second_at (NULL if there is none).
    """
    return render(_FIRSTS, purchases=purchases)


def count_newcomers(engine: Engine, customers: Sql, firsts: Sql, start: date | None, end: date) -> dict[str, Newcomers]:
    """Count the new customers of a window by segment.

    Args:
        engine: Where the tables are.
        customers: A table with ``customer_key`` and ``segment``.
        firsts: A table with ``customer_key``, ``first_day`` and ``second_day`` (NULL: none before the analysis date).
        start: The first day of the window; None: it has no beginning.
        end: The analysis date. N days from a first order are complete when the N-th day after it lies before this date.
    """
    waited = joined(render(_WAITED, days=literal(days), end=literal(end)) for days in CHURN_DAYS)
    query = render(
        _NEW,
        waited=waited,
        customers=customers,
        firsts=firsts,
        begun=_begun("first_day", start),
        end=literal(end),
    )
    return {
        segment: Newcomers(new, second, dict(zip(CHURN_DAYS, _pairs(counts), strict=True)))
        for segment, new, second, *counts in engine.rows(query)
    }


def count_unsubscribed(engine: Engine, customers: Sql, events: Sql, start: date | None, end: date) -> dict[str, int]:
    """Count the customers of each segment who unsubscribed in a window, each once.

    Args:
        engine: Where the tables are.
        customers: A table with ``customer_key`` and ``segment``.
        events: A table with ``customer_key`` and ``day``, a row an event of unsubscribing.
        start: The first day of the window; None: it has no beginning.
        end: The analysis date; its own events do not count.
    """
    query = render(_LEFT, customers=customers, events=events, begun=_begun("day", start), end=literal(end))
    return dict(engine.rows(query))


def total(found: Iterable[SegmentCounts], before: int | None) -> SegmentCounts:
    """All segments together.

    Args:
        found: Every segment.
        before: All customers of the snapshot before, whatever its segments were; None if there is none.
    """
    parts = list(found)
    unsubscribed = [part.unsubscribed for part in parts]
    waited = {
        days: tuple(sum(part.newcomers.waited[days][place] for part in parts) for place in (0, 1))
        for days in CHURN_DAYS
    }
    return SegmentCounts(
        customers=sum(part.customers for part in parts),
        orders=sum(part.orders for part in parts),
        repeated=sum(part.repeated for part in parts),
        revenue=reduce(_EXACT.add, (part.revenue for part in parts), Decimal(0)),
        before=before,
        newcomers=Newcomers(
            sum(part.newcomers.new for part in parts),
            sum(part.newcomers.second for part in parts),
            waited,  # type: ignore[arg-type]  # of two counts each
        ),
        unsubscribed=None if None in unsubscribed else sum(filter(None, unsubscribed)),
    )


def figures(counts: SegmentCounts, revenue: Decimal) -> dict[str, Fraction | None]:
    """Every KPI by its key, exact; None where nothing is there to measure it by.

    Args:
        counts: Of the segment.
        revenue: Of all customers.
    """
    new = counts.newcomers
    growth = None if not counts.before else Fraction(counts.customers, counts.before) - 1
    return {
        "revenue_share": _share(counts.revenue, revenue),
        "orders": Fraction(counts.orders),
        "repeat_purchase_rate": _share(counts.repeated, counts.customers),
        "average_order_value": _share(counts.revenue, counts.orders),
        "list_growth": growth,
        **{f"churn_{days}": _share(new.waited[days][1], new.waited[days][0]) for days in CHURN_DAYS},
        "second_purchase_rate": _share(new.second, new.new),
        "unsubscribe_rate": None if counts.unsubscribed is None else _share(counts.unsubscribed, counts.customers),
    }


def _share(part: Decimal | int, whole: Decimal | int) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole else None


def _pairs(counts: list[int]) -> list[tuple[int, int]]:
    return list(zip(counts[::2], counts[1::2], strict=True))


def _begun(column: str, start: date | None) -> Sql:
    if start is None:
        return Sql("true")
    return render("{column} >= {start}", column=name(column), start=literal(start))
