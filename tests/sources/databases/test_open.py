"""What holds for every kind of database."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql, render
from quintile.errors import DataError
from quintile.sources.databases.open import KINDS
from quintile.sources.read import Reading, read
from tests.sources.databases.shops import ROWS, TABLE, quoted, write_csv

kinds = pytest.mark.parametrize("kind", sorted(KINDS))
SMALL = "CREATE TABLE small (customer_id VARCHAR(20), order_date VARCHAR(30), amount {number}, note TEXT)"


def small(shop, rows, number="DECIMAL(10, 3)"):
    shop.run(SMALL.format(number=number))
    for row in rows:
        shop.run("INSERT INTO small VALUES (?, ?, ?, ?)", row)


@kinds
def test_the_same_orders_are_typed_the_same_as_from_a_file(kind, shop_of, opened_from, typed, tmp_path):
    shop = shop_of(kind)
    shop.fill()
    table = opened_from(shop)
    assert table.rows == len(ROWS)
    found = typed(table)
    assert found == typed(write_csv(tmp_path / "orders.csv"))
    assert found[0] == ("00017", "A-1", datetime(2025, 3, 30, 0, 30), Decimal("10.05"), None, None)  # noqa: DTZ001 - Berlin's wall clock


@kinds
def test_a_query_in_the_databases_own_words_is_read(kind, shop_of, opened_from, typed):
    shop = shop_of(kind)
    shop.fill()
    query = f"SELECT * FROM {quoted(TABLE, kind)} /* all */ WHERE order_id LIKE 'A-%' AND order_id <> 'A-7';\n"
    found = typed(opened_from(shop, query=query))
    assert {row[1] for row in found} == {"A-1", "A-2", "A-3", "A-4", "A-5", "A-6"}
    assert typed(opened_from(shop, query=query.removesuffix(";\n") + " -- a comment at the end")) == found


@kinds
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table}",
        "DROP TABLE {table}",
        "SELECT 1; DELETE FROM {table}",
        "SELECT 1) AS a; DELETE FROM {table}; SELECT * FROM (SELECT 1",
        "SELECT * FROM {table}) AS a --",
        "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM {table}",
        "SELECT FROM WHERE",
        "SELECT no_such_column FROM {table}",
        "CREATE TABLE copied AS SELECT 1 AS a",
        "",
    ],
    ids=range(12),
)
def test_a_query_that_is_not_one_select_is_refused_and_changes_nothing(kind, query, shop_of, opened_from):
    shop = shop_of(kind)
    shop.fill()
    before = shop.run(f"SELECT count(*) FROM {quoted(TABLE, kind)}")
    with pytest.raises(DataError) as error:
        opened_from(shop, query=query.format(table=quoted(TABLE, kind)))
    assert error.value.code == "bad_query"
    assert error.value.place.file == "shop: query"
    if kind != "duckdb":  # its file is open for the owner no more
        assert shop.run(f"SELECT count(*) FROM {quoted(TABLE, kind)}") == before


@kinds
def test_a_missing_table_is_named_with_the_nearest_one(kind, shop_of, opened_from):
    shop = shop_of(kind)
    small(shop, [])
    with pytest.raises(DataError) as error:
        opened_from(shop, table="smal")
    assert error.value.code == "table_not_found"
    assert error.value.fix.startswith("did you mean 'small'?")


@kinds
def test_a_missing_column_to_resume_by_is_named_with_the_nearest_one(kind, shop_of, opened_from):
    shop = shop_of(kind)
    small(shop, [])
    with pytest.raises(DataError) as error:
        opened_from(shop, table="small", resume_by="custmer_id")
    assert error.value.code == "missing_columns"
    assert "did you mean 'customer_id'?" in error.value.fix


@kinds
def test_a_table_without_rows_is_empty_input(kind, shop_of, opened_from):
    shop = shop_of(kind)
    small(shop, [])
    with pytest.raises(DataError) as error:
        opened_from(shop, table="small")
    assert (error.value.code, error.value.place.file) == ("empty_input", "shop: small")


@kinds
def test_a_row_of_nulls_is_a_row(kind, shop_of, opened_from, typed):
    shop = shop_of(kind)
    small(shop, [("1", "2025-01-01", "1", ""), (None, None, None, None), ("2", "2025-01-01", "2", None)])
    table = opened_from(shop, table="small", map={})
    found = typed(table, map={"order": "note"})
    assert table.rows == len(found) == 3
    assert (None, None, None, None, "bad_date", "bad_amount") in found


@kinds
def test_numbers_of_the_database_are_plain_whatever_other_sources_write(kind, shop_of, opened_from, engine):
    shop = shop_of(kind)
    small(shop, [("1", "2025-03-04", "1.234", ""), ("2", "2025-03-04", "2.345", "")])
    table = opened_from(shop, table="small", map={})
    settings = ReadingSettings(decimal=",")
    read(engine, [table], settings, Reading())
    assert engine.rows(Sql("SELECT sum(amount) FROM transactions")) == [(Decimal("3.579"),)]


@kinds
def test_rows_are_named_by_the_primary_key(kind, shop_of, opened_from, engine):
    shop = shop_of(kind)
    shop.fill()
    table = opened_from(shop)
    wanted = render("SELECT quintile_row_number FROM ({q}) WHERE order_id = 'A-5'", q=table.located)
    place = engine.rows(wanted)[0][0]
    assert table.keys([place]) == {place: "order_id = A-5"}


@kinds
def test_rows_without_a_key_are_named_by_their_place(kind, shop_of, opened_from):
    shop = shop_of(kind)
    small(shop, [("1", "2025-01-01", "1", ""), ("2", "2025-01-01", "2", "")])
    table = opened_from(shop, table="small")
    assert table.keys([1, 2]) == {1: "row 1", 2: "row 2"}


@kinds
def test_a_row_with_a_control_character_is_set_aside_by_its_key(kind, shop_of, opened_from, engine):
    shop = shop_of(kind)
    rows = [("1", "2025-01-01", "1", "two\nlines"), ("2", "2025-01-01", "2", "bell\x07"), ("3", "2025-01-01", "3", "")]
    small(shop, rows)
    table = opened_from(shop, table="small", resume_by="customer_id")
    assert [(row.reason, row.file, row.line, row.column, row.key) for row in table.rejected] == [
        ("control_character", "shop: small", None, "note", "customer_id = 2")
    ]
    assert table.rows == 3
    assert engine.rows(render("SELECT count(*) FROM ({q})", q=table.query)) == [(2,)]


@kinds
def test_a_row_too_long_to_read_says_how_to_leave_it_out(kind, shop_of, opened_from):
    shop = shop_of(kind)
    small(shop, [("1", "2025-01-01", "1", "A")])
    if kind == "mysql":
        shop.run("ALTER TABLE small MODIFY note LONGTEXT")
    shop.run("UPDATE small SET note = ?", ["0123456789" * 120_000])
    with pytest.raises(DataError) as error:
        opened_from(shop, table="small")
    assert (error.value.code, "write query instead of table" in error.value.fix) == ("too_large", True)


@kinds
def test_progress_is_told(kind, shop_of, opened_from, monkeypatch):
    monkeypatch.setattr("quintile.sources.databases.resume._TOLD_EVERY", 2)
    monkeypatch.setattr("quintile.sources.databases.sqlite._TOLD_EVERY", 1)
    shop = shop_of(kind)
    shop.fill()
    told: list[str] = []
    opened_from(shop, told.append)
    assert told[0].endswith(": 0 rows")
    assert kind == "duckdb" or len(told) > 1


@kinds
def test_the_sources_own_mapping_comes_before_that_of_all_sources(kind, shop_of, opened_from, engine):
    shop = shop_of(kind)
    small(shop, [("1", "2025-01-01", "1", "A")])
    table = opened_from(shop, table="small", map={"customer": "note"})
    found = read(engine, [table], ReadingSettings(map={"customer": "customer_id"}), Reading())
    assert found.columns["customer"] == "note"


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])  # they refuse it themselves
def test_two_columns_of_one_name_are_refused(kind, shop_of, opened_from):
    shop = shop_of(kind)
    small(shop, [("1", "2025-01-01", "1", "A")])
    with pytest.raises(DataError) as error:
        opened_from(shop, query="SELECT a.customer_id, b.* FROM small a CROSS JOIN small b")
    assert error.value.code in {"bad_query", "duplicate_column"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT a, b * 2 AS b, b FROM t",
        "SELECT a, b * 2 AS B, b FROM t",
        "SELECT t.*, u.* FROM t, t AS u",
        "WITH w AS (SELECT a, b, b FROM t) SELECT b, a, b FROM w",
    ],
)
@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_two_columns_that_a_file_database_would_rename_are_refused(shop_of, opened_from, kind, query):
    shop = shop_of(kind)
    shop.run("CREATE TABLE t (a INTEGER, b INTEGER)")
    shop.run("INSERT INTO t VALUES (1, 2)")
    with pytest.raises(DataError) as error:
        opened_from(shop, query=query)
    assert (error.value.code, error.value.fix) == ("duplicate_column", "give each a name of its own: AS other_name")
