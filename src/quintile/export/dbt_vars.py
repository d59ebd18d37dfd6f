"""dbt variables: the window and the cut points stand in dbt_project.yml, and the models read them from there.

The steps of the model are made with marks in their place: values of the same kind that occur nowhere else in the
query, so that every dialect writes around them what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal
from quintile.export.bounds import METRICS
from quintile.export.dialect_sql import in_dialect
from quintile.export.sql import model_sql

if TYPE_CHECKING:
    from quintile.export.dialects import SqlDialect
    from quintile.export.ladders import Ladder, Step
    from quintile.export.recipe import Recipe

_LAST_DAY = datetime.fromisoformat("9999-12-30")
_ONE_DAY = timedelta(days=1)


@dataclass
class Variables:
    """The variables of a project, and the marks that stand for them in its SQL.

    Args:
        dialect: The database's dialect; ids of customers stand in the variables as it writes them.
        taken: The query without marks.
        days: The variables that are days, or moments where days are full 24 hours.
        cuts: The variables that hold cut points: for each score the value that reaches it.
        marks: For each mark the expression that reads the variable.
    """

    dialect: SqlDialect
    taken: str
    days: dict[str, str] = field(default_factory=dict)
    cuts: dict[str, dict[str, str]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, recipe: Recipe, dialect: SqlDialect) -> tuple[Recipe, Variables, Sql]:
        """The recipe with marks in place of its window and cut points, the variables, and the marked day of the result.

        Calendar days need no end of their own: it is the day of the result.
        """
        found = cls(dialect, model_sql(recipe))
        as_of = datetime.fromisoformat(recipe.as_of)
        has_time = len(recipe.as_of) > len(as_of.date().isoformat())
        day = found._day("as_of", as_of, has_time=has_time)
        start = recipe.start and found._day("window_start", recipe.start, has_time=recipe.elapsed)
        end = found._day("window_end", recipe.end, has_time=True) if recipe.elapsed else day
        r, f, m = (
            found._ladder(ladder, metric.partition("_")[0])
            for ladder, metric in zip(recipe.ladders, METRICS, strict=True)
        )
        marked = in_dialect(literal(day if has_time else day.date()), dialect, pretty=False)
        return replace(recipe, start=start, end=end, ladders=(r, f, m)), found, marked

    def put_in(self, text: str) -> Sql:
        """SQL with the variables in place of their marks."""
        for mark, expression in self.marks.items():
            text = text.replace(mark, expression)
        return Sql(text)

    def _day(self, name: str, moment: datetime, *, has_time: bool) -> datetime:
        free = _LAST_DAY
        while f"{free:%Y-%m-%d}" in self.taken or any(f"{free:%Y-%m-%d}" in mark for mark in self.marks):
            free -= _ONE_DAY
        self.days[name] = _written(moment, has_time=has_time)
        self.marks[_written(free, has_time=has_time)] = f"{{{{ var('{name}') }}}}"
        return free

    def _ladder(self, ladder: Ladder, metric: str, cell: str = "") -> Ladder:
        steps = tuple(self._step(step, metric, cell) for step in ladder.steps)
        cells = tuple(
            (scores, self._ladder(inner, metric, f"_within_{'_'.join(map(str, scores))}"))
            for scores, inner in ladder.cells
        )
        return replace(ladder, steps=steps, cells=cells)

    def _step(self, step: Step, metric: str, cell: str) -> Step:
        fraction = ".5" if int(step.value.as_tuple().exponent) < 0 else ""
        value, first_id = Decimal(f"{self._free()}{fraction}"), step.first_id
        self._cut(str(value), f"{metric}_cuts{cell}", step, format(step.value, "f"))
        if first_id is not None:
            written = in_dialect(literal(first_id), self.dialect, pretty=False)
            first_id = self._free()
            self._cut(f"'{first_id}'", f"{metric}_first_ids{cell}", step, written)
        return replace(step, value=value, first_id=first_id)

    def _free(self) -> str:
        """A number of so many digits that it stands nowhere, and is part of no other one."""
        number = 10**18 + len(self.marks)
        while str(number) in self.taken:
            number += 10**6
        return str(number)

    def _cut(self, mark: str, name: str, step: Step, value: str) -> None:
        self.cuts.setdefault(name, {})[str(step.score)] = value
        self.marks[mark] = f"{{{{ var('{name}')['{step.score}'] }}}}"


def _written(moment: datetime, *, has_time: bool) -> str:
    return moment.isoformat(sep=" ") if has_time else moment.date().isoformat()
