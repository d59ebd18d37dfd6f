"""Extract: what a full extract changes of the ledger it replaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, name, render

if TYPE_CHECKING:
    from quintile.engine.base import Engine

_UNLIKE = "SELECT count(*) FROM (SELECT {columns} FROM ({one}) EXCEPT ALL SELECT {columns} FROM ({other}))"
_VANISHED = """
SELECT count(DISTINCT CAST(order_id AS VARCHAR)) FROM ({known}) WHERE order_id IS NOT NULL AND CAST(order_id AS VARCHAR)
    NOT IN (SELECT CAST(order_id AS VARCHAR) FROM ({new}) WHERE order_id IS NOT NULL)
"""


@dataclass(frozen=True)
class ExtractChanges:
    """``rows`` stand in only one of the two; ``vanished_orders`` are orders that the extract does not have."""

    rows: int
    vanished_orders: int


def compare_extract(engine: Engine, known: Sql, new: Sql) -> ExtractChanges:
    """Compare two queries of rows to keep; another set of columns is a change of every row."""
    before, after = engine.columns(known), engine.columns(new)
    columns = joined(map(name, before))
    rows = 1
    if set(before) == set(after):
        pairs = ((known, new), (new, known))
        rows = sum(engine.rows(render(_UNLIKE, columns=columns, one=one, other=other))[0][0] for one, other in pairs)
    vanished = 0
    if "order_id" in before and "order_id" in after:
        vanished = engine.rows(render(_VANISHED, known=known, new=new))[0][0]
    return ExtractChanges(rows, vanished)
