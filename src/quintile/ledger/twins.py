"""Twins: ids that differ only by upper and lower case. They stay apart, because an id is what it is; they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.words import counted
from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.engine.base import Engine

# Ids written in capitals alone, or in small letters alone, can have no twin: two comparisons a key, and all is said.
_BOTH_CASES = """
SELECT coalesce(bool_or(customer_key <> upper(customer_key)), false)
   AND coalesce(bool_or(customer_key <> lower(customer_key)), false) FROM {orders}
"""
# Hashes only suspect: they are shorter to group by than the ids. The ids themselves decide.
_SUSPECTS = """
SELECT hash(lower(customer_key)) FROM {orders} GROUP BY 1
HAVING min(hash(customer_key)) <> max(hash(customer_key)) LIMIT {most}
"""
_TWINS = """
SELECT count(DISTINCT customer_key) AS ids, min(customer_key) AS one, max(customer_key) AS other FROM {orders}
WHERE hash(lower(customer_key)) IN (SELECT hash(lower(customer_key)) FROM {orders} GROUP BY 1
                                    HAVING min(hash(customer_key)) <> max(hash(customer_key)))
GROUP BY lower(customer_key) HAVING count(DISTINCT customer_key) > 1
"""
_SUMMED = "SELECT sum(ids) FROM ({twins})"
_FIRST = "SELECT one, other FROM ({twins}) ORDER BY one LIMIT 1"


def differ_only_by_case(
    engine: Engine, orders: Sql, key: str, key_type: str, *, among: Sql | None = None
) -> Iterator[dict[str, Any]]:
    """The warning ``ids_differ_only_by_case``; ``rows`` is the number of such ids.

    E-mail keys are case-folded and numbers have no case: both cost nothing here. ``among`` names further ids to look at
    first, if that is cheaper: where none of them has a case, no other one has.
    """
    if key == "email" or key_type != "VARCHAR" or not engine.rows(render(_BOTH_CASES, orders=among or orders))[0][0]:
        return
    if not engine.rows(render(_SUSPECTS, orders=orders, most=literal(1))):
        return
    twins = render(_TWINS, orders=orders)
    ids = engine.rows(render(_SUMMED, twins=twins))[0][0]
    if ids:
        one, other = engine.rows(render(_FIRST, twins=twins))[0]
        message = (
            f"{counted(int(ids), 'customer id differs', 'customer ids differ')} from another one only by upper and"
            f" lower case, such as '{one}' and '{other}': they count as different customers"
        )
        yield {"code": "ids_differ_only_by_case", "rows": int(ids), "message": message}
