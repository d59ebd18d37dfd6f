"""The common contract of all kinds of database, and the words for what can go wrong with them.

A kind is a function ``extract``: it opens one read-only snapshot, writes every row of the table or query as a record of
text, and says how many rows the database itself counts. Each record begins with ``MARK``, so that a row of nothing but
NULL is still a record; NULL and an empty text are the same to every reader.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from quintile.domain.secret import Secret
from quintile.engine.render import Sql, joined, name, render
from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quintile.domain.database import DatabaseSource

MARK, MARK_COLUMN = "1", "file_row_number"
_SHOWN = 300
_NEARLY_ALL = 12


@dataclass(frozen=True)
class Access:
    """The way to a database server: its checked addresses (none for a socket of this machine), and the password."""

    addresses: tuple[str, ...] = ()
    password: Secret = field(default_factory=lambda: Secret(""))

    @property
    def sslmode(self) -> str:
        """Encryption where the settings say nothing: what leaves this machine must be encrypted."""
        return "prefer" if all(ip_address(address).is_loopback for address in self.addresses) else "require"


@dataclass(frozen=True)
class Extract:
    """What was written: the column names, those the database itself types as numbers or times, and its row count.

    ``key`` are the columns that name a row, if they are known. ``rows`` comes from the database, not from the writing.
    ``head`` counts lines before the first record.
    """

    columns: tuple[str, ...]
    typed: frozenset[str]
    key: tuple[str, ...]
    rows: int
    head: int = 0


class Kind(Protocol):
    """One kind of database."""

    def __call__(self, source: DatabaseSource, access: Access, target: Path, tell: Callable[[int], None]) -> Extract:
        """Write all rows to the target, telling how many there are so far.

        Raises:
            DataError: The database cannot be reached, refuses, or is not as the settings say.
        """


class LostConnectionError(DataError):
    """A server cannot be reached, or no longer; another attempt may succeed."""


def refused(source: DatabaseSource, code: str, message: str, fix: str) -> DataError:
    """An error that names the source as its place; what the database itself says in it is kept short."""
    return DataError(code, _short(message), fix=fix, place=Place(source.label))


def lost(source: DatabaseSource, code: str, message: str, fix: str) -> LostConnectionError:
    """An error after which another attempt may succeed."""
    return LostConnectionError(code, _short(message), fix=fix, place=Place(source.label))


def bad_query(source: DatabaseSource, said: str) -> DataError:
    """The database refused the query: it writes, is several statements, or is wrong."""
    message = f"the database refuses the query: {said}"
    return refused(source, "bad_query", message, "write one SELECT that only reads, in the words of this database")


def timed_out(source: DatabaseSource) -> DataError:
    """The statement took longer than allowed."""
    seconds = source.settings.timeout_seconds
    message = f"the database took longer than {seconds:,} seconds"
    return refused(source, "timeout", message, f"raise timeout_seconds in [sources.{source.name}], or read less")


def no_table(source: DatabaseSource, tables: Sequence[str]) -> DataError:
    """The table is not there; the nearest one that is."""
    wanted = source.settings.table or "the table of the query"
    near = difflib.get_close_matches(wanted, tables, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    listed = ", ".join(tables[:_NEARLY_ALL]) or "none"
    fix = f"{hint}tables seen: {listed}"
    return refused(source, "table_not_found", f"there is no table '{wanted}' that {_reader(source)} may see", fix)


def refuse_repeated(source: DatabaseSource, columns: Iterable[str]) -> None:
    """Refuse a query with two columns of one name, of which a database in a file would silently give one.

    Raises:
        DataError: ``duplicate_column``.
    """
    seen: set[str] = set()
    for column in columns:
        if column.casefold() in seen:
            message, fix = (
                f"two columns of the query are called '{column}'",
                "give each a name of its own: AS other_name",
            )
            raise refused(source, "duplicate_column", message, fix)
        seen.add(column.casefold())


def resume_column(source: DatabaseSource, columns: Sequence[str]) -> str | None:
    """The column a read can be resumed by.

    Raises:
        DataError: ``missing_columns``, it is not there.
    """
    column = source.settings.resume_by
    if column is None or column in columns:
        return column
    near = difflib.get_close_matches(column, columns, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    fix = f"{hint}columns seen: {', '.join(columns)}"
    raise refused(source, "missing_columns", f"the column '{column}' given as resume_by is not there", fix)


def selected(source: DatabaseSource, quote: str = '"') -> Sql:
    """The table as a query, or the query as it stands, to be wrapped only once the database has parsed it alone."""
    if source.settings.query is not None:
        return Sql(source.settings.query.strip().rstrip("; \n\t"))
    parts = [part for part in (source.settings.schema, source.settings.table) if part]
    return render("SELECT * FROM {table}", table=joined((name(part, quote) for part in parts), "."))


def record(cells: Iterable[str | None]) -> bytes:
    """One row as text: the mark, then every cell in quotes."""
    quoted = ('""' if cell is None else '"' + cell.replace('"', '""') + '"' for cell in cells)
    return (f'"{MARK}",' + ",".join(quoted) + "\n").encode("utf-8", "surrogateescape")


def _reader(source: DatabaseSource) -> str:
    return f"the user '{source.settings.user}'" if source.settings.user else "quintile"


def _short(message: str) -> str:
    return " ".join(message.split())[:_SHOWN]


def file_of(source: DatabaseSource) -> Path:
    """The file of a database that is one.

    Raises:
        DataError: There is none.
    """
    path = Path(source.settings.path or "")
    if not path.is_file():
        fix = f"check path in [sources.{source.name}]; it is taken from the folder of quintile.toml"
        raise refused(source, "not_found", f"there is no file {path}", fix)
    return path.resolve()
