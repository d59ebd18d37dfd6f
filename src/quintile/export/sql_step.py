"""Steps: a query in named pieces, each a CTE, so that they can be written together or one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, render

if TYPE_CHECKING:
    from collections.abc import Iterable

_CTE = """
{comment}
{name} AS (
{query}
)"""


@dataclass(frozen=True)
class Step:
    """A query, the name that later steps call it by, and what it does."""

    name: str
    comment: str
    query: Sql

    def cte(self) -> Sql:
        """The step as part of a ``WITH``, under its comment."""
        return render(_CTE, comment=commented(self.comment.splitlines()), name=Sql(self.name), query=self.query)


def commented(lines: Iterable[str]) -> Sql:
    """Lines of the program's own, as SQL comments."""
    return Sql("\n".join(f"-- {line}" for line in lines))
