"""Counted values as scoring counts them: a table with ``worth`` and ``customers``, the worst first."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.engine.duckdb import DuckDbEngine

_EMPTY = "SELECT CAST(NULL AS {kind}) AS worth, CAST(0 AS BIGINT) AS customers WHERE false"
_ROW = "SELECT CAST({worth} AS {kind}), CAST({customers} AS BIGINT)"


def counted(engine: DuckDbEngine, values: Iterable[Decimal | str | int | None], kind: str = "DECIMAL(18, 2)") -> Sql:
    """A table of one value for each customer."""
    people = Counter(None if value is None else Decimal(value) for value in values)
    ordered = sorted(people, key=lambda value: (value is not None, value or 0))
    rows = [render(_ROW, worth=literal(value), kind=Sql(kind), customers=literal(people[value])) for value in ordered]
    return engine.table("counted", joined([render(_EMPTY, kind=Sql(kind)), *rows], " UNION ALL "))
