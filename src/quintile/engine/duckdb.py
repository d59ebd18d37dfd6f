"""DuckDB, embedded: the default engine, hardened before it sees the first byte of foreign data."""

from __future__ import annotations

import contextlib
import re
import tempfile
from typing import TYPE_CHECKING, Any

import duckdb

from quintile.engine.render import Sql, Value, joined, literal, name, render
from quintile.errors import DataError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# What DuckDB raises for bytes it cannot make sense of; its other errors are mistakes of ours.
_UNREADABLE = (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)

DatabaseError = duckdb.Error
"""What DuckDB raises, for the few who may not know DuckDB but let a user's own query into it."""

_BATCH = 8192  # rows
_FOLDERS = re.compile(r"(?:[^/\s'\"]*/){2,}")  # not the stroke of 57.2 MiB/57.2 MiB
_WRITE = {
    # At level 1 customers take a tenth less time than at 3, and less space.
    ".parquet": "COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,"
    " ROW_GROUP_SIZE 122880)",
    # For readers of our own alone: numbers that grow from row to row take half the space and a third of the time.
    ".kept": "COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, PARQUET_VERSION v2,"
    " DICTIONARY_SIZE_LIMIT 1000)",
    # Read once or twice and thrown away: smaller would cost more than it saves.
    ".staged": "COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1000)",
    ".csv": "COPY ({query}) TO {path} (FORMAT csv, HEADER true)",
}


class DuckDbEngine:
    """One in-memory DuckDB database that may touch only the folders and files it was given.

    Args:
        folders: Folders in which files may be read and written; everything else is refused by DuckDB itself.
        files: Single files that may be read, such as the user's own sources.
        memory: Memory limit such as ``"4GB"``; beyond it work spills to a temporary folder.
        spill: Where that folder is made; None takes the system's place for temporary folders.
        threads: Worker threads; None takes all cores. The results do not depend on it.
    """

    name = "duckdb"

    def __init__(
        self,
        folders: Iterable[Path] = (),
        files: Iterable[Path] = (),
        *,
        memory: str | None = None,
        threads: int | None = None,
        spill: Path | None = None,
    ) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="quintile-", dir=spill, ignore_cleanup_errors=True)
        self._connection = duckdb.connect(":memory:")
        allowed = [str(folder.resolve()) + "/" for folder in folders] + [self._spill.name + "/"]
        settings: list[tuple[str, Value | list[str]]] = [
            ("allowed_directories", allowed),
            ("allowed_paths", [str(file.resolve()) for file in files]),
            ("temp_directory", self._spill.name),
            ("enable_external_access", False),
            ("autoinstall_known_extensions", False),
            ("autoload_known_extensions", False),
            ("allow_community_extensions", False),
            ("python_enable_replacements", False),
            ("TimeZone", "UTC"),
            # DuckDB 2.0.0 cannot bind what this one makes of a grouping over Parquet columns with an IN list.
            ("disabled_optimizers", "partial_aggregate_pushdown"),
            ("preserve_insertion_order", True),
            ("memory_limit", memory),
            ("threads", threads),
            ("lock_configuration", True),
        ]
        for setting, value in settings:
            if value is not None:
                _set(self._connection, setting, value)

    def rows(self, query: Sql) -> list[tuple[Any, ...]]:
        """Run a query and return its (few) rows."""
        with _readable():
            return self._connection.execute(query).fetchall()

    def table(self, table_name: str, query: Sql) -> Sql:
        """Materialise a query as a temporary table."""
        quoted = name(table_name)
        with _readable():
            self._connection.execute(
                render("CREATE OR REPLACE TEMP TABLE {table} AS {query}", table=quoted, query=query)
            )
        return quoted

    def view(self, view_name: str, query: Sql) -> Sql:
        """Name a query as a temporary view."""
        quoted = name(view_name)
        self._connection.execute(render("CREATE OR REPLACE TEMP VIEW {view} AS {query}", view=quoted, query=query))
        return quoted

    def drop(self, table_name: str) -> None:
        """Drop a temporary table if it is there."""
        self._connection.execute(render("DROP TABLE IF EXISTS {table}", table=name(table_name)))

    def columns(self, query: Sql) -> dict[str, str]:
        """Column names and DuckDB type names of a query."""
        return {row[0]: row[1] for row in self.rows(render("DESCRIBE {query}", query=query))}

    def write(self, query: Sql, path: Path, day: str = "") -> None:  # noqa: ARG002 - a file tells its day elsewhere
        """COPY a query to a Parquet, staged Parquet or CSV file, rows in the query's order whatever the threads."""
        self._connection.execute(render(_WRITE[path.suffix], query=query, path=literal(str(path))))

    def register(self, table_name: str, frame: object) -> Sql:
        """Read a frame through its Arrow C stream; each query takes the stream anew."""
        self._connection.register(table_name, _ArrowStream(frame))
        if hasattr(frame, "read_next_batch"):  # a stream that can be read once
            return self.table(f"{table_name}_rows", render("SELECT * FROM {frame}", frame=name(table_name)))
        return name(table_name)

    def arrow(self, query: Sql) -> object:
        """A query's rows as an object with the Arrow C stream (pyarrow, polars and pandas read it)."""
        return self._connection.sql(query)

    def batches(self, query: Sql) -> Iterator[list[tuple[Any, ...]]]:
        """A query's rows in pieces, so that they never stand in memory at once; no other query may run meanwhile."""
        with _readable():
            self._connection.execute(query)
            while rows := self._connection.fetchmany(_BATCH):
                yield rows

    def interrupt(self) -> None:
        """Stop the running query from another thread or a signal handler."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection and remove the spill folder."""
        with contextlib.suppress(duckdb.Error):
            self._connection.close()
        self._spill.cleanup()


