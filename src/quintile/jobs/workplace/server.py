"""Server: the engine of a wish that is not worked on in this process; only addresses that are allowed are reached."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.outgoing import Outgoing
from quintile.engine.open import hosts_of, open_engine, require_known
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.engine_settings import EngineSettings
    from quintile.engine.base import Engine

TABLES = "tables"
_LONGEST_NAME = 63  # bytes of a name in PostgreSQL


def with_storage(settings: EngineSettings, home: Path) -> EngineSettings:
    """The settings with a folder of a project or of results for what a cluster writes, if they name none."""
    if settings.is_local or settings.storage is not None:
        return settings
    return replace(settings, storage=(home / TABLES).resolve().as_uri())


def server_engine(settings: EngineSettings, staging: Path) -> Engine:
    """Open the server or the cluster that the settings name.

    Args:
        settings: Its address, and where results go.
        staging: Where a cluster works if no storage is named: nothing is to be kept.

    Raises:
        SettingsError: ``engine``, it is unknown or cannot be reached; ``schema``, no schema can be called so.
        DataError: ``host_refused``, its address is not to be connected to.
    """
    require_known(settings.url)
    _require_schema(settings.schema)
    addresses: dict[str, tuple[str, ...]] = {}
    for host in hosts_of(settings.url):
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise SettingsError("engine", f"no machine is called '{host}'", fix="check --engine") from error
        addresses[host] = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
        Outgoing(settings.allow_hosts, loopback=True).check(host, addresses[host])
    storage = settings.storage or staging.resolve().as_uri()
    return open_engine(settings.url, schema=settings.schema, storage=storage, addresses=addresses)


def _require_schema(schema: str) -> None:
    why = "it is empty" if not schema.strip() else None
    if schema.startswith("pg_") or schema == "information_schema":
        why = "the server keeps such names to itself"
    elif len(schema.encode()) > _LONGEST_NAME or "\0" in schema:
        why = f"a name there has at most {_LONGEST_NAME} bytes"
    if why is not None:
        fix = "write another name: --schema NAME, or schema under [engine] in quintile.toml"
        raise SettingsError("schema", f"no schema can be called '{schema[:80]}': {why}", fix=fix)
