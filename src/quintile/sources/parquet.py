"""Parquet: opened as it is; what the file tells of itself twice must agree before a value is believed.

The database checks neither page CRCs nor statistics, and it plans with the statistics: of bits flipped at random in a
file without CRCs about half change a value in silence. So CRCs are checked here wherever the file has them, and a check
compares the statistics with the values. A run does so where the file is small: of a large one it trusts the statistics,
because to compare them would take one more scan.
"""

from __future__ import annotations

import mmap
import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.engine.duckdb import DatabaseError
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.files import checksum_meanwhile, same_numbers
from quintile.sources.located import ROW_NUMBER, SourceTable
from quintile.sources.parquet_pages import check_pages, has_crc, require_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quintile.engine.base import Engine

_ROWS = "SELECT * FROM read_parquet([{path}], hive_partitioning = false)"
# Some writers leave the mark away that tells texts from other bytes; only the columns that are read must be texts.
_TEXT_ROWS = "SELECT * FROM read_parquet([{path}], hive_partitioning = false, binary_as_string = true)"
_LOCATED = (
    "SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {row} "
    "FROM read_parquet([{path}], hive_partitioning = false, file_row_number = true, binary_as_string = {as_text})"
)
_FILE = "SELECT num_rows, encryption_algorithm FROM parquet_file_metadata([{path}])"
_SCHEMA = "SELECT name, coalesce(num_children, 0) FROM parquet_schema([{path}])"
# The scale of a decimal stands twice; were it wrong, every amount would be ten times itself.
_SCALES = """
SELECT name FROM parquet_schema([{path}]) WHERE logical_type LIKE 'DecimalType%'
AND regexp_extract(logical_type, 'scale=(\\d+)', 1) <> CAST(coalesce(scale, 0) AS VARCHAR)
"""
_GROUPS = """
SELECT coalesce(sum(rows), 0), coalesce(max(unequal), false) FROM (
    SELECT max(row_group_num_rows) AS rows,
        min(row_group_num_rows) <> max(row_group_num_rows) OR max(row_group_num_rows) < 0
        OR count_if(num_values < row_group_num_rows OR (num_values > row_group_num_rows AND NOT lists)) > 0 AS unequal
    FROM parquet_metadata([{path}]),
        (SELECT coalesce(bool_or(repetition_type = 'REPEATED'), false) AS lists FROM parquet_schema([{path}]))
    GROUP BY row_group_id
)
"""
_CODECS_USED = "SELECT DISTINCT compression FROM parquet_metadata([{path}])"
# Some writers give the place of a dictionary page as 0 when there is none. A group without rows has no pages that are
# read, and its columns no place.
_CHUNKS = """
SELECT coalesce(CASE WHEN dictionary_page_offset > 0 THEN least(dictionary_page_offset, data_page_offset)
    ELSE data_page_offset END, -1) AS start, coalesce(total_compressed_size, -1)
FROM parquet_metadata([{path}]) WHERE row_group_num_rows > 0 ORDER BY start
"""
# A bare min(column) would be answered from the statistics, which are what is in doubt.
_FOUND = (
    "min(CASE WHEN {sound} THEN {value} END), max(CASE WHEN {sound} THEN {value} END),"
    " count_if(CAST({column} AS VARCHAR) IS NULL)"
)
_TOLD = """
min(CASE WHEN path_in_schema = {text} THEN {least} END),
max(CASE WHEN path_in_schema = {text} THEN {most} END),
sum(CASE WHEN path_in_schema = {text} THEN stats_null_count END),
coalesce(bool_and(CASE WHEN path_in_schema = {text} THEN stats_null_count = num_values OR
    coalesce(CAST({least} AS VARCHAR) <> 'nan' AND CAST({most} AS VARCHAR) <> 'nan', false) END), false),
coalesce(bool_and(CASE WHEN path_in_schema = {text} THEN stats_null_count IS NOT NULL END), false)
"""
_FROM_FILE = "SELECT {parts} FROM read_parquet([{path}], hive_partitioning = false)"
_FROM_FOOTER = "SELECT {parts} FROM parquet_metadata([{path}]) WHERE row_group_num_rows > 0"
_COMPARED = re.compile(
    r"U?(TINY|SMALL|BIG)INT|U?INTEGER|DECIMAL\(\d+,\d+\)|DOUBLE|FLOAT|VARCHAR|DATE"
    r"|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?"
)
_AT_ONCE = 50
_SMALL = 100_000
_FEWEST_BYTES = 12
_MAGIC, _ENCRYPTED = b"PAR1", b"PARE"
_CODECS = ("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4", "LZ4_RAW")


