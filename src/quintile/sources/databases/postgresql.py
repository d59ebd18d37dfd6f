"""PostgreSQL: one COPY of every column as text, in a read-only transaction that sees one state of the database."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.plugins import extra
from quintile.sources.databases.base import (
    MARK,
    bad_query,
    lost,
    no_table,
    refused,
    resume_column,
    selected,
    timed_out,
)
from quintile.sources.databases.resume import copy_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import psycopg

    from quintile.domain.database import DatabaseSource
    from quintile.sources.databases.base import Access, Extract

PORT = 5432
CONNECT_SECONDS = 10
_MONEY = 790
_NUMBERS_AND_TIMES = {20, 21, 23, 700, 701, 1700, _MONEY, 1082, 1114, 1184}

# One form of text, whatever the server's and the user's own settings.
_SESSION = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL standard_conforming_strings = on",
)
_TIMEOUT = "SET LOCAL statement_timeout = {milliseconds}"
_COPY = "COPY (SELECT {columns} FROM ({query}\n) AS source {rest}) TO STDOUT (FORMAT csv)"
# Columns are qualified: a bare name in ORDER BY would mean the text, and 10 would come before 9.
_REST = "{behind} ORDER BY source.{column}"
_BEHIND = "WHERE source.{column} > {value} OR source.{column} IS NULL"
_SHARING = "SELECT count(*) FROM ({query}\n) AS source WHERE source.{column} = {value}"
_KEY = """
SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
WHERE indrelid = CAST({table} AS regclass) AND indisprimary ORDER BY array_position(indkey, attnum)
"""
_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_name LIMIT 500
"""
_WRITES = "25006"
_GONE = ("08", "57P", "53300", "40001")  # beginnings of the server's codes for: try again


def extract(source: DatabaseSource, access: Access, target: Path, tell: Callable[[int], None]) -> Extract:
    """Write all rows; see ``base.Kind``.

    Text forms: numbers with all their digits (``NaN`` and ``Infinity`` included), money without its sign, times with
    a zone as UTC with ``+00``, bytes as hexadecimal digits, arrays and JSON as PostgreSQL writes them.
    """
    driver = extra("psycopg", "postgres")
    return copy_rows(partial(_snapshot, driver, source, access), source, target, tell)


@contextlib.contextmanager
def _snapshot(driver: Any, source: DatabaseSource, access: Access) -> Iterator[_PostgresqlSnapshot]:  # noqa: ANN401 - the driver's module
    connection = _connected(driver, source, access)
    try:
        for statement in _SESSION:
            connection.execute(statement.encode())
        milliseconds = literal(source.settings.timeout_seconds * 1000)
        connection.execute(render(_TIMEOUT, milliseconds=milliseconds).encode())
        yield _PostgresqlSnapshot(driver, connection, source)
    except driver.Error as error:
        raise _explained(error, connection, source, access) from None
    finally:
        connection.close()


class _PostgresqlSnapshot:
    def __init__(self, driver: Any, connection: psycopg.Connection[Any], source: DatabaseSource) -> None:  # noqa: ANN401
        self._connection = connection
        self._query = selected(source)
        # Prepared alone, the text is one whole statement, or the server refuses it: only then it may be wrapped.
        prepared = connection.pgconn.prepare(b"", self._query.encode())
        if prepared.error_message:
            raise driver.errors.error_from_result(prepared)
        found = connection.pgconn.describe_prepared(b"")
        if not found.nfields:
            raise bad_query(source, "it returns no rows")
        names = [(found.fname(place) or b"").decode() for place in range(found.nfields)]
        kinds = [found.ftype(place) for place in range(found.nfields)]
        self.columns = tuple(names)
        self.typed = frozenset(column for column, kind in zip(names, kinds, strict=True) if kind in _NUMBERS_AND_TIMES)
        self._texts = [_text(column, kind) for column, kind in zip(names, kinds, strict=True)]
        self._resume = resume_column(source, names)
        self.key = (self._resume,) if self._resume else self._primary_key(source)
        self._copied = 0

    def records(self, after: str | None) -> Iterator[bytes]:
        copy = render(_COPY, columns=joined([literal(MARK), *self._texts]), query=self._query, rest=self._rest(after))
        with self._connection.cursor() as cursor:
            with cursor.copy(copy.encode()) as rows:
                for row in rows:
                    yield bytes(row)
            self._copied = cursor.rowcount

    def counted(self, after: str | None) -> int:  # noqa: ARG002 - the server's own tag counts the rows it sent
        return self._copied

    def sharing(self, value: str) -> int:
        count = render(_SHARING, query=self._query, column=name(self._resume or ""), value=literal(value))
        return int(self._connection.execute(count.encode()).fetchall()[0][0])

    def _rest(self, after: str | None) -> Sql:
        if self._resume is None:
            return Sql("")
        column = name(self._resume)
        behind = Sql("") if after is None else render(_BEHIND, column=column, value=literal(after))
        return render(_REST, behind=behind, column=column)

    def _primary_key(self, source: DatabaseSource) -> tuple[str, ...]:
        if source.settings.table is None:
            return ()
        parts = [part for part in (source.settings.schema, source.settings.table) if part]
        table = joined((name(part) for part in parts), ".")
        return tuple(row[0] for row in self._connection.execute(render(_KEY, table=literal(table)).encode()).fetchall())


