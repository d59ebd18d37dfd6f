"""The state of a project: where its database is, opened.

Whoever imports this loads the database library, which takes a while: only jobs of a project do, when they need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import URL

from quintile.domain.database import DatabaseSource
from quintile.domain.outgoing import Outgoing
from quintile.errors import SettingsError
from quintile.jobs.project.key import STATE_FILE
from quintile.plugins import extra
from quintile.snapshots.disk import disk_errors
from quintile.sources.databases.postgresql import CONNECT_SECONDS, PORT
from quintile.sources.databases.reach import reach
from quintile.state.database import State

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.keeping import StateSettings
    from quintile.domain.settings import Settings


def open_state(project: Path, settings: Settings) -> State:
    """The state of a project, made or brought up to date.

    Raises:
        StoreError: The database cannot be used.
        SettingsError: ``[state]`` lacks what a server needs, or the password's variable is not set.
        DataError: The server's host is unknown or must not be connected to.
    """
    chosen = settings.state
    if chosen.kind == "sqlite":
        with disk_errors(project):
            project.mkdir(parents=True, exist_ok=True)
        path = project / STATE_FILE
        return State(URL.create("sqlite+pysqlite", database=str(path)), str(path))
    return _on_server(chosen, settings)


def _on_server(chosen: StateSettings, settings: Settings) -> State:
    if chosen.database is None or chosen.user is None:
        message, fix = "[state] names no database or no user", 'write kind = "postgresql", host, database, user'
        raise SettingsError("state", message, fix=fix)
    extra("psycopg", "postgres")
    outgoing = Outgoing(settings.network.allow_hosts, loopback=True)
    access = reach(DatabaseSource("state", chosen.server), outgoing)
    url = URL.create(
        "postgresql+psycopg",
        username=chosen.user,
        password=access.password.reveal() or None,
        host=chosen.host if not access.addresses else None,
        port=None if access.addresses else chosen.port,
        database=chosen.database,
    )
    mode = chosen.sslmode or access.sslmode
    certificate = chosen.sslrootcert or ("system" if mode == "verify-full" else None)
    connect = {
        "sslmode": mode,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "quintile",
        **({"sslrootcert": certificate} if certificate else {}),
    }
    if access.addresses:  # just those that were checked, so that the name cannot mean another machine now
        hosts = ",".join([chosen.host] * len(access.addresses))
        connect |= {"host": hosts, "hostaddr": ",".join(access.addresses), "port": chosen.port or PORT}
    return State(url, f"{chosen.host}: {chosen.database}", schema=chosen.schema, connect=connect)
