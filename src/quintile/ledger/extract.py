"""Extract: what a full extract changes of the ledger it replaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, name, render

if TYPE_CHECKING:
    from quintile.engine.base import Engine

_UNLIKE = "SELECT count(*) FROM (SELECT {columns} FROM ({one}) EXCEPT ALL SELECT {columns} FROM ({other}))"
_VANISHED = """
SELECT count(*) FROM (
    SELECT CAST(order_id AS VARCHAR) FROM ({known}) WHERE order_id IS NOT NULL
    EXCEPT SELECT CAST(order_id AS VARCHAR) FROM ({new}) WHERE order_id IS NOT NULL
)
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
    return ExtractChanges(rows, vanished_orders(engine, known, new))


def vanished_orders(engine: Engine, known: Sql, new: Sql) -> int:
    """How many orders one query of rows names that another does not."""
    if any("order_id" not in engine.columns(rows) for rows in (known, new)):
        return 0
    found: int = engine.rows(render(_VANISHED, known=known, new=new))[0][0]
    return found
