"""Tables that lie in the engine itself: a server's own, or a cluster's files. Nothing is copied out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, name, render
from quintile.errors import DataError, Place
from quintile.sources.files import same_numbers
from quintile.sources.located import ROW_NUMBER, SourceTable

if TYPE_CHECKING:
    from quintile.domain.engine_table import EngineTable
    from quintile.engine.base import Engine

# Rows of a table have no order of their own: they are numbered by what they say.
_LOCATED = "SELECT *, row_number() OVER (ORDER BY {columns}) AS {row} FROM {table}"


def open_table(engine: Engine, source: EngineTable, place: int = 0) -> SourceTable:
    """Open a table of the engine.

    Args:
        engine: Where it is.
        source: Its address.
        place: Its place among several, for names.

    Raises:
        DataError: ``not_found``; ``empty_input``, it has no rows.
    """
    table = engine.register(f"source_{place}", source.address)
    query = render("SELECT * FROM {table}", table=table)
    rows = engine.rows(render("SELECT count(*) FROM {table}", table=table))[0][0]
    if not rows:
        raise DataError("empty_input", "the table has no rows", fix="name another one", place=Place(source.address))
    columns = engine.columns(query)
    return SourceTable(
        name=source.address,
        query=query,
        located=render(_LOCATED, columns=joined(map(name, columns)), table=table, row=Sql(ROW_NUMBER)),
        columns=columns,
        rows=rows,
        lines=same_numbers,
        assumed={"format": engine.name},
        keys=lambda places: {number: f"row {number}" for number in places},
    )
