"""EngineSettings: where the work is done, and what it may take of this machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineSettings:
    """Where the work is done, and what it may take of this machine; beyond ``memory`` it works on disk.

    ``spill`` is the folder for that; None takes the system's place for temporary folders. ``url`` is a server or a
    cluster: ``postgresql://user@host/database``, ``spark://host:7077``. Results go to a ``schema`` of the server, or to
    the ``storage`` of the cluster: a folder or address that all its workers reach.
    Machines of a private network are only connected to if ``allow_hosts`` names them, here or under ``[network]``.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the settings reader alone

    memory: str | None = None
    threads: int | None = None
    spill: str | None = None
    url: str = "duckdb"
    schema: str = "quintile"
    storage: str | None = None
    allow_hosts: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether the work is done in this process."""
        return self.url == "duckdb"
