"""open_engine: the engine that a setting names; each lives in a file of its own and brings its libraries along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quintile.errors import SettingsError
from quintile.plugins import extra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quintile.engine.base import Engine

_ADDRESSES = "duckdb, postgresql://user@host/database, spark://host:7077 or local[4]"
_CREDENTIALS = re.compile(r"//.*@")
_NAMED = ("spark://", "k8s://")  # clusters whose address names machines
_SERVERS, _CLUSTERS = ("postgresql://", "postgres://"), (*_NAMED, "local", "yarn")


def require_known(url: str) -> None:
    """Refuse an address of no kind that is known.

    Raises:
        SettingsError: ``engine``.
    """
    if not url.startswith((*_SERVERS, *_CLUSTERS)):
        shown = _CREDENTIALS.sub("//...@", url)
        raise SettingsError("engine", f"'{shown}' is no engine", fix=f"write one of: {_ADDRESSES}")


def hosts_of(url: str) -> list[str]:
    """The names and addresses of machines that opening an engine would connect to.

    Raises:
        SettingsError: ``engine``, the address cannot be read.
    """
    if url.startswith(_SERVERS):
        extra("psycopg", "postgres")
        from quintile.engine import postgresql_session  # noqa: PLC0415 - loads the driver

        return postgresql_session.hosts_of(url)
    if not url.startswith(_NAMED):
        return []
    # spark://one:7077,two:7077 names two machines; k8s://https://one:6443 one.
    machines = url.removeprefix("k8s://").split(",")
    try:
        hosts = [urlsplit(one if "//" in one else f"//{one}").hostname for one in machines]
    except ValueError as error:
        fix = f"write one of: {_ADDRESSES}"
        raise SettingsError("engine", "the address of the engine cannot be read", fix=fix) from error
    return [host for host in hosts if host is not None]


def open_engine(url: str, *, schema: str, storage: str, addresses: Mapping[str, Sequence[str]] | None = None) -> Engine:
    """Open a server or a cluster.

    Args:
        url: Its address.
        schema: Of a server: where results go.
        storage: Of a cluster: a folder or address that all its workers reach.
        addresses: What the names of a server's machines stand for; no other ones are connected to.

    Raises:
        SettingsError: ``engine``, the address is of no kind that is known, or it cannot be reached; ``extra``, its
            library is not installed.
    """
    require_known(url)
    if url.startswith(_SERVERS):
        extra("psycopg", "postgres")
        from quintile.engine.postgresql import PostgresEngine  # noqa: PLC0415 - loads the driver

        return PostgresEngine(url, schema, addresses)
    extra("pyspark", "spark")
    from quintile.engine.spark import SparkEngine  # noqa: PLC0415 - loads Spark

    return SparkEngine(url, storage)
