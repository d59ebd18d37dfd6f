"""open_database: a named database source, read once into the staging folder and opened there as a SourceTable."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.dialect import Dialect
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import ConservationError, DataError, Place
from quintile.sources.databases import duckdb_file, mysql, postgresql, sqlite
from quintile.sources.databases.base import MARK_COLUMN, Extract, Kind, refused
from quintile.sources.databases.reach import reach
from quintile.sources.files import checksum
from quintile.sources.located import ROW_NUMBER, SourceTable
from quintile.sources.staging import damaged_rows, read_sql, stage_utf8
from quintile.sources.written import checked_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from quintile.domain.database import DatabaseSource
    from quintile.domain.outgoing import Outgoing
    from quintile.domain.transactions import RejectedRow
    from quintile.engine.base import Engine

KINDS: dict[str, Kind] = {
    "postgresql": postgresql.extract,
    "mysql": mysql.extract,
    "sqlite": sqlite.extract,
    "duckdb": duckdb_file.extract,
}
_ROWS = "SELECT {columns} FROM {rows}"
_LOCATED = "SELECT {columns}, row_number() OVER () AS {row} FROM {rows}"
_KEYS = "SELECT {row}, {key} FROM ({located}) WHERE {row} IN ({places})"


def open_database(
    engine: Engine, source: DatabaseSource, staging: Path, outgoing: Outgoing, on_step: Callable[[str], None]
) -> SourceTable:
    """Read a table or query from a database, every column as text, every row counted by the database itself.

    Args:
        engine: Reads what was written.
        source: Which database, which table.
        staging: Folder for the text.
        outgoing: Which addresses may be connected to.
        on_step: Told how many rows there are so far.

    Raises:
        SettingsError: The driver is not installed, or the password's variable is not set.
        DataError: The database cannot be reached or refuses; the table is empty or cannot be read.
    """
    exported = staging / f"database_{sum(1 for _ in staging.iterdir()):04}.csv"

    def tell(rows: int) -> None:
        on_step(f"reading {source.label}: {rows:,} rows")

    tell(0)
    extract = KINDS[source.settings.kind](source, reach(source, outgoing), exported, tell)
    if not extract.rows:
        raise refused(source, "empty_input", "the table or query has no rows", "name another one")
    try:
        return _opened(engine, source, staging, exported, extract)
    except DataError as error:
        error.place = Place(source.label, column=error.place.column)
        if error.code in {"too_large", "unterminated_quote"}:  # we close every quote: its end is just too far away
            error.code, error.message = "too_large", "a row is longer than quintile reads"
            error.fix = f"leave long texts out: write query instead of table in [sources.{source.name}]"
        raise


def _opened(engine: Engine, source: DatabaseSource, staging: Path, exported: Path, extract: Extract) -> SourceTable:
    columns = checked_columns(extract.columns, source.label, 0)
    dialect = Dialect((MARK_COLUMN, *columns), head=extract.head)
    sha256 = checksum(exported)
    staged = stage_utf8(exported, dialect, staging)
    if staged.records != extract.rows:
        message = f"{source.label}: the database counts {extract.rows} rows, {staged.records} were written"
        raise ConservationError(message)
    key = [columns[extract.columns.index(column)] for column in extract.key if column in extract.columns]
    lines = {row.line for row in staged.rejected}
    keys = _keys_at(lines, exported, extract.head, columns, key) if lines else {}
    rejected = tuple(replace(row, file=source.label, line=None, key=keys.get(row.line or 0)) for row in staged.rejected)
    if staged.copied and not rejected:  # which may be wanted once more, in full
        exported.unlink()
    shown, rows = joined(map(name, columns)), read_sql(staged)
    located = render(_LOCATED, columns=shown, rows=rows, row=Sql(ROW_NUMBER))
    return SourceTable(
        name=source.label,
        query=render(_ROWS, columns=shown, rows=rows),
        located=located,
        columns=dict.fromkeys(columns, "VARCHAR"),
        rows=extract.rows,
        lines=_same_numbers,
        sha256=sha256,
        assumed={"format": source.settings.kind},
        rejected=rejected,
        keys=lambda places: _keys(engine, located, key, places),
        typed=extract.typed,
        map=source.settings.map,
        damaged=lambda: _damaged(source, exported, dialect, keys),
    )


def _damaged(
    source: DatabaseSource, exported: Path, dialect: Dialect, keys: Mapping[int, str]
) -> Iterator[tuple[RejectedRow, list[str]]]:
    for row, cells in damaged_rows(exported, dialect):
        yield replace(row, file=source.label, line=None, key=keys.get(row.line or 0)), cells[1:]


def _keys(engine: Engine, located: Sql, key: Sequence[str], places: Sequence[int]) -> dict[int, str]:
    """What names the rows at some places: their key's columns, or their place in this read if there is no key."""
    if not key:
        return {place: f"row {place}" for place in places}
    found = engine.rows(
        render(
            _KEYS,
            row=Sql(ROW_NUMBER),
            key=joined(map(name, key)),
            located=located,
            places=joined(map(literal, places)),
        )
    )
    return {place: _key(key, values) for place, *values in found}


def _key(columns: Sequence[str], values: Sequence[str | None]) -> str:
    return ", ".join(f"{column} = {value or ''}" for column, value in zip(columns, values, strict=True))


def _keys_at(
    lines: Collection[int | None], exported: Path, head: int, columns: Sequence[str], key: Sequence[str]
) -> dict[int, str]:
    """What names the rows that begin on some lines of the written file, which means nothing to a user."""
    keys: dict[int, str] = {}
    with exported.open(encoding="utf-8", errors="replace", newline="\n") as file:
        reader = csv.reader(file)
        line = 1
        for number, cells in enumerate(reader, start=1 - head):
            if line in lines:
                values = dict(zip(columns, cells[1:], strict=False))
                keys[line] = _key(key, [values[column] for column in key]) if key else f"row {number}"
            line = reader.line_num + 1
    return keys


def _same_numbers(places: Sequence[int]) -> dict[int, int]:
    return {place: place for place in places}
