"""PostgresSession: a connection to a server; whatever the server refuses or ends is told with what a person can do."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo

from quintile.errors import DataError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# What an error means and what to do about it; the first kind that fits.
_SAID = {
    psycopg.errors.InsufficientPrivilege: (
        "refuses",
        "let the database's owner allow it: reading the source, temporary tables, creating the schema",
    ),
    psycopg.errors.ReadOnlySqlTransaction: (
        "refuses",
        "name the server that may be written to, not its copy; or read the table as a database source: [sources.NAME]",
    ),
    psycopg.errors.QueryCanceled: (
        "ended the work",
        "give the user more time: ALTER ROLE name SET statement_timeout = 0; then run it again",
    ),
    psycopg.OperationalError: (
        "ended the work",
        "see to it that the server runs and has room, and run it again; nothing was published",
    ),
    psycopg.Error: (
        "cannot do it",
        "give amounts as numeric and times as timestamp in a view, or read the table as a database source",
    ),
}


class PostgresSession:
    """A session; its statements end with the errors of quintile.

    Args:
        url: Where the server is, and who asks.
        addresses: What the names of its machines stand for, as it was checked; no other address is connected to.
        setup: Statements to begin with.

    Raises:
        SettingsError: ``engine``, the server cannot be reached, or refuses.
    """

    def __init__(self, url: str, addresses: Mapping[str, Sequence[str]], setup: str) -> None:
        way = _way(url, addresses)
        try:
            self._connection = psycopg.connect(make_conninfo(url, **way), autocommit=True)
        except (psycopg.Error, UnicodeError) as error:
            host = ", ".join(hosts_of(url)) or "localhost"
            message = f"the PostgreSQL server at {host} cannot be used: {reason(error)}"
            raise SettingsError("engine", message, fix="check the address, the user and PGPASSWORD") from error
        try:
            self.run(setup)
        except SettingsError:
            self.close()
            raise

    @property
    def number(self) -> int:
        """The server's number of this session."""
        return self._connection.info.backend_pid

    @property
    def is_closed(self) -> bool:
        """Whether the server has ended it."""
        return self._connection.closed

    def run(self, statement: str) -> None:
        """Run a statement."""
        with _explained():
            self._connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The (few) rows of a query."""
        with _explained():
            return self._connection.execute(query).fetchall()

    def described(self, query: str) -> Sequence[psycopg.Column]:
        """The columns of a query."""
        with _explained():
            cursor = self._connection.execute(f"SELECT * FROM ({query}) AS asked LIMIT 0")  # noqa: S608 - our own query
            return cursor.description or ()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements within, or none."""
        with _explained(), self._connection.transaction():
            yield

    def copy(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table."""
        with _explained(), self._connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """End the session, and with it all temporary tables."""
        self._connection.close()


def hosts_of(url: str) -> list[str]:
    """The names and addresses that a connection would go to, its usual variables included; sockets are not among them.

    Raises:
        SettingsError: ``engine``, the address cannot be read; it is not repeated, for it may hold a password.
    """
    chosen = _chosen(url)
    hosts = (host for key in ("host", "hostaddr") for host in chosen[key].split(","))
    return [host for host in hosts if host and not host.startswith(("/", "@"))]


def reason(error: Exception) -> str:
    """What an error says, in one line."""
    return (str(error).splitlines() or [""])[0][:300]


def _chosen(url: str) -> dict[str, str]:
    """What the address says of the machines, or the usual variables where it says nothing."""
    try:
        given = {option.keyword.decode(): option.val for option in psycopg.pq.Conninfo.parse(url.encode())}
    except psycopg.Error:
        message = "the address of the PostgreSQL server cannot be read"
        fix = (
            "write postgresql://user@host:port/database and give the password as PGPASSWORD; in an address its letters"
            " % : / @ # are written %25 %3A %2F %40 %23"
        )
        raise SettingsError("engine", message, fix=fix) from None
    usual = {option.keyword.decode(): option.val for option in psycopg.pq.Conninfo.get_defaults()}
    told = {key: given.get(key) or usual.get(key) or b"" for key in ("host", "hostaddr", "port", "service")}
    if told["service"]:
        message = "the address of the PostgreSQL server is left to a service file, where nobody checks its host"
        fix = "write postgresql://user@host:port/database, and unset PGSERVICE"
        raise SettingsError("engine", message, fix=fix)
    return {key: value.decode() for key, value in told.items()}


def _way(url: str, addresses: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Each machine by each of its checked addresses, so that a name cannot mean another machine a moment later."""
    chosen = _chosen(url)
    hosts, known, ports = (chosen[key].split(",") for key in ("host", "hostaddr", "port"))
    tries = []
    for place, host in enumerate(hosts):
        own = known[place] if place < len(known) else ""
        port = ports[place] if place < len(ports) else ports[-1]
        tries += [(host, address, port) for address in ([own] if own else addresses.get(host, [""]))]
    if not any(address for _, address, _ in tries):
        return {}
    return {
        key: ",".join(part) for key, part in zip(("host", "hostaddr", "port"), zip(*tries, strict=True), strict=True)
    }


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Say what an error of the server means, and what to do.

    Raises:
        SettingsError: ``engine``.
        DataError: ``not_found``, what was there a moment ago is gone.
    """
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        fix = "run it again, and let nobody change the table meanwhile; nothing was published"
        raise DataError("not_found", f"PostgreSQL has lost a table: {reason(error)}", fix=fix) from error
    except psycopg.Error as error:
        what, fix = next(said for kind, said in _SAID.items() if isinstance(error, kind))
        raise SettingsError("engine", f"PostgreSQL {what}: {reason(error)}", fix=fix) from error
