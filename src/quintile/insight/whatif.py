"""What if: the same customers scored by two models, and who would be in another segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import render

if TYPE_CHECKING:
    from decimal import Decimal

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

_BOTH = "{before} AS before FULL JOIN {after} AS after USING (customer_key)"
_MOVES = """
SELECT before.segment, after.segment, count(*), count_if(before.code IS DISTINCT FROM after.code),
       coalesce(sum(before.revenue), 0), coalesce(sum(after.revenue), 0)
FROM {both}
GROUP BY ALL
"""
_MOVERS = """
SELECT CAST(customer_key AS VARCHAR) AS customer_id, before.segment AS "from", after.segment AS "to",
       before.code AS code_before, after.code AS code_after
FROM {both}
WHERE before.segment IS DISTINCT FROM after.segment
ORDER BY {order}
"""


@dataclass(frozen=True)
class Move:
    """Customers of one segment before and one after; None where a model does not score them at all.

    ``recoded`` of them have another RFM code. ``revenue`` is what they bring in the window of the model before,
    ``revenue_after`` in that of the model after.
    """

    before: str | None
    after: str | None
    customers: int
    recoded: int
    revenue: Decimal
    revenue_after: Decimal


def moves(engine: Engine, before: Sql, after: Sql) -> list[Move]:
    """Count the customers by their segments before and after, those who stay included; in no order.

    Args:
        engine: Where the tables are.
        before: Table with ``customer_key``, ``segment``, ``code`` and ``revenue``, one row a customer.
        after: The same under the other model.
    """
    both = render(_BOTH, before=before, after=after)
    return [Move(*row) for row in engine.rows(render(_MOVES, both=both))]


def movers(before: Sql, after: Sql, order: Sql) -> Sql:
    """A query for the customers whose segment changes: customer_id, from, to, code_before, code_after.

    Args:
        before: As for ``moves``.
        after: The same under the other model.
        order: The order of the keys.
    """
    return render(_MOVERS, both=render(_BOTH, before=before, after=after), order=order)
