"""MySQL and MariaDB: one unbuffered SELECT in a read-only transaction that sees one state of the database.

Every value arrives as the server's own text; the driver converts nothing.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
from functools import partial
from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, joined, name, render
from quintile.plugins import extra
from quintile.sources.databases.base import (
    bad_query,
    lost,
    no_table,
    record,
    refused,
    resume_column,
    selected,
    timed_out,
)
from quintile.sources.databases.resume import copy_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pymysql.connections import Connection

    from quintile.domain.database import DatabaseSource
    from quintile.sources.databases.base import Access, Extract

PORT = 3306
CONNECT_SECONDS = 10

_SESSION = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION net_write_timeout = 600",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_NO_ROWS = "SELECT * FROM ({query}\n) AS source LIMIT 0"
_ROWS = "SELECT {columns} FROM ({query}\n) AS source {behind} {order}"
_COUNT = "SELECT count(*) FROM ({query}\n) AS source {behind}"
_KEY = """
SELECT column_name FROM information_schema.key_column_usage
WHERE constraint_name = 'PRIMARY' AND table_name = {table} AND table_schema = {schema} ORDER BY ordinal_position
"""
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name"

# The server's numbers for types of columns.
_FLOAT, _TIMESTAMP = 4, 7
_NUMBERS = {0, 1, 2, 3, _FLOAT, 5, 8, 9, 246}
_NUMBERS_AND_TIMES = _NUMBERS | {_TIMESTAMP, 10, 12}
# The server's numbers for errors.
_LOGIN, _NO_DATABASE, _NO_TABLE, _TIMEOUT = {1044, 1045, 1698}, 1049, 1146, {1969, 3024}
_LOST = {0, 1040, 1053, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 1927, 2006, 2013, 4031}
_NOT_ALLOWED, _WRITES = {1142, 1143, 1227}, 1792
_UTC = "+00:00"


def extract(source: DatabaseSource, access: Access, target: Path, tell: Callable[[int], None]) -> Extract:
    """Write all rows; see ``base.Kind``.

    Text forms: numbers with all their digits, ``FLOAT`` as the shortest number it holds, ``TIMESTAMP`` as UTC with
    ``+00:00``, ``DATETIME`` as it stands, bytes as hexadecimal digits.
    """
    driver = extra("pymysql", "mysql")
    return copy_rows(partial(_snapshot, driver, source, access), source, target, tell)


@contextlib.contextmanager
def _snapshot(driver: Any, source: DatabaseSource, access: Access) -> Iterator[_MysqlSnapshot]:  # noqa: ANN401 - the driver's module
    connection = _connected(driver, source, access)
    try:
        seconds = source.settings.timeout_seconds
        mariadb = "mariadb" in connection.get_server_info().lower()
        limit = f"max_statement_time = {seconds}" if mariadb else f"max_execution_time = {seconds * 1000}"
        with connection.cursor() as cursor:
            for statement in (f"SET SESSION {limit}", *_SESSION):
                cursor.execute(statement)
        yield _MysqlSnapshot(driver, connection, source)
    except driver.Error as error:
        raise _explained(error, connection, source, access) from None
    finally:
        _leave(connection)


def _leave(connection: Connection) -> None:
    """End the connection without a farewell, which would first read all rows that are left."""
    if connection._result is not None:  # noqa: SLF001 - the driver has no public way to give up a result
        connection._result.unbuffered_active = False  # noqa: SLF001
    connection._force_close()  # noqa: SLF001


class _MysqlSnapshot:
    def __init__(self, driver: Any, connection: Connection, source: DatabaseSource) -> None:  # noqa: ANN401
        self._driver, self._connection = driver, connection
        self._query = selected(source, "`")
        # Prepared alone, the text is one whole statement, or the server refuses it: only then it may be wrapped.
        self._rows(render("PREPARE source FROM {text}", text=self._literal(self._query)))
        with connection.cursor() as cursor:
            cursor.execute(render(_NO_ROWS, query=self._query))
            found = cursor.description
        self._kinds: dict[str, int] = {column[0]: column[1] for column in found}
        self.columns = tuple(column[0] for column in found)
        self.typed = frozenset(column for column, kind in self._kinds.items() if kind in _NUMBERS_AND_TIMES)
        self._resume = resume_column(source, self.columns)
        self.key = (self._resume,) if self._resume else self._primary_key(source)

    def records(self, after: str | None) -> Iterator[bytes]:
        columns = joined(
            render("({column} + 0e0)" if self._kinds[column] == _FLOAT else "{column}", column=name(column, "`"))
            for column in self.columns
        )
        order = Sql("")
        if self._resume:
            order = render("ORDER BY source.{column}", column=name(self._resume, "`"))
        query = render(_ROWS, columns=columns, query=self._query, behind=self._behind(after), order=order)
        written = [_WRITTEN.get(self._kinds[column], _text) for column in self.columns]
        cursor = self._connection.cursor(self._driver.cursors.SSCursor)
        cursor.execute(query)
        while rows := cursor.fetchmany(1000):
            for row in rows:
                yield record([write(cell) for write, cell in zip(written, row, strict=True)])

    def counted(self, after: str | None) -> int:
        return int(self._rows(render(_COUNT, query=self._query, behind=self._behind(after)))[0][0])

    def sharing(self, value: str) -> int:
        column = name(self._resume or "", "`")
        behind = render("WHERE source.{column} = {value}", column=column, value=self._value(value))
        return int(self._rows(render(_COUNT, query=self._query, behind=behind))[0][0])

    def _behind(self, after: str | None) -> Sql:
        if after is None:
            return Sql("")
        column = name(self._resume or "", "`")
        return render("WHERE source.{column} > {value}", column=column, value=self._value(after))

    def _value(self, text: str) -> Sql:
        """A value of the column to resume by; a number stays one, since as text it would be compared as a float."""
        kind = self._kinds[self._resume or ""]
        if kind in _NUMBERS and re.fullmatch(r"-?\d+(\.\d+)?", text):
            return Sql(text)
        return self._literal(text.removesuffix(_UTC) if kind == _TIMESTAMP else text)

    def _literal(self, text: str) -> Sql:
        """A text as this session writes it: what a backslash means depends on the server's settings."""
        return Sql(self._connection.escape(text))

    def _primary_key(self, source: DatabaseSource) -> tuple[str, ...]:
        table, schema = source.settings.table, source.settings.schema or source.settings.database
        if table is None or schema is None:
            return ()
        query = render(_KEY, table=self._literal(table), schema=self._literal(schema))
        return tuple(row[0] for row in self._rows(query))

    def _rows(self, query: Sql) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())


