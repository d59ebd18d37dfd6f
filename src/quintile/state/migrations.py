"""Migrations: the steps from an empty database to the newest version, in order, each taken once.

A step that was released never changes; a later version adds one at the end. All missing steps are one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, select, update
from sqlalchemy.schema import CreateTable

from quintile.errors import StoreError
from quintile.state.tables import REVIEWS, RUNS, SENT, TOMBSTONES, VERSION

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.schema import ExecutableDDLElement

STEPS: tuple[tuple[ExecutableDDLElement, ...], ...] = (
    (CreateTable(RUNS),),
    (CreateTable(TOMBSTONES),),
    (CreateTable(SENT), CreateTable(REVIEWS)),
)


def version_of(connection: Connection) -> int:
    """The version of a database; 0 of one that was never used."""
    schema = connection.get_execution_options().get("schema_translate_map", {}).get(None)
    if not inspect(connection).has_table(VERSION.name, schema=schema):
        return 0
    return int(connection.execute(select(VERSION.c.version)).scalar_one())


def migrate(connection: Connection) -> None:
    """Take the missing steps, in the connection's transaction.

    Raises:
        StoreError: ``newer_state``, a later quintile made the database.
    """
    found = version_of(connection)
    if found > len(STEPS):
        raise StoreError(
            "newer_state",
            f"the project's state is of version {found}, this quintile knows versions up to {len(STEPS)}",
            fix="update quintile: pip install --upgrade quintile",
        )
    if found == len(STEPS):
        return
    if found == 0:
        connection.execute(CreateTable(VERSION, if_not_exists=True))
        connection.execute(VERSION.insert().values(version=0))
    for step in STEPS[found:]:
        for change in step:
            connection.execute(change)
    connection.execute(update(VERSION).values(version=len(STEPS)))
