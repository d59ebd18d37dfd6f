"""Frames, opened as a SourceTable; and the checksum of a file."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, render
from quintile.errors import DataError
from quintile.sources.frames import register_frame
from quintile.sources.located import ROW_NUMBER, SourceTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quintile.engine.base import Engine

_FRAME_LOCATED = "SELECT *, row_number() OVER () AS {row} FROM {frame}"


def checksum(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def checksum_meanwhile(path: Path) -> Iterator[Callable[[], str]]:
    """A file's checksum, taken in a thread of its own while the block runs; what is given waits for it.

    A block that fails does not.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - loads the whole of logging

    pool = ThreadPoolExecutor(1)
    try:
        yield pool.submit(checksum, path).result
    finally:
        pool.shutdown(wait=False)


def open_frame(engine: Engine, frame: object, place: int) -> SourceTable:
    """Open a data frame (pandas, polars, pyarrow, DuckDB) through its Arrow stream.

    Raises:
        DataError: ``format_not_supported``, the object has no Arrow stream; ``empty_input``; and all of
            ``register_frame``.
    """
    if not hasattr(frame, "__arrow_c_stream__"):
        raise DataError(
            "format_not_supported",
            f"a source of type {type(frame).__name__} cannot be read",
            fix="pass a path, or a pandas, polars, pyarrow or DuckDB table",
        )
    registered = register_frame(engine, frame, f"frame_{place}", f"frame {place + 1}")
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
        lines=same_numbers,
        assumed={"format": type(frame).__module__.partition(".")[0]},
    )


def same_numbers(places: Sequence[int]) -> dict[int, int]:
    """The lines of rows that have none but their place."""
    return {place: place for place in places}
