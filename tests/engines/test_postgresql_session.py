"""What a PostgreSQL server refuses or ends is told with what to do; a name cannot turn into another machine."""

from __future__ import annotations

import socket

import psycopg
import pytest

from quintile.domain.engine_settings import EngineSettings
from quintile.engine.postgresql_session import PostgresSession
from quintile.engine.postgresql_tables import found_table
from quintile.engine.render import Sql
from quintile.errors import QuintileError, SettingsError
from quintile.jobs.run import run
from quintile.jobs.workplace.server import server_engine
from quintile.jobs.workplace.wish import Wish
from tests.engines.test_postgresql_tables import GOOD, made, settings

SCHEMA = "ended"


@pytest.fixture
def url(url_of):
    return url_of("postgresql")


def said(url, statement):
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(statement.encode())


def meanwhile(monkeypatch, happens):
    """Let something happen between the first look at the table and the second."""
    found = found_table

    def found_then(session, address):
        tree = found(session, address)
        happens(session)
        return tree

    monkeypatch.setattr("quintile.engine.postgresql.found_table", found_then)


@pytest.mark.parametrize(
    ("happens", "message", "fix"),
    [
        (lambda url, _: said(url, "DROP TABLE odd"), "has lost a table", "let nobody change the table"),
        (lambda url, _: said(url, "ALTER TABLE odd DROP COLUMN amount"), "has lost a table", "let nobody change"),
        (lambda url, own: said(url, f"SELECT pg_terminate_backend({own.number})"), "ended the work", "server runs"),
        (lambda _, own: own.run("SET statement_timeout = 1"), "statement timeout", "SET statement_timeout = 0"),
        (lambda _, own: own.run("SET default_transaction_read_only = on"), "read-only", "that may be written to"),
    ],
    ids=["dropped", "altered", "terminated", "timed out", "read only"],
)
def test_what_happens_between_two_looks_is_told(happens, message, fix, url, tmp_path, monkeypatch):
    table = made(url, GOOD)
    said(url, "INSERT INTO odd SELECT 'c' || i, i, '2025-01-01', 5 FROM generate_series(2, 20000) i")
    meanwhile(monkeypatch, lambda session: happens(url, session))
    with pytest.raises(QuintileError, match=message) as raised:
        run(Wish([table], settings(url)), tmp_path / "out")
    assert fix in raised.value.fix


@pytest.mark.parametrize("at", ["copy", "write"])
def test_a_server_that_ends_while_rows_are_written_leaves_nothing(at, url, tmp_path, monkeypatch):
    said(url, f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    verb, marked = (PostgresSession.copy, "") if at == "copy" else (PostgresSession.rows, "md5")

    def ending(session, statement, *rows):
        if marked in statement:
            said(url, f"SELECT pg_terminate_backend({session.number})")
        return verb(session, statement, *rows)

    monkeypatch.setattr(PostgresSession, verb.__name__, ending)
    file = tmp_path / "orders.csv"
    file.write_text("customer,order,date,amount\na,1,2025-01-01,5\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="ended the work"):
        run(Wish([file], settings(url, engine={"url": url, "schema": SCHEMA})), tmp_path / "out")
    with psycopg.connect(url) as server:
        assert server.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA]).fetchall() == []


def test_a_right_that_is_missing_is_told(url, tmp_path, monkeypatch):
    table = made(url, GOOD)
    said(url, "DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN PASSWORD 'x'")
    said(url, "GRANT SELECT (customer, order_id, date) ON odd TO poor")
    monkeypatch.setenv("PGPASSWORD", "x")
    poor = url.replace("quintile_owner", "poor")
    with pytest.raises(QuintileError, match="permission denied for table odd") as raised:
        run(Wish([table], settings(poor)), tmp_path / "out")
    assert "let the user read all of it" in raised.value.fix


def test_the_address_that_was_checked_is_the_one_connected_to(url, tmp_path, monkeypatch):
    host, _, rest = url.partition("@")[2].partition(":")
    asked = []

    def found(name, port, *_args, **_more):
        asked.append(name)
        address = host if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    named = f"{url.partition('@')[0]}@db.example:{rest}"
    engine = server_engine(EngineSettings(url=named), tmp_path)
    assert engine.rows(Sql("SELECT 1")) == [(1,)]
    engine.close()
    assert asked == ["db.example"]


def test_a_service_file_hides_the_host_and_is_refused(tmp_path, monkeypatch):
    with pytest.raises(SettingsError, match="service file"):
        server_engine(EngineSettings(url="postgresql:///shop?service=mart"), tmp_path)
    monkeypatch.setenv("PGSERVICE", "mart")
    with pytest.raises(SettingsError, match="service file"):
        server_engine(EngineSettings(url="postgresql://db.example/shop"), tmp_path)