@dataclass(frozen=True)
class _Parquet:
    """A file, the path by which the database knows it, and whom to ask."""

    engine: Engine
    path: Path
    known_as: Sql

    def rows(self, query: str, **values: Sql) -> list[tuple[Any, ...]]:
        try:
            return self.engine.rows(render(query, path=self.known_as, **values))
        except DataError as error:
            error.place = replace(error.place, file=self.path.name)
            raise

    def damaged(self, reason: str, column: str | None = None) -> DataError:
        return DataError(
            "corrupt_file",
            f"the Parquet file is damaged: {reason}",
            fix="export or download it again",
            place=Place(self.path.name, column=column),
        )


def open_parquet(engine: Engine, path: Path, link: Path) -> SourceTable:
    """Open a Parquet file; its footer counts the rows, and so does each row group.

    Raises:
        DataError: ``corrupt_file``, ``encrypted``, ``format_not_supported``, ``duplicate_column`` or ``empty_input``.
    """
    with checksum_meanwhile(path) as digest:
        return _opened(_linked(engine, path, link), digest)


def _opened(file: _Parquet, digest: Callable[[], str]) -> SourceTable:
    rows, fix = _counted(file), "export it again with its rows"
    if not rows:
        raise DataError("empty_input", "the file has no rows", fix=fix, place=Place(file.path.name))
    _refuse_renamed(file)
    for (column,) in file.rows(_SCALES):
        reason = "it gives two different numbers of decimals for a column"
        raise file.damaged(reason, column)
    query = render(_ROWS, path=file.known_as)
    columns = file.engine.columns(query)
    verified = _check_crcs(file, always=rows <= _SMALL)
    if rows <= _SMALL and not verified:
        _compare(file, columns, rows)
    has_bytes = "BLOB" in columns.values()
    if has_bytes:
        query = render(_TEXT_ROWS, path=file.known_as)
        columns = file.engine.columns(query)
    return SourceTable(
        name=file.path.name,
        query=query,
        located=render(_LOCATED, path=file.known_as, row=Sql(ROW_NUMBER), as_text=literal(has_bytes)),
        columns=columns,
        rows=rows,
        lines=same_numbers,
        sha256=digest(),
        assumed={"format": "parquet", **({"page_checksums": "verified"} if verified else {})},
    )


def require_sound(engine: Engine, path: Path, link: Path) -> None:
    """Read a Parquet file in full and compare its values with what its footer says of them.

    Raises:
        DataError: ``corrupt_file`` and all of ``open_parquet``.
    """
    file = _linked(engine, path, link)
    if rows := _counted(file):
        _check_crcs(file, always=True)
        _compare(file, engine.columns(render(_ROWS, path=file.known_as)), rows)


def _linked(engine: Engine, path: Path, link: Path) -> _Parquet:
    with path.open("rb") as content:
        head = content.read(len(_MAGIC))
        size = content.seek(0, 2)
        content.seek(max(size - len(_MAGIC), 0))
        tail = content.read()
    place = Place(path.name)
    if _ENCRYPTED in {head, tail}:
        raise _encrypted(place)
    if size < _FEWEST_BYTES or tail != _MAGIC:
        message = "the Parquet file is cut off: it does not end as one"
        raise DataError("corrupt_file", message, fix="export or download it again", place=place)
    if "\\" in str(path.resolve()):  # which the database takes for a folder's end
        shutil.copyfile(path, link)
    else:
        link.symlink_to(path.resolve())
    return _Parquet(engine, path, literal(str(link)))


def _encrypted(place: Place) -> DataError:
    message = "an encrypted Parquet file cannot be read"
    return DataError("encrypted", message, fix="export it without encryption", place=place)


def _counted(file: _Parquet) -> int:
    """The rows of the file, if footer, row groups and columns agree on them."""
    (rows, encryption), *_ = file.rows(_FILE)
    if encryption is not None:
        raise _encrypted(Place(file.path.name))
    codecs = [codec for (codec,) in file.rows(_CODECS_USED) if codec not in _CODECS]
    if codecs:
        message = f"the Parquet file is compressed with {codecs[0]}, which cannot be read"
        fix = "write it with snappy, zstd or gzip"
        raise DataError("format_not_supported", message, fix=fix, place=Place(file.path.name))
    counted, unequal = file.rows(_GROUPS)[0]
    if unequal or counted != rows:
        reason = f"its footer counts {rows:,} rows, its row groups {counted:,}"
        raise file.damaged(reason)
    return int(rows)


