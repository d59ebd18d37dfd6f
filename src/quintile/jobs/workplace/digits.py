"""Digits: money of several sources in one type that keeps every digit of each.

Left to itself the database keeps the digits before the point, and rounds those behind it away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.engine.base import Engine

MONEY = ("amount", "refund")
_WIDEST = 38
_TYPES = """
SELECT file_name, coalesce(max(precision), 0), coalesce(max(scale), 0) FROM parquet_schema([{files}])
WHERE name IN ({money}) GROUP BY file_name
"""
_READ = "SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
_CAST = "CAST({column} AS DECIMAL({digits}, {scale})) AS {column}"
_IN_ONE = "SELECT * REPLACE ({casts}) FROM ({rows})"


def files_in_one(engine: Engine, paths: Sequence[Path]) -> Sql:
    """The query of all rows of some Parquet files, money in one type."""
    listed = joined(literal(str(path)) for path in paths)
    types = engine.rows(render(_TYPES, files=listed, money=joined(map(literal, MONEY))))
    of_type: dict[tuple[int, int], list[Sql]] = {}
    for file, digits, scale in sorted(types):
        of_type.setdefault((digits, scale), []).append(literal(file))
    if len(of_type) <= 1:
        return render(_READ, files=listed)
    scale = max(scale for _, scale in of_type)
    parts = (in_one(engine, render(_READ, files=joined(files)), scale) for files in of_type.values())
    return joined((render("({part})", part=part) for part in parts), " UNION ALL BY NAME ")


def in_one(engine: Engine, rows: Sql, scale: int) -> Sql:
    """The query of some rows with so many digits behind the point of money, and room for as many before it."""
    types = engine.columns(render("SELECT * FROM ({rows})", rows=rows))
    casts = joined(
        render(_CAST, column=name(column), digits=literal(_WIDEST), scale=literal(scale))
        for column in MONEY
        if types.get(column, "").startswith("DECIMAL")
    )
    return render(_IN_ONE, casts=casts, rows=rows)


def scale_of(engine: Engine, rows: Sql) -> int:
    """How many digits money has behind the point."""
    types = engine.columns(render("SELECT * FROM ({rows})", rows=rows))
    scales = (types.get(column, "").rpartition(",")[2].rstrip(")") for column in MONEY)
    return max((int(scale) for scale in scales if scale), default=0)
