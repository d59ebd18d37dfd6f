"""Files and frames: what a source is by its content, opened as a SourceTable.

DuckDB sees only links with names of our own in a staging folder, because to it a path is code (globs, folders that
become columns). Excel and JSON lines are written down as plain text there first, digit for digit.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal, render
from quintile.errors import DataError, Place
from quintile.sources.located import ROW_NUMBER, SourceTable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.engine.base import Engine

_MAGIC = {b"PAR1": "parquet", b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "ole", b"\x1f\x8b": "gzip"}
_PARQUET = "SELECT * FROM read_parquet([{path}], hive_partitioning = false)"
_PARQUET_LOCATED = (
    "SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {row} "
    "FROM read_parquet([{path}], hive_partitioning = false, file_row_number = true)"
)
_PARQUET_ROWS = "SELECT num_rows FROM parquet_file_metadata([{path}])"
_FRAME_LOCATED = "SELECT *, row_number() OVER () AS {row} FROM {frame}"


def format_of(path: Path) -> str:
    """What a file is, by its first bytes: parquet, xlsx, ole, gzip, json or text.

    Raises:
        DataError: ``format_mismatch``, its ending promises something else; ``empty_input``; ``not_found``.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise DataError(
            "not_found",
            f"the source cannot be opened: {error.strerror or error}",
            fix="check the path; several files are given one after the other",
            place=Place(str(path)),
        ) from error
    if not head:
        raise DataError("empty_input", "the file is empty", fix="export it again with its rows", place=Place(path.name))
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if found is None:
        found = "json" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "text"
    promised = {".parquet": "parquet", ".xlsx": "xlsx", ".gz": "gzip"}.get(path.suffix.lower())
    if promised not in {None, found} and found != "ole":
        raise DataError(
            "format_mismatch",
            f"the file is called {path.suffix} but its content is {found}",
            fix="give the file its right ending, or export it again",
            place=Place(path.name),
        )
    return found


def checksum(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_parquet(engine: Engine, path: Path, link: Path) -> SourceTable:
    """Open a Parquet file; its footer counts the rows.

    Raises:
        DataError: ``corrupt_file`` or ``empty_input``.
    """
    link.symlink_to(path.resolve())
    place = literal(str(link))
    query = render(_PARQUET, path=place)
    columns = engine.columns(query)
    rows = engine.rows(render(_PARQUET_ROWS, path=place))[0][0]
    if not rows:
        raise DataError(
            "empty_input", "the file has no rows", fix="export it again with its rows", place=Place(path.name)
        )
    return SourceTable(
        name=path.name,
        query=query,
        located=render(_PARQUET_LOCATED, path=place, row=Sql(ROW_NUMBER)),
        columns=columns,
        rows=rows,
        lines=_same_numbers,
        sha256=checksum(path),
        assumed={"format": "parquet"},
    )


def open_frame(engine: Engine, frame: object, place: int) -> SourceTable:
    """Open a data frame (pandas, polars, pyarrow, DuckDB) through its Arrow stream.

    Raises:
        DataError: ``format_not_supported``, the object has no Arrow stream.
    """
    if not hasattr(frame, "__arrow_c_stream__"):
        raise DataError(
            "format_not_supported",
            f"a source of type {type(frame).__name__} cannot be read",
            fix="pass a path, or a pandas, polars, pyarrow or DuckDB table",
        )
    registered = engine.register(f"frame_{place}", frame)
    query = render("SELECT * FROM {frame}", frame=registered)
    rows = engine.rows(render("SELECT count(*) FROM {frame}", frame=registered))[0][0]
    if not rows:
        raise DataError("empty_input", "the table has no rows", fix="pass a table with rows")
    return SourceTable(
        name=f"frame {place + 1}",
        query=query,
        located=render(_FRAME_LOCATED, frame=registered, row=Sql(ROW_NUMBER)),
        columns=engine.columns(query),
        rows=rows,
        lines=_same_numbers,
        assumed={"format": type(frame).__module__.partition(".")[0]},
    )


def _same_numbers(places: Sequence[int]) -> dict[int, int]:
    return {place: place for place in places}
