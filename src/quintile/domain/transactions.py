"""Transactions: what reading hands to the ledger, beside the table of shape TRANSACTIONS itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from quintile.domain.second_tables import SecondTables

ROLES = (
    "customer",
    "order",
    "line",
    "time",
    "amount",
    "quantity",
    "unit_price",
    "currency",
    "status",
    "email",
    "refund",
    "kind",
    "account",
    "phone",
    "name",
    "updated_at",
)


@dataclass(frozen=True)
class FileRead:
    """One file as it was read: its name, checksum, physical records, what was assumed about it, its columns' types."""

    name: str
    sha256: str | None
    rows: int
    assumed: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RejectedRow:
    """A record the reader could not take apart; it is quarantined as it stands. A database's row has a key, no line."""

    reason: str
    file: str
    line: int | None
    column: str | None
    raw: str
    key: str | None = None


@dataclass(frozen=True)
class Transactions:
    """What was read.

    ``table`` names a view of shape TRANSACTIONS; ``located`` the same view with each row's place in its source and
    the raw text of ``raw_roles``. ``roles`` says which roles have a column. ``rows`` counts the physical records,
    independently of the reader; ``rejected`` holds those that are not in the table.
    ``columns`` maps roles to the first source's column names. ``second`` holds the tables that stand beside them.
    ``on_utc``: ``ordered_at`` is the instant in UTC, not the shop's wall time.
    """

    table: str
    located: str
    raw_roles: tuple[str, ...]
    roles: frozenset[str]
    rows: int
    files: tuple[FileRead, ...]
    rejected: tuple[RejectedRow, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[dict[str, Any], ...] = ()
    second: SecondTables = SecondTables()
    on_utc: bool = False

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The located view's columns of raw text, one for each of ``raw_roles``."""
        return tuple(f"raw_{role}" for role in self.raw_roles)

    @property
    def located_columns(self) -> tuple[str, ...]:
        """What the located view has beyond the plain one."""
        return ("quintile_row_number", *self.raw_columns)
