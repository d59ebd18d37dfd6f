"""What the steps may ask of a database: eight verbs, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.engine.render import Sql


class Engine(Protocol):
    """A database that runs quintile's SQL; every step receives one and knows nothing else of it."""

    name: str

    def rows(self, query: Sql) -> list[tuple[Any, ...]]:
        """Run a query and return its (few) rows."""

    def table(self, table_name: str, query: Sql) -> Sql:
        """Materialise a query under a name, replacing an older one; returns the quoted name."""

    def view(self, view_name: str, query: Sql) -> Sql:
        """Name a query without running it, replacing an older one; returns the quoted name."""

    def drop(self, table_name: str) -> None:
        """Forget a table, to give its memory back."""

    def columns(self, query: Sql) -> dict[str, str]:
        """The column names and types a query would return."""

    def write(self, query: Sql, path: Path, day: str = "") -> None:
        """Write a query's rows to a new file; the ending decides: ``.parquet``, ``.staged`` (quick) or ``.csv``.

        What lies in a server or a cluster stays there, under the file's name and the day that it is of: the file then
        says where (``.table``).
        """

    def register(self, table_name: str, frame: object) -> Sql:
        """Make a data frame (anything with the Arrow C stream) readable under a name; returns the quoted name.

        A text is the address of a table that lies in the engine already; DuckDB holds none.
        """

    def close(self) -> None:
        """Give everything back."""


class FileEngine(Engine, Protocol):
    """The one that reads files, too."""

    def interrupt(self) -> None:
        """Stop the running query, if there is one, from another thread."""
