"""For people: rows as they may be opened in a spreadsheet, with no cell that it would take for a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.formulas import BLANKS, FORMULA_STARTS
from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Iterable

# ``domain.formulas.neutralised``, said in SQL. Most texts begin with a letter or a digit, which is quickly seen. Of IN
# with five texts or more DuckDB 2.0.0 makes a join, and a join loses the order of the rows.
_NEUTRAL = """
CASE WHEN ({column} >= '0' AND {column} < ':') OR ({column} >= 'A' AND {column} < '{{') THEN {column}
     WHEN ltrim({column}, {blanks}) = '' THEN {column}
     WHEN contains({starts}, left(ltrim({column}, {blanks}), 1)) THEN chr(39) || {column}
     ELSE {column} END AS {column}
"""
_FOR_PEOPLE = "SELECT * REPLACE ({columns}) FROM ({rows})"


def for_people(rows: Sql, texts: Iterable[str]) -> Sql:
    """The rows in their order; the columns ``texts`` are neutralised, numbers stay numbers."""
    starts = literal("".join(FORMULA_STARTS))
    columns = joined(render(_NEUTRAL, column=name(text), blanks=literal(BLANKS), starts=starts) for text in texts)
    return render(_FOR_PEOPLE, columns=columns, rows=rows)
