"""Keeping: where a project's small state lies, and how long each kind of its data is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quintile.domain.database import DatabaseSettings

_FORBID_UNKNOWN = {"extra": "forbid"}


@dataclass(frozen=True)
class StateSettings:
    """The table ``[state]``: a file in the project folder, or parts of an address; never a password or a key.

    ``password_env`` and ``key_env`` name environment variables. The key turns erased ids into tombstones; without
    ``key_env`` it lies in the project folder. ``tombstones`` is the file of their second copy, which has to outlive a
    restored project folder.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    kind: Literal["sqlite", "postgresql"] = "sqlite"
    host: str = "localhost"
    port: int | None = None
    database: str | None = None
    user: str | None = None
    password_env: str | None = None
    schema: str | None = None
    sslmode: Literal["disable", "prefer", "require", "verify-full"] | None = None
    sslrootcert: str | None = None
    key_env: str | None = None
    tombstones: str | None = None

    @property
    def server(self) -> DatabaseSettings:
        """Where the server is and who asks, as for a source."""
        shared = ("host", "port", "database", "user", "password_env", "sslmode", "sslrootcert")
        return DatabaseSettings(kind="postgresql", table="runs", **{key: getattr(self, key) for key in shared})


@dataclass(frozen=True)
class RetentionSettings:
    """The table ``[retention]``: how long each kind of data is kept, such as ``24mo``; None keeps it for ever."""

    __pydantic_config__ = _FORBID_UNKNOWN

    snapshots: str | None = None
    rows: str | None = None
    quarantine: str | None = None
