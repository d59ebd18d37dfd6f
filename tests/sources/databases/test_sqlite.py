"""SQLite: a column may hold any type, a file may be anything, and nothing is ever written."""

from __future__ import annotations

import sqlite3
from functools import partial

import pytest

from quintile.errors import DataError


@pytest.fixture
def shop(shop_of):
    return shop_of("sqlite")


def refusal(opened_from, shop, **chosen):
    with pytest.raises(DataError) as error:
        opened_from(shop, **chosen)
    return error.value


def test_each_value_is_read_by_its_own_type(shop, opened_from, engine):
    shop.run("CREATE TABLE t (a, b)")
    values = [10.1, 0.1 + 0.2, 9007199254740993, "0007", b"\xde\xad", "", None, 1e20]
    for value in values:
        shop.run("INSERT INTO t VALUES (?, 1)", [value])
    table = opened_from(shop, table="t")
    texts = ["10.1", "0.30000000000000004", "9007199254740993", "0007", "\\xdead", None, None, "1e+20"]
    assert [row[0] for row in engine.rows(table.query)] == texts
    assert table.typed == {"a", "b"}


@pytest.mark.parametrize(("text", "typed"), [("n/a", {"a"}), ("$1.50", {"a"}), ("03/04/2025", set()), ("1,5", set())])
def test_numbers_beside_texts_have_a_point_unless_the_texts_may_have_another_form(shop, opened_from, text, typed):
    shop.run("CREATE TABLE t (a)")
    shop.run("INSERT INTO t VALUES (10.125), (?)", [text])
    assert opened_from(shop, table="t").typed == typed


def test_text_that_is_no_utf8_is_a_bad_row_not_a_bad_file(shop, opened_from):
    shop.run("CREATE TABLE t (id PRIMARY KEY, a)")
    shop.run("INSERT INTO t VALUES (1, CAST(x'ff41' AS TEXT)), (2, 'fine')")
    table = opened_from(shop, table="t")
    assert [(row.reason, row.key) for row in table.rejected] == [("bad_encoding", "id = 1")]


def test_a_file_that_is_no_database_says_so(shop, opened_from):
    shop.path.write_bytes(b"no database at all, but long enough to look at" * 30)
    assert refusal(opened_from, shop, table="t").code == "corrupt_file"


def test_a_file_that_is_not_there_is_not_made(shop, opened_from):
    gone = shop.path.with_name("gone.db")
    assert refusal(opened_from, shop, path=str(gone), table="t").code == "not_found"
    assert not gone.exists()


def test_a_name_of_a_file_is_no_option(shop, opened_from, tmp_path):
    odd = tmp_path / "a?mode=rwc#b%20.db"
    with sqlite3.connect(odd) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    connection.close()
    assert opened_from(shop, path=str(odd), table="t").rows == 1


def test_no_other_file_can_be_attached_or_made(shop, opened_from, tmp_path):
    error = refusal(opened_from, shop, query=f"ATTACH '{tmp_path / 'other.db'}' AS other")
    assert error.code == "bad_query"
    assert not (tmp_path / "other.db").exists()


def test_a_slow_query_ends_at_the_time_limit(shop, opened_from):
    endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS n FROM c"
    assert refusal(opened_from, shop, query=endless, timeout_seconds=1).code == "timeout"


def test_a_file_another_program_writes_in_its_log_mode_is_read(shop, opened_from):
    shop.run("PRAGMA journal_mode = WAL")
    shop.run("CREATE TABLE t AS SELECT 1 AS a")
    shop.run("BEGIN IMMEDIATE")
    shop.run("INSERT INTO t VALUES (2)")
    assert opened_from(shop, table="t").rows == 1


def test_a_locked_file_is_busy(shop, opened_from, monkeypatch):
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.1))
    shop.run("CREATE TABLE t AS SELECT 1 AS a")
    shop.run("BEGIN EXCLUSIVE")
    assert refusal(opened_from, shop, table="t").code == "busy"
