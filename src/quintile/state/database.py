"""State: the database that holds a project's runs and tombstones, opened, brought up to date and asked.

A file is SQLite in WAL mode, so that readers never wait for the writer; what is deleted from it is overwritten.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from quintile.domain.tombstone import Tombstone
from quintile.errors import Place, StoreError, StoreFullError
from quintile.state.migrations import migrate
from quintile.state.tables import RUNS, TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import URL, Connection, Engine

RUNNING, STOPPED = "running", "stopped"
OUTCOMES = (RUNNING, "published", "added", "unchanged", "refused", "failed", STOPPED)
# Without room for the shared memory beside the file, SQLite tells of an I/O error.
_FULL, _NO_ROOM, _LEAST_ROOM = "SQLITE_FULL", "SQLITE_IOERR", 1 << 18  # bytes
_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)


class State:
    """A project's state.

    Args:
        url: Where the database is.
        called: How messages name it; never with a password.
        schema: The schema of a PostgreSQL database; made if it is not there.
        connect: What the driver is told beside the URL.

    Raises:
        StoreError: It cannot be opened, is damaged, or was made by a later quintile.
    """

    def __init__(
        self, url: URL, called: str, *, schema: str | None = None, connect: dict[str, Any] | None = None
    ) -> None:
        self._called = called
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args=connect or {},
            execution_options={"schema_translate_map": {None: schema}} if schema else {},
        )
        self._is_file = self._engine.dialect.name == "sqlite"
        if self._is_file:
            _as_file(self._engine)
        with self.changing() as connection:
            if schema is not None:
                connection.execute(CreateSchema(schema, if_not_exists=True))
            migrate(connection)

    def begin_run(self, **told: Any) -> int:  # noqa: ANN401 - the columns of a run
        """Write down a run that begins; returns its number."""
        with self.changing() as connection:
            added = connection.execute(insert(RUNS).values(outcome=RUNNING, **told).returning(RUNS.c.id))
            return int(added.scalar_one())

    def end_run(self, number: int, outcome: str, **told: Any) -> None:  # noqa: ANN401 - the columns of a run
        """Write down how a run ended."""
        with self.changing() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == number).values(outcome=outcome, **told))

    def stop_running(self) -> list[dict[str, Any]]:
        """Call every run that never ended stopped, and return them; only who holds the store's lock may ask this."""
        with self.changing() as connection:
            running = RUNS.c.outcome == RUNNING
            found = [dict(row) for row in connection.execute(select(RUNS).where(running)).mappings()]
            connection.execute(update(RUNS).where(running).values(outcome=STOPPED))
            return found

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        with self.changing() as connection:
            return [dict(row) for row in connection.execute(select(RUNS).order_by(RUNS.c.id.desc())).mappings()]

    def bury(self, tombstones: Iterable[Tombstone]) -> None:
        """Add tombstones; those that are there already stay as they are."""
        with self.changing() as connection:
            known = {tuple(row) for row in connection.execute(select(TOMBSTONES.c.digest, TOMBSTONES.c.kind))}
            for one in sorted(set(tombstones)):
                if (one.digest, one.kind) not in known:
                    known.add((one.digest, one.kind))
                    row = {"digest": one.digest, "kind": one.kind, "erased_at": one.erased_at}
                    connection.execute(insert(TOMBSTONES).values(certificate=one.certificate, **row))

    def tombstones(self) -> list[Tombstone]:
        """All tombstones, in their order."""
        with self.changing() as connection:
            rows = connection.execute(select(TOMBSTONES)).mappings()
            return sorted(Tombstone(**row) for row in rows)

    def problems(self) -> list[str]:
        """What the database itself finds damaged in its file; a server looks after itself."""
        if not self._is_file:
            return []
        with self.changing() as connection:
            found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
            return [] if found == ["ok"] else found

    def compact(self) -> None:
        """Write the file anew, without free pages and without what was changed lately standing beside it."""
        if self._is_file:
            with self._explained(), self._engine.connect() as connection:
                driver = connection.connection.driver_connection
                for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    driver.execute(statement)  # type: ignore[union-attr]  # outside any transaction

    @contextlib.contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction, for what looks after tables of its own."""
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:  # the driver has its own, where it is asked directly
            # The driver's own words name host and user, never a value: parameters are hidden.
            cause = getattr(error, "orig", None) or error
            said = str(cause).splitlines()[0]
            if self._is_file and self._has_no_room(getattr(cause, "sqlite_errorname", "")):
                message = f"the disk is full: the project's state needs {_LEAST_ROOM:,} bytes ({said})"
                fix = "make room on that disk; what the project holds is untouched"
                raise StoreFullError("disk-full", message, fix=fix, place=Place(self._called)) from None
            message = f"the project's state cannot be used: {said}"
            fix = "see whether the database can be reached and written to; quintile verify --project DIR tells more"
            raise StoreError("state", message, fix=fix, place=Place(self._called)) from None

    def _has_no_room(self, error: str) -> bool:
        free = shutil.disk_usage(Path(self._called).parent).free
        return error == _FULL or (error.startswith(_NO_ROOM) and free < _LEAST_ROOM)


def _as_file(engine: Engine) -> None:
    """Begin transactions ourselves: the driver would end one before it changes a table."""

    def connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
