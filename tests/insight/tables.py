"""Literal tables for the tests of insight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quintile.engine.duckdb import DuckDbEngine


def table(engine: DuckDbEngine, called: str, kinds: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Sql:
    """A table with columns of the given kinds."""
    typed = [
        joined(
            render("CAST({value} AS {kind}) AS {column}", value=literal(value), kind=Sql(kind), column=name(column))
            for (column, kind), value in zip(kinds.items(), row, strict=True)
        )
        for row in [[None] * len(kinds), *rows]
    ]
    query = joined([render("SELECT {row}", row=row) for row in typed], " UNION ALL ")
    first = name(next(iter(kinds)))
    return engine.table(called, render("SELECT * FROM ({rows}) WHERE {first} IS NOT NULL", rows=query, first=first))
