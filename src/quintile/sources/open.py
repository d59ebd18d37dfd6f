"""open_source: a path or a frame, opened as a SourceTable by what it really is.

DuckDB sees only links with names of our own in a staging folder, because to it a path is code (globs, folders that
become columns). Excel and JSON lines are written down as plain text there first, digit for digit.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, cast

from quintile.domain.settings import LimitSettings
from quintile.errors import DataError, Place
from quintile.sources.ahead import stage_and_copy, text_queries
from quintile.sources.corrected import as_corrected
from quintile.sources.dialect import detect_dialect
from quintile.sources.files import checksum_meanwhile, open_frame
from quintile.sources.formats import format_of
from quintile.sources.json_lines import open_json_lines
from quintile.sources.lake import refuse_table_of_lake
from quintile.sources.late_quotes import as_quoted_later
from quintile.sources.located import SourceTable
from quintile.sources.parquet import open_parquet
from quintile.sources.records import locate
from quintile.sources.sheets import open_sheet
from quintile.sources.staging import damaged_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.dialect import Dialect
    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine, FileEngine
    from quintile.sources.located import Copied
    from quintile.sources.staging import Staged

    _Staged = tuple[Dialect, Staged, Copied | None]


def open_source(
    engine: Engine,
    source: object,
    staging: Path,
    settings: ReadingSettings,
    place: int = 0,
    limits: LimitSettings = LimitSettings(),  # noqa: B008 - a frozen value
) -> SourceTable:
    """Open one source.

    Args:
        engine: Reads it.
        source: A path, or a pandas, polars, pyarrow or DuckDB table.
        staging: Folder for links and clean copies.
        settings: Dialect and sheet the user fixed.
        place: The source's place among several, for names.
        limits: What a child process that parses it may take.

    Raises:
        DataError: The content cannot be read; the message says why and what to do.
    """
    if not isinstance(source, str | Path):
        return open_frame(engine, source, place)
    path = Path(source)
    if path.is_dir():
        refuse_table_of_lake(path)
    match format_of(path):
        case "parquet":
            refuse_table_of_lake(path)
            table = open_parquet(engine, path, staging / f"source_{place:04}.parquet")
        case "xlsx" | "ole":
            table = open_sheet(path, staging, settings.sheet, limits)
        case "json":
            table = open_json_lines(path, staging)
        case _:
            table = open_text(cast("FileEngine", engine), path, staging, settings)
    return as_corrected(table)


def open_text(engine: FileEngine, path: Path, staging: Path, settings: ReadingSettings) -> SourceTable:
    """Open a delimited text file, every column as text, every physical record counted.

    Raises:
        DataError: The file is not a table, or its dialect cannot be told.
    """
    with checksum_meanwhile(path) as digest:
        dialect, staged, copied = _staged(engine, path, staging, settings)
    if not staged.records:
        raise DataError(
            "empty_input",
            "the file has a header but no rows",
            fix="export it again with its rows",
            place=Place(path.name),
        )
    query, located = text_queries(staged)

    def lines(places: Sequence[int]) -> dict[int, int]:
        return {number: found.line for number, found in locate(path, dialect, places).items()}

    return SourceTable(
        name=path.name,
        query=query,
        located=located,
        columns=dict.fromkeys(dialect.columns, "VARCHAR"),
        rows=staged.records,
        lines=lines,
        sha256=digest(),
        assumed=_shown(dialect),
        rejected=staged.rejected,
        scratch=staging,
        damaged=lambda: damaged_rows(path, dialect),
        copied=copied,
    )


def _staged(engine: FileEngine, path: Path, staging: Path, settings: ReadingSettings) -> _Staged:
    """Detect the dialect and stage the file.

    The first pieces of a file mostly tell its encoding and its quotes, and the records prove it. Where some of them are
    damaged or unusual, all bytes are looked at, and what leaves fewer rows aside stands.
    """
    dialect = detect_dialect(path, delimiter=settings.delimiter, encoding=settings.encoding, whole=False)
    first = _tried(engine, path, dialect, staging, settings)
    if not isinstance(first, DataError) and not first[1].copied:
        return first
    found = dialect
    if isinstance(first, DataError) or first[1].rejected:
        found = detect_dialect(path, delimiter=settings.delimiter, encoding=settings.encoding)
    found = as_quoted_later(path, found)
    second = first if found == dialect else _tried(engine, path, found, staging, settings)
    best = min(second, first, key=_set_aside)
    if isinstance(best, DataError):
        raise best
    return best


def _tried(
    engine: FileEngine, path: Path, dialect: Dialect, staging: Path, settings: ReadingSettings
) -> _Staged | DataError:
    try:
        return dialect, *stage_and_copy(engine, path, dialect, staging, settings)
    except DataError as error:
        return error


def _set_aside(tried: _Staged | DataError) -> float:
    return math.inf if isinstance(tried, DataError) else len(tried[1].rejected)


def _shown(dialect: Dialect) -> dict[str, str]:
    delimiter = {"\t": "tab", " ": "blanks"}.get(dialect.delimiter, dialect.delimiter)
    return {"format": "text", "delimiter": delimiter, "encoding": dialect.encoding.removesuffix("-sig")}