def _text(cell: str | bytes | None) -> str | None:
    return "\\x" + cell.hex() if isinstance(cell, bytes) else cell


def _instant(cell: str | None) -> str | None:
    return None if cell is None else cell + _UTC


def _shortest(cell: str | None) -> str | None:
    """The shortest number a 32-bit float stands for; the server's own text cuts it to six digits."""
    if cell is None:
        return None
    exact = struct.pack("f", float(cell))
    texts = (f"{float(cell):.{digits}g}" for digits in range(6, 10))
    return next((text for text in texts if struct.pack("f", float(text)) == exact), cell)


_WRITTEN: dict[int, Callable[[Any], str | None]] = {_TIMESTAMP: _instant, _FLOAT: _shortest}


def _connected(driver: Any, source: DatabaseSource, access: Access) -> Connection:  # noqa: ANN401
    """A connection to the first address that answers; the certificate is held against the name, not the address.

    Raises:
        DataError: None answers, or the server refuses.
    """
    settings = source.settings
    connection: Connection = driver.Connection(
        host=settings.host,
        user=settings.user,
        password=access.password.reveal().encode(),
        database=settings.database,
        charset="utf8mb4",
        read_timeout=settings.timeout_seconds + CONNECT_SECONDS,
        conv=driver.converters.encoders,  # none to decode with: every value stays the server's own text
        defer_connect=True,
        **_encryption(settings.sslmode or access.sslmode, settings.sslrootcert),
    )
    try:
        connection.connect(_socket(source, access))
    except (driver.Error, OSError) as error:
        raise _not_connected(error, source, access) from None
    return connection


def _socket(source: DatabaseSource, access: Access) -> socket.socket:
    settings = source.settings
    if not access.addresses:
        local = socket.socket(socket.AF_UNIX)
        local.connect(settings.host)
        return local
    refusal = OSError()
    for address in access.addresses:
        try:
            return socket.create_connection((address, settings.port or PORT), timeout=CONNECT_SECONDS)
        except OSError as error:
            refusal = error
    raise refusal


def _encryption(mode: str, certificate: str | None) -> dict[str, Any]:
    if mode == "disable":
        return {"ssl_disabled": True}
    if mode == "prefer":
        return {}
    context = ssl.create_default_context(cafile=certificate)
    if mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE if certificate is None else ssl.CERT_REQUIRED
    return {"ssl": context}


def _not_connected(error: Exception, source: DatabaseSource, access: Access) -> Exception:
    settings, table = source.settings, f"[sources.{source.name}]"
    where = f"{settings.host}:{settings.port or PORT}"
    said = access.password.hidden_in(_message(error))
    code = _code(error)
    if code in _LOGIN:
        fix = f"check user in {table}, and the password in the variable that password_env names"
        return refused(source, "login_failed", f"{where} does not let '{settings.user}' in: {said}", fix)
    if code == _NO_DATABASE:
        fix = f"write the right database in {table}"
        return refused(source, "database_not_found", f"{where} has no database '{settings.database}'", fix)
    if "SSL" in said or "certificate" in said:
        fix = f'let the server speak TLS, name its certificate as sslrootcert, or write sslmode = "prefer" in {table}'
        return refused(source, "encryption", f"no encrypted connection to {where}: {said}", fix)
    fix = f"check host and port in {table}, and that the server runs and can be reached from here"
    return lost(source, "connection_refused", f"no connection to {where}: {said}", fix)


def _explained(error: Exception, connection: Connection, source: DatabaseSource, access: Access) -> Exception:
    code, said = _code(error), access.password.hidden_in(_message(error))
    if code in _LOST or not connection.open:
        fix = f"run it again; resume_by in [sources.{source.name}] lets a read go on where it stopped"
        return lost(source, "connection_lost", f"the connection was lost: {said}", fix)
    if code in _TIMEOUT:
        return timed_out(source)
    if code == _NO_TABLE and source.settings.query is None:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            return no_table(source, [row[0] for row in cursor.fetchall()])
    if code in _NOT_ALLOWED:
        fix = f"let the owner of the database grant SELECT to '{source.settings.user}'"
        return refused(source, "not_allowed", f"the database does not allow it: {said}", fix)
    if source.settings.query is not None or code == _WRITES:
        return bad_query(source, said)
    return refused(source, "database", f"the database says: {said}", "mend it there, then run it again")


def _code(error: Exception) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _message(error: Exception) -> str:
    return str(error.args[-1]) if error.args else type(error).__name__
