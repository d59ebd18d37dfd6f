"""The tables of the state, as the newest version has them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

METADATA = MetaData()
# How far the steps of ``migrations`` have come: one row.
VERSION = Table("quintile_version", METADATA, Column("version", Integer, nullable=False))
# Texts of a run are codes and names of ours; no message is kept, since it could name a person.
RUNS = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("snapshot", Text),
    Column("ledger", BigInteger),
    Column("sources", Integer, nullable=False),
    Column("rows_in", BigInteger),
    Column("rows_new", BigInteger),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
)
TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("certificate", Integer, nullable=False),
    Column("erased_at", Text, nullable=False),
)
# Messages that were delivered, by their id, and days on which a person looked at the definitions; neither names anyone.
SENT = Table("sent", METADATA, Column("message", Text, primary_key=True), Column("sent_at", Text, nullable=False))
REVIEWS = Table(
    "reviews",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("reviewed_on", Text, nullable=False),
    Column("model", Text, nullable=False),
)
