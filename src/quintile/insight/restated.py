"""Restated: what two versions of the same orders differ in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.engine.render import literal, render

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

KINDS = ADDED, CHANGED, GONE = "added", "changed", "gone"

# Customers may be known by another number since; what an order is does not depend on it.
_DIFFERENT = """
WITH one AS (SELECT order_id, ordered_at, gross, refunded, net, lines, state FROM ({before})),
other AS (SELECT order_id, ordered_at, gross, refunded, net, lines, state FROM ({after})),
versions AS (
    SELECT *, TRUE AS old FROM (FROM one EXCEPT ALL FROM other)
    UNION ALL SELECT *, FALSE AS old FROM (FROM other EXCEPT ALL FROM one)
), sided AS (
    SELECT *, order_id IS NOT NULL AND count(DISTINCT old) OVER (PARTITION BY order_id) = 2 AS in_both
    FROM versions
)
SELECT CASE WHEN in_both THEN {changed} WHEN old THEN {gone} ELSE {added} END AS kind, count_if(old), count_if(NOT old),
       coalesce(sum(net) FILTER (old), 0), coalesce(sum(net) FILTER (NOT old), 0)
FROM sided GROUP BY kind
"""


@dataclass(frozen=True)
class Restated:
    """Orders of one kind of difference: how many and their net money, before and after."""

    before: int = 0
    after: int = 0
    net_before: Decimal = Decimal(0)
    net_after: Decimal = Decimal(0)


def restated(engine: Engine, before: Sql, after: Sql) -> dict[str, Restated]:
    """The orders that are in one version only, or in both with other content.

    An order without an id that changed counts as one gone and one added.

    Args:
        engine: Where the orders are.
        before: Query of shape ORDERS.
        after: The same orders in the other version.

    Returns:
        What was ``added``, ``changed`` and ``gone``.
    """
    kinds = {kind: literal(kind) for kind in KINDS}
    rows = engine.rows(render(_DIFFERENT, before=before, after=after, **kinds))
    found = {row[0]: Restated(*row[1:]) for row in rows}
    return {kind: found.get(kind, Restated()) for kind in kinds}