def _set(connection: duckdb.DuckDBPyConnection, setting: str, value: Value | list[str]) -> None:
    try:
        connection.execute(f"SET {setting} = {_setting(value)}")
    except duckdb.Error as error:
        message = f"'{value}' is no possible {setting}: {str(error).splitlines()[0]}"
        raise SettingsError("engine", message, fix="write for example --memory 2GB or --threads 2") from error


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Say of bytes that cannot be read that the file is damaged.

    Raises:
        DataError: ``corrupt_file``, or ``too_large`` when memory or the size of a file runs out.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            "too_large",
            f"the database needs more memory than it may take: {_reason(error)}",
            fix="allow it more, such as --memory 8GB, or fewer --threads",
        ) from error
    except duckdb.Error as error:
        if "Could not convert Timestamp" in str(error):  # while reading: no cast of ours is named in it
            raise DataError(
                "corrupt_file",
                "the source holds a time that no calendar reaches, beyond the year 290,000",
                fix="see in which unit its times are written (nanoseconds said to be milliseconds?), or export them"
                " as text",
            ) from error
        if isinstance(error, duckdb.OutOfRangeException) and "DECIMAL(38)" in str(error):
            raise DataError(
                "too_large",
                "to reckon the money exactly takes more than 38 digits",
                fix="round amounts, unit prices or rates with very many decimals where they come from",
            ) from error
        if not isinstance(error, _UNREADABLE) and type(error) is not duckdb.Error:
            raise
        if "File too large" in str(error):
            raise DataError(
                "too_large",
                "the database writes a temporary file larger than allowed",
                fix="split the source, or raise --max-file",
            ) from error
        raise DataError(
            "corrupt_file",
            f"the source is damaged and cannot be read: {_reason(error)}",
            fix="export or download it again",
        ) from error


def _reason(error: duckdb.Error) -> str:
    """The first line, without folders: they are ours, and gone."""
    return _FOLDERS.sub("", (str(error).splitlines() or [""])[0])[:300]


class _ArrowStream:
    """Hides every other trait of a frame, so that DuckDB takes the Arrow stream and needs no library for it."""

    def __init__(self, frame: object) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)  # type: ignore[attr-defined]


def _setting(value: Value | list[str]) -> str:
    return f"[{joined(literal(item) for item in value)}]" if isinstance(value, list) else literal(value)
