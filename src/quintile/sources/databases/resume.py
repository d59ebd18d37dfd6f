"""Resuming: a server's rows are copied to a file over as many connections as it takes, none twice and none lost.

Within one connection all rows come from one snapshot. A new connection has a new snapshot: with ``resume_by`` it goes
on behind the last complete row; without it, the read starts over, once.
"""

from __future__ import annotations

import csv
import time
from typing import IO, TYPE_CHECKING, Protocol

from quintile.sources.databases.base import Extract, LostConnectionError, refused, resume_column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from quintile.domain.database import DatabaseSource

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt to connect; a row that arrives begins the count anew."""
MOST_STARTS = 2
_TOLD_EVERY = 20_000


class Snapshot(Protocol):
    """One read-only transaction of a server, in which every query sees the same rows."""

    columns: tuple[str, ...]
    typed: frozenset[str]
    key: tuple[str, ...]

    def records(self, after: str | None) -> Iterator[bytes]:
        """The rows as records; if the source has ``resume_by``, in its order, and only those behind a value."""

    def counted(self, after: str | None) -> int:
        """How many rows the server counts for the last ``records``."""

    def sharing(self, value: str) -> int:
        """How many rows have this value of ``resume_by``."""


def copy_rows(
    connect: Callable[[], AbstractContextManager[Snapshot]],
    source: DatabaseSource,
    target: Path,
    tell: Callable[[int], None],
) -> Extract:
    """Copy all rows into a file.

    Args:
        connect: Opens a new connection with its snapshot.
        source: Says whether and by which column to resume.
        target: The new file.
        tell: Told how many rows there are so far.

    Raises:
        DataError: The server refuses, is lost for good, or counts other rows than arrived (``rows_differ``).
    """
    with target.open("wb") as file:
        copy = _Copy(source, file, tell)
        while True:
            try:
                with connect() as snapshot:
                    return copy.finish(snapshot)
            except LostConnectionError as error:
                copy.wait(error)


class _Copy:
    """The file so far, its last complete row, and the attempts left."""

    def __init__(self, source: DatabaseSource, file: IO[bytes], tell: Callable[[int], None]) -> None:
        self._source, self._file, self._tell = source, file, tell
        self._columns: tuple[str, ...] = ()
        self._rows = self._rows_at_attempt = 0
        self._last = b""
        self._attempts = self._starts = 0

    def finish(self, snapshot: Snapshot) -> Extract:
        """Copy all rows that are not in the file yet."""
        if self._columns not in {(), snapshot.columns}:
            message = "its columns changed while it was read"
            raise refused(self._source, "rows_differ", message, "run it again")
        self._columns = snapshot.columns
        after = self._behind(snapshot)
        if after is None:
            self._start()
        before = self._rows
        for row in snapshot.records(after):
            self._file.write(row)
            self._rows += 1
            self._last = row
            if self._rows % _TOLD_EVERY == 0:
                self._tell(self._rows)
        counted = snapshot.counted(after)
        if counted != self._rows - before:
            message = f"the database counts {counted:,} rows, {self._rows - before:,} arrived"
            fix = "run it again; a table without transactions must not change while it is read"
            raise refused(self._source, "rows_differ", message, fix)
        return Extract(snapshot.columns, snapshot.typed, snapshot.key, self._rows)

    def wait(self, error: LostConnectionError) -> None:
        """Wait a little longer each time.

        Raises:
            LostConnectionError: It was never connected, or there were too many attempts or starts.
        """
        if self._rows != self._rows_at_attempt:
            self._attempts = 0
        self._rows_at_attempt = self._rows
        resumable = self._source.settings.resume_by is not None
        started_over = self._starts == MOST_STARTS and self._rows and not resumable
        if not self._columns or started_over or self._attempts == len(WAITS):
            raise error
        self._tell(self._rows)
        time.sleep(WAITS[self._attempts])
        self._attempts += 1

    def _behind(self, snapshot: Snapshot) -> str | None:
        """The value to go on behind; None where only a new start is safe: rows that share it, or none at all."""
        column = resume_column(self._source, snapshot.columns)
        if column is None or not self._last:
            return None
        value = next(csv.reader([self._last.decode()]))[1 + snapshot.columns.index(column)]
        return value if value and snapshot.sharing(value) <= 1 else None

    def _start(self) -> None:
        if self._rows and self._starts == MOST_STARTS:
            message = "the connection was lost again, and the read cannot be resumed"
            fix = f"name a column with unique values as resume_by in [sources.{self._source.name}]"
            raise refused(self._source, "connection_lost", message, fix)
        self._starts += 1 if self._rows or not self._starts else 0
        self._file.seek(0)
        self._file.truncate()
        self._rows, self._last = 0, b""
