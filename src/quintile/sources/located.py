"""SourceTable: one file or frame, opened: a query for its columns as they are, and where its rows lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quintile.domain.transactions import RejectedRow
    from quintile.engine.render import Sql

ROW_NUMBER = "quintile_row_number"


@dataclass(frozen=True)
class SourceTable:
    """One opened source.

    ``query`` gives the source's columns untouched; ``located`` the same plus ``quintile_row_number``, the record's
    place in the source (from 1). ``rows`` is the number of physical records, counted independently of the query;
    ``rejected`` are those the query does not return. ``lines`` turns record places into physical line numbers.
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