def _text(column: str, kind: int) -> Sql:
    number = "CAST(CAST({column} AS numeric) AS text)" if kind == _MONEY else "CAST({column} AS text)"
    return render(number, column=name(column))


def _connected(driver: Any, source: DatabaseSource, access: Access) -> psycopg.Connection[Any]:  # noqa: ANN401
    settings = source.settings
    mode = settings.sslmode or access.sslmode
    certificate = settings.sslrootcert or ("system" if mode == "verify-full" else None)
    way = {"hostaddr": ",".join(access.addresses)} if access.addresses else {}
    try:
        connection: psycopg.Connection[Any] = driver.connect(
            host=",".join([settings.host] * max(len(access.addresses), 1)),
            **way,
            port=settings.port or PORT,
            dbname=settings.database,
            user=settings.user,
            password=access.password.reveal() or None,
            sslmode=mode,
            **({"sslrootcert": certificate} if certificate else {}),
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            client_encoding="UTF8",
            application_name="quintile",
            autocommit=True,
            prepare_threshold=None,
        )
    except driver.Error as error:
        raise _not_connected(access.password.hidden_in(str(error)), source) from None
    return connection


def _not_connected(said: str, source: DatabaseSource) -> Exception:
    """What the refusal means; before a connection stands the server gives no code, only words."""
    settings, table = source.settings, f"[sources.{source.name}]"
    where = f"{settings.host}:{settings.port or PORT}"
    if "authentication failed" in said or "no password" in said or "pg_hba.conf" in said:
        fix = f"check user in {table}, and the password in the variable that password_env names"
        return refused(source, "login_failed", f"{where} does not let '{settings.user}' in: {said}", fix)
    if f'database "{settings.database}" does not exist' in said:
        fix = f"write the right database in {table}"
        return refused(source, "database_not_found", f"{where} has no database '{settings.database}'", fix)
    if "SSL" in said or "certificate" in said:
        fix = f'let the server speak TLS, name its certificate as sslrootcert, or write sslmode = "prefer" in {table}'
        return refused(source, "encryption", f"no encrypted connection to {where}: {said}", fix)
    fix = f"check host and port in {table}, and that the server runs and can be reached from here"
    return lost(source, "connection_refused", f"no connection to {where}: {said}", fix)


def _explained(
    error: psycopg.Error, connection: psycopg.Connection[Any], source: DatabaseSource, access: Access
) -> Exception:
    state = error.sqlstate or ""
    said = access.password.hidden_in(error.diag.message_primary or str(error))
    if connection.closed or connection.broken or state.startswith(_GONE):
        fix = f"run it again; resume_by in [sources.{source.name}] lets a read go on where it stopped"
        return lost(source, "connection_lost", f"the connection was lost: {said}", fix)
    if state == "57014":
        return timed_out(source)
    if state in {"42P01", "3F000"} and source.settings.query is None:
        connection.rollback()
        return no_table(source, [row[0] for row in connection.execute(_TABLES.encode()).fetchall()])
    if state == "42501":
        fix = f"let the owner of the database grant SELECT to '{source.settings.user}'"
        return refused(source, "not_allowed", f"the database does not allow it: {said}", fix)
    if source.settings.query is not None or state == _WRITES:
        return bad_query(source, said)
    return refused(source, "database", f"the database says: {said}", "mend it there, then run it again")