def _refuse_renamed(file: _Parquet) -> None:
    """The database would rename the second of two columns that differ by nothing but case."""
    seen: set[str] = set()
    for column in _columns(file):
        if column.casefold() in seen:
            raise DataError(
                "duplicate_column",
                f"two columns are called '{column}'",
                fix="give each column its own name",
                place=Place(file.path.name, column=column),
            )
        seen.add(column.casefold())


def _columns(file: _Parquet) -> Iterator[str]:
    """The names of the columns as they stand in the file, what is inside of them left out."""
    nodes = file.rows(_SCHEMA)
    place, end = 1, len(nodes)
    for _ in range(nodes[0][1]):
        inside = 1
        if place < end:
            yield nodes[place][0]
        while inside:
            if not 0 < place < end or nodes[place][1] < 0:
                reason = "its footer names fewer columns than it counts"
                raise file.damaged(reason)
            inside += nodes[place][1] - 1
            place += 1


def _check_crcs(file: _Parquet, *, always: bool) -> bool:
    """Whether the pages carry CRCs, all found right; a file whose first page has none is walked if ``always``."""
    chunks = [(start, size) for start, size in file.rows(_CHUNKS)]
    with file.path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        content = memoryview(mapped)
        try:
            if not always and not has_crc(content, chunks[0][0]):
                return False
            require_apart(chunks)
            found = [check_pages(content, start, size) for start, size in chunks]
        except DataError as error:
            error.place = Place(file.path.name)
            raise
        finally:
            content.release()
    pages, checked = (sum(counts) for counts in zip(*found, strict=True)) if found else (0, 0)
    if 0 < checked < pages:
        reason = "some of its pages have lost their CRC"
        raise file.damaged(reason)
    return checked > 0


def _compare(file: _Parquet, columns: dict[str, str], rows: int) -> None:
    """Hold the values against the statistics; those are often absent, and then say nothing."""
    compared = [column for column, kind in columns.items() if _COMPARED.fullmatch(kind)]
    for start in range(0, len(compared), _AT_ONCE):
        _compare_some(file, {column: columns[column] for column in compared[start : start + _AT_ONCE]}, rows)


def _compare_some(file: _Parquet, columns: dict[str, str], rows: int) -> None:
    try:
        found = file.rows(_FROM_FILE, parts=joined(_found(column, kind) for column, kind in columns.items()))[0]
    except DatabaseError as error:  # such as a date beyond all dates
        raise file.damaged(str(error).partition("\n")[0][:300]) from error
    told = file.rows(
        _FROM_FOOTER,
        parts=joined(_told(column, kind) for column, kind in columns.items()),
    )[0]
    for place, column in enumerate(columns):
        least, most, nulls = found[3 * place : 3 * place + 3]
        told_least, told_most, told_nulls, bounded, counted = told[5 * place : 5 * place + 5]
        outside = bounded and least is not None and (told_least is None or not told_least <= least <= most <= told_most)
        if outside or (counted and nulls != told_nulls) or nulls > rows:
            reason = "its values are not those its footer tells of"
            raise file.damaged(reason, column)


def _found(column: str, kind: str) -> Sql:
    quoted = name(column)
    # The database folds isnan() by the statistics, which leave NaN out.
    sound = "isfinite({column})" if kind in {"DOUBLE", "FLOAT"} else "{column} IS NOT NULL"
    return render(_FOUND, column=quoted, sound=render(sound, column=quoted), value=_comparable(quoted, kind))


def _told(column: str, kind: str) -> Sql:
    least, most = (
        _comparable(render("TRY_CAST({told} AS {kind})", told=Sql(told), kind=Sql(kind)), kind)
        for told in ("stats_min_value", "stats_max_value")
    )
    return render(_TOLD, text=literal(column), least=least, most=most)


def _comparable(value: Sql, kind: str) -> Sql:
    """Days and instants as whole numbers: Python has neither the days before its year 1 nor, alone, time zones."""
    if kind == "DATE":
        return render("({value} - DATE '1970-01-01')", value=value)
    return render("epoch_us({value})", value=value) if kind.startswith("TIMESTAMP") else value
