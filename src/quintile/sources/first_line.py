"""First line: where a value that is at fault stands first, by the way it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal, name, render
from quintile.sources.date_forms import trimmed
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.errors import Place
    from quintile.sources.located import SourceTable

_FIRST_LIKE = """
SELECT min({row}) FROM ({located})
WHERE regexp_replace(left({text}, length({like})), '[0-9]', '9', 'g') = regexp_replace({like}, '[0-9]', '9', 'g')
"""


def first_line(engine: Engine, table: SourceTable, place: Place) -> int | None:
    """The line of the first value that is written like the one at fault, digit for digit; a database has no lines."""
    if place.like is None or place.column not in table.columns or table.keys is not None:
        return None
    text = trimmed(render("CAST({column} AS VARCHAR)", column=name(place.column)))
    like = literal(place.like.strip())
    query = render(_FIRST_LIKE, row=Sql(ROW_NUMBER), located=table.located, text=text, like=like)
    number = engine.rows(query)[0][0]
    return None if number is None else table.lines([number])[number]
