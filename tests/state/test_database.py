"""The state: runs and tombstones are kept, an old database is brought up to date, a newer one is refused."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import URL, create_engine, text

from quintile.domain.tombstone import Tombstone
from quintile.errors import StoreError, StoreFullError
from quintile.state import migrations
from quintile.state.database import State
from tests import services

RUN = {"started": "2025-07-01T03:00:00+00:00", "sources": 1, "host": "here", "pid": 7, "version": "1.0"}
GRAVE = Tombstone(1, "id", "ab12", "2025-07-01T03:00:00+00:00")


@pytest.fixture(scope="module")
def server():
    with services.postgresql() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request, tmp_path):
    """``opened()`` opens the same state, each time anew."""
    if request.param == "sqlite":
        url = URL.create("sqlite+pysqlite", database=str(tmp_path / "state.sqlite"))
        return lambda: State(url, "here")
    found = request.getfixturevalue("server")
    url = URL.create("postgresql+psycopg", found.user, found.password, found.host, found.port, "postgres")
    schema = f"quintile {tmp_path.name}"
    return lambda: State(url, "here", schema=schema)


def test_a_run_that_ends_is_remembered_newest_first(opened):
    state = opened()
    first, second = state.begin_run(**RUN), state.begin_run(**RUN)
    state.end_run(first, "published", snapshot="S", ended="later", rows_in=10)
    state.end_run(second, "refused", code="schema_drift", ended="later")
    found = opened().runs()
    assert [(run["id"], run["outcome"], run["code"], run["snapshot"], run["rows_in"]) for run in found] == [
        (second, "refused", "schema_drift", None, None),
        (first, "published", None, "S", 10),
    ]


def test_a_run_that_never_ended_was_stopped(opened):
    number = opened().begin_run(**RUN)
    assert [run["id"] for run in opened().stop_running()] == [number]
    assert [run["outcome"] for run in opened().runs()] == ["stopped"]
    assert opened().stop_running() == []


def test_a_tombstone_stands_once_and_keeps_its_first_certificate(opened):
    opened().bury([GRAVE, GRAVE])
    opened().bury([Tombstone(2, "id", "ab12", "later"), Tombstone(2, "email", "ab12", "later")])
    assert opened().tombstones() == [GRAVE, Tombstone(2, "email", "ab12", "later")]


def test_an_old_database_is_brought_up_to_date_and_keeps_its_runs(opened, monkeypatch):
    with monkeypatch.context() as old:
        old.setattr(migrations, "STEPS", migrations.STEPS[:1])
        opened().begin_run(**RUN)
    assert len(opened().runs()) == 1
    assert opened().tombstones() == []


def test_a_newer_database_is_refused_and_left_as_it_is(opened, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(migrations, "STEPS", (*migrations.STEPS, ()))
        opened().begin_run(**RUN)
    known = len(migrations.STEPS)
    said = f"version {known + 1}, this quintile knows versions up to {known}"
    with pytest.raises(StoreError, match=said) as refused:
        opened()
    assert "update quintile" in refused.value.fix


def test_a_step_that_fails_leaves_the_old_version_whole(opened, monkeypatch):
    with monkeypatch.context() as old:
        old.setattr(migrations, "STEPS", migrations.STEPS[:1])
        opened()
    broken = (migrations.STEPS[0], migrations.STEPS[1] + migrations.STEPS[0])  # the table is there already
    with monkeypatch.context() as bad:
        bad.setattr(migrations, "STEPS", broken)
        with pytest.raises(StoreError, match="cannot be used"):
            opened()
    assert opened().tombstones() == []


def test_what_is_overwritten_leaves_no_bytes_in_the_file(tmp_path):
    path = tmp_path / "state.sqlite"
    state = State(URL.create("sqlite+pysqlite", database=str(path)), "here")
    number = state.begin_run(**RUN)
    state.end_run(number, "refused", code="canary-code-of-a-run")
    state.end_run(number, "refused", code="x")
    state.compact()
    assert all(b"canary" not in file.read_bytes() for file in tmp_path.iterdir())


def test_readers_do_not_wait_for_a_writer(tmp_path):
    path = tmp_path / "state.sqlite"
    State(URL.create("sqlite+pysqlite", database=str(path)), "here")
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_damaged_file_is_no_state(tmp_path):
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match="not a database") as refused:
        State(URL.create("sqlite+pysqlite", database=str(path)), str(path))
    assert refused.value.place.file == str(path)


def test_a_refusal_never_tells_the_password(server):
    url = URL.create("postgresql+psycopg", server.user, "wrong-canary", server.host, server.port, "postgres")
    with pytest.raises(StoreError) as refused:
        State(url, "here")
    assert "canary" not in str(refused.value)


def test_the_tables_of_the_steps_are_those_of_today(tmp_path):
    path = tmp_path / "state.sqlite"
    url = URL.create("sqlite+pysqlite", database=str(path))
    State(url, "here")
    with create_engine(url).connect() as connection:
        made = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        names = {row[0] for row in made} - {"sqlite_sequence"}
    assert names == {"quintile_version", "reviews", "runs", "sent", "tombstones"}


def test_a_full_disk_is_told_as_one(tmp_path):
    file = str(tmp_path / "state.sqlite")
    state = State(URL.create("sqlite+pysqlite", database=file), file)

    def fill():
        with state.changing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            connection.execute(text("INSERT INTO sent VALUES (:message, '')"), {"message": "x" * 100_000})

    with pytest.raises(StoreFullError, match="the disk is full") as refused:
        fill()
    assert (refused.value.code, refused.value.exit_code) == ("disk-full", 74)
