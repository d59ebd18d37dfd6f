"""Cohorts: customers by the month of their first order ever, and what they did in the months since.

A month that is not over at the analysis date says nothing yet: its cells are None, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.engine.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

_MONTHLY = """
SELECT customer_key, date_trunc('month', day)::DATE AS month, count_if(is_purchase) AS orders, sum(net) AS net
FROM {orders} GROUP BY ALL
"""
_FIRST = """
SELECT customer_key, min(month) AS cohort FROM {monthly} WHERE orders > 0 GROUP BY customer_key
"""
_SIZES = "SELECT cohort, count(*) FROM ({first}) GROUP BY cohort ORDER BY cohort"
# In the month of the first order, that order itself is no return.
_CELLS = """
SELECT cohort, datediff('month', cohort, month) AS since, count_if(orders > CASE WHEN month = cohort THEN 1 ELSE 0 END),
       sum(net)
FROM {monthly} JOIN ({first}) USING (customer_key) WHERE month >= cohort
GROUP BY cohort, since
"""
_MONTHLY_TABLE = "customer_months"
_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Cell:
    """One month of one cohort: how many of it ordered again, and their net money; both None before it is over.

    ``since`` is 0 in the month of the first order.
    """

    since: int
    returned: int | None
    revenue: Decimal | None


@dataclass(frozen=True)
class Cohort:
    """The customers whose first order ever lies in a month, given by its first day.

    ``size`` is None before that month is over.
    """

    month: date
    size: int | None
    cells: tuple[Cell, ...]


def cohorts(engine: Engine, orders: Sql, as_of: date) -> list[Cohort]:
    """All cohorts, the earliest first; months without new customers have none.

    Args:
        engine: Where the orders are.
        orders: A table with ``customer_key``, ``day``, ``is_purchase`` and ``net``, all before ``as_of``. A refund that
            stands alone is no purchase; its money counts in its own month, from the month of the first purchase on.
        as_of: The analysis date; a month is over if the next one begins on it or before it.
    """
    monthly = engine.table(_MONTHLY_TABLE, render(_MONTHLY, orders=orders))
    first = render(_FIRST, monthly=monthly)
    sizes: dict[date, int] = dict(engine.rows(render(_SIZES, first=first)))
    cells = {row[:2]: row[2:] for row in engine.rows(render(_CELLS, monthly=monthly, first=first))}
    engine.drop(_MONTHLY_TABLE)
    return [_cohort(month, size, cells, as_of) for month, size in sizes.items()]


def _cohort(month: date, size: int, cells: Mapping[tuple[date, int], tuple[int, Decimal]], as_of: date) -> Cohort:
    over = _number(as_of) - _number(month)  # how many of its months are over
    known = [Cell(since, *cells.get((month, since), (0, Decimal(0)))) for since in range(over)]
    begun = [Cell(over, None, None)] if as_of.day > 1 else []
    return Cohort(month, size if over else None, (*known, *begun))


def _number(day: date) -> int:
    """The number of a day's month, so that months can be subtracted."""
    return day.year * _MONTHS_A_YEAR + day.month
