"""SourceTable: one file or frame, opened: a query for its columns as they are, and where its rows lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from quintile.domain.transactions import RejectedRow
    from quintile.engine.render import Sql

ROW_NUMBER = "quintile_row_number"


@dataclass(frozen=True)
class SourceTable:
    """One opened source.

    ``query`` gives the source's columns untouched; ``located`` the same plus ``quintile_row_number``, the record's
    place in the source (from 1). ``rows`` is the number of physical records, counted independently of the query;
    ``rejected`` are those the query does not return. ``lines`` turns record places into physical line numbers.

    A recognised export has columns that were derived: ``roles`` says which column plays which role (else names
    suggest), ``shown`` and ``raws`` give for each derived one the user's column it stands for and the SQL of its text
    as it was read, ``zone`` the SQL of the time zone in which times without one are written; ``mixed_customers``
    says that some customers are known by an e-mail and others by something else.

    ``typed`` are the columns of text that hold plain numbers, of a database also times, whatever the settings say of
    other columns. Of a database, ``keys`` turns places into what names the row, ``map`` is its own choice of roles.
    Into ``scratch``, a folder of the database's, a copy of the table may be written.

    ``damaged`` reads the rejected records once more: each with its whole raw text, and its cells if it has them.
    ``copied`` is a copy of the table that was made while it was opened.
    """

    name: str
    query: Sql
    located: Sql
    columns: dict[str, str]
    rows: int
    lines: Callable[[Sequence[int]], dict[int, int]]
    sha256: str | None = None
    assumed: dict[str, Any] = field(default_factory=dict)
    rejected: tuple[RejectedRow, ...] = ()
    roles: dict[str, str] | None = None
    shown: dict[str, str] = field(default_factory=dict)
    raws: dict[str, Sql] = field(default_factory=dict)
    zone: Sql | None = None
    mixed_customers: bool = False
    warnings: tuple[dict[str, Any], ...] = ()
    keys: Callable[[Sequence[int]], dict[int, str]] | None = None
    typed: frozenset[str] = frozenset()
    map: dict[str, str] = field(default_factory=dict)
    scratch: Path | None = None
    damaged: Callable[[], Iterable[tuple[RejectedRow, list[str]]]] | None = None
    copied: Copied | None = None


@dataclass(frozen=True)
class Copied:
    """A copy of a table that holds the columns of these roles alone."""

    columns: dict[str, str]
    table: SourceTable
