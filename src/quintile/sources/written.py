"""Written rows: cells that Python read (Excel, JSON lines), written down as plain text for the database to read."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from quintile.domain.dialect import Dialect
from quintile.engine.render import Sql, render
from quintile.errors import DataError, Place
from quintile.sources.files import checksum
from quintile.sources.located import ROW_NUMBER, SourceTable
from quintile.sources.staging import Staged, read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from quintile.domain.transactions import RejectedRow


def checked_columns(names: Sequence[str], file: str, line: int) -> list[str]:
    """Column names as the database can hold them: trimmed, none empty, none twice (upper and lower case are the same).

    Raises:
        DataError: ``duplicate_column``.
    """
    columns = [name.strip() or f"column_{place}" for place, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in columns]
    twice = next((name for name, key in zip(columns, folded, strict=True) if folded.count(key) > 1), None)
    if twice is not None:
        raise DataError(
            "duplicate_column",
            f"two columns are called '{twice}'",
            fix="give each column its own name",
            place=Place(file, line, twice),
        )
    return columns


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> list[int]:
    """Write rows of text as CSV.

    Args:
        path: The new file.
        columns: Column names, not written.
        rows: Each row's line in the source, and its cells, as many as there are columns.

    Returns:
        The source line of each written row, in order.
    """
    lines = []
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for line, cells in rows:
            lines.append(line)
            writer.writerow(cells[: len(columns)])
    return lines


def written_table(
    source: Path,
    written: Path,
    columns: Sequence[str],
    lines: list[int],
    *,
    form: str,
    rejected: tuple[RejectedRow, ...] = (),
) -> SourceTable:
    """The SourceTable of rows written by ``write_rows``.

    Raises:
        DataError: ``empty_input``, there is no row.
    """
    if not lines and not rejected:
        raise DataError(
            "empty_input", "the source has no rows", fix="export it again with its rows", place=Place(source.name)
        )
    staged = Staged(written, Dialect(tuple(columns), head=0), len(lines), (), copied=True)
    rows = read_sql(staged)

    def found(places: Sequence[int]) -> dict[int, int]:
        return {place: lines[place - 1] for place in places}

    return SourceTable(
        name=source.name,
        query=render("SELECT * FROM {rows}", rows=rows),
        located=render("SELECT *, row_number() OVER () AS {row} FROM {rows}", rows=rows, row=Sql(ROW_NUMBER)),
        columns=dict.fromkeys(columns, "VARCHAR"),
        rows=len(lines) + len(rejected),
        lines=found,
        sha256=checksum(source),
        assumed={"format": form},
        rejected=rejected,
    )
