"""Database sources: what quintile.toml says of a database that transactions are read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

_FORBID_UNKNOWN = {"extra": "forbid"}


@dataclass(frozen=True)
class DatabaseSettings:
    """One table ``[sources.NAME]``: parts of an address, never a connection string, and never a password.

    ``password_env`` names the environment variable that holds the password. A server needs ``database`` and ``user``,
    a file ``path``; what is read is a ``table`` or a ``query``. ``resume_by`` is a column with unique values: after a
    lost connection the read goes on behind its last value. Without ``sslmode`` a connection that leaves the machine
    must be encrypted.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    kind: Literal["postgresql", "mysql", "sqlite", "duckdb"]
    host: str = "localhost"
    port: int | None = None
    database: str | None = None
    user: str | None = None
    password_env: str | None = None
    sslmode: Literal["disable", "prefer", "require", "verify-full"] | None = None
    sslrootcert: str | None = None
    path: str | None = None
    schema: str | None = None
    table: str | None = None
    query: str | None = None
    resume_by: str | None = None
    timeout_seconds: int = 3600
    map: dict[str, str] = field(default_factory=dict)

    @property
    def is_file(self) -> bool:
        """Whether the database is a file on this machine."""
        return self.kind in {"sqlite", "duckdb"}


@dataclass(frozen=True)
class DatabaseSource:
    """A database source under the name the settings give it."""

    name: str
    settings: DatabaseSettings

    @property
    def label(self) -> str:
        """What reports call it: ``shop: sales.orders``, or ``shop: query``."""
        table = ".".join(part for part in (self.settings.schema, self.settings.table) if part)
        return f"{self.name}: {table if self.settings.table else 'query'}"
