"""Forecast: who leaves which segment for which on which of the coming days, if nobody buys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.engine.render import joined, literal, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

MOVES = "coming_moves"

_MOVES = """
SELECT customer_key, day, "from", "to", code_before, code_after, revenue
FROM (
    SELECT later.customer_key, later.day, now.revenue, later.segment AS "to", later.code AS code_after,
           CASE WHEN row_number() OVER days = 1 THEN now.segment ELSE lag(later.segment) OVER days END AS "from",
           CASE WHEN row_number() OVER days = 1 THEN now.code ELSE lag(later.code) OVER days END AS code_before
    FROM {later} AS later JOIN {now} AS now USING (customer_key)
    WINDOW days AS (PARTITION BY later.customer_key ORDER BY later.day)
)
WHERE "from" IS DISTINCT FROM "to"
"""
_FLOWS = 'SELECT day, "from", "to", count(*), sum(revenue) FROM {moves} GROUP BY ALL ORDER BY ALL'
_SIZES = "SELECT segment, count(*), sum(revenue) FROM {now} GROUP BY segment"
_PAIR = "({before}, {after})"
_PEOPLE = """
SELECT count(*), coalesce(sum(revenue), 0) FROM (
    SELECT customer_key, any_value(revenue) AS revenue FROM {moves}
    WHERE ("from", "to") IN ({pairs}) GROUP BY customer_key
)
"""


@dataclass(frozen=True)
class Flow:
    """Customers who leave a segment on a day (1 is the day after the analysis date), and their revenue until now.

    ``after`` is None for those whose last order leaves the window.
    """

    day: int
    before: str
    after: str | None
    customers: int
    revenue: Decimal


def coming_moves(engine: Engine, now: Sql, later: Sql) -> Sql:
    """The table ``coming_moves``: every move of a customer from one segment to another.

    Args:
        engine: Where the tables are.
        now: One row a customer as of the analysis date: customer_key, segment, code, revenue.
        later: One row a customer and coming day: customer_key, day, segment (nothing: scored no more), code. A day
            without a row is like the day before it.

    Returns:
        Its name; customer_key, day, from, to, code_before, code_after, revenue.
    """
    return engine.table(MOVES, render(_MOVES, later=later, now=now))


def flows(engine: Engine, moves: Sql) -> list[Flow]:
    """The moves counted by day and by pair of segments, in the order of days."""
    return [Flow(*row) for row in engine.rows(render(_FLOWS, moves=moves))]


def people(engine: Engine, moves: Sql, pairs: Iterable[tuple[str, str]]) -> tuple[int, Decimal]:
    """How many customers make one of some moves, once or more often, and their revenue."""
    listed = joined(render(_PAIR, before=literal(one), after=literal(two)) for one, two in sorted(pairs))
    if not listed:
        return 0, Decimal(0)
    customers, revenue = engine.rows(render(_PEOPLE, moves=moves, pairs=listed))[0]
    return customers, revenue


def sizes(engine: Engine, now: Sql) -> dict[str, tuple[int, Decimal]]:
    """How many customers each segment has now, and their revenue."""
    return {segment: (customers, revenue) for segment, customers, revenue in engine.rows(render(_SIZES, now=now))}
