"""Whatever a table of a PostgreSQL server holds, its rows have the fate that they have in a file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.engine_table import EngineTable
from quintile.domain.rhythm import Rhythm
from quintile.errors import DataError, SettingsError
from quintile.export.dialects import dialect_of
from quintile.export.sql_document import sql_document
from quintile.jobs.check import check
from quintile.jobs.history import Dates, history
from quintile.jobs.run import run
from quintile.jobs.sql import model_of_sources
from quintile.jobs.verify import verify
from quintile.jobs.workplace.server import server_engine
from quintile.jobs.workplace.wish import Wish
from tests.engines.test_conformance import customers

COLUMNS = {"customer": "text", "order_id": "text", "date": "date", "amount": "numeric(12, 2)"}
GOOD = "('good', '1', '2025-01-01', 5.25)"


@pytest.fixture
def url(url_of):
    return url_of("postgresql")


def made(url, values, name="odd", **kinds):
    """A table of some rows, its columns of some types."""
    columns = ", ".join(f"{column} {kind}" for column, kind in {**COLUMNS, **kinds}.items())
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({columns})".encode())
        server.execute(f"INSERT INTO {name} VALUES {values}".encode())
    return EngineTable(name)


def settings(url, **groups):
    given = {
        "engine": {"url": url},
        "output": {"report": False},
        "model": {"scale": 2},
        "reading": {"max_bad_share": 1},
    }
    return read_settings(None, {**given, **groups})


def scored(url, table, folder, **groups):
    """The fates of the rows set aside, and what each customer paid."""
    report = run(Wish([table], settings(url, **groups)), folder / "out")
    fates = {one["reason"]: one["rows"] for one in report["quarantine"]}
    return fates, {row[0]: row[5] for row in customers(folder / "out", url)}


@pytest.mark.parametrize(
    ("kind", "values", "fates"),
    [
        ("numeric(12, 2)", ("NaN",), {"nonfinite_amount": 1}),
        ("numeric", ("NaN", "Infinity", "1e45"), {"nonfinite_amount": 2, "amount_out_of_range": 1}),
        ("float8", ("NaN", "-Infinity", "1e300"), {"nonfinite_amount": 2, "amount_out_of_range": 1}),
        ("real", ("NaN", "Infinity"), {"nonfinite_amount": 2}),
        ("numeric(50, 20)", ("123456789012345678901234567890",), {"amount_out_of_range": 1}),
    ],
)
def test_amounts_that_are_no_numbers_are_set_aside(kind, values, fates, url, tmp_path):
    rows = "".join(f", ('b{n}', '2{n}', '2025-01-02', '{value}')" for n, value in enumerate(values))
    assert scored(url, made(url, GOOD + rows, amount=kind), tmp_path) == (fates, {"good": Decimal("5.25")})


def test_an_amount_of_more_digits_than_there_are_is_named(url, tmp_path):
    table = made(url, f"{GOOD}, ('b', '2', '2025-01-02', 1.{'0' * 40}1)", amount="numeric")
    with pytest.raises(SettingsError, match="more than 38 digits") as raised:
        scored(url, table, tmp_path)
    assert raised.value.place.column == "amount"


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_times_that_no_calendar_has_are_set_aside(kind, url, tmp_path):
    times = ("infinity", "-infinity", "0044-03-15 BC", "12025-01-01")
    rows = "".join(f", ('b{n}', '2{n}', '{time}', 1)" for n, time in enumerate(times))
    ledger = {"time_zone": "Europe/Berlin"}
    found = scored(url, made(url, f"{GOOD}{rows}, ('n', '9', NULL, 1)", date=kind), tmp_path, ledger=ledger)
    assert found == ({"date_out_of_range": 4, "bad_date": 1}, {"good": Decimal("5.25")})


def test_quantity_times_price_keeps_its_cents(url, tmp_path):
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP TABLE IF EXISTS lines")
        server.execute(
            "CREATE TABLE lines AS SELECT 'c' AS customer, 1 AS order_id, date '2025-01-01' AS date, 3 AS quantity,"
            " 5.25::numeric(12, 2) AS unit_price"
        )
    assert scored(url, EngineTable("lines"), tmp_path) == ({}, {"c": Decimal("15.75")})


def test_ids_that_are_floats_are_whole_numbers(url, tmp_path):
    rows = "(7, '1', '2025-01-01', 1), (9007199254740991, '2', '2025-01-01', 2), ('NaN', '3', '2025-01-01', 4)"
    fates, paid = scored(url, made(url, rows, customer="float8"), tmp_path)
    assert (fates, paid) == ({"null_customer": 1}, {"7": 1, "9007199254740991": 2})


@pytest.mark.parametrize(("kind", "first"), [("float8", 9_000_000_000_000_001), ("real", 16_777_001)])
def test_long_ids_that_are_floats_stay_apart(kind, first, url, tmp_path):
    rows = ", ".join(f"({first + n}, '{n}', '2025-01-0{1 + n}', 5.25)" for n in range(3))
    assert set(scored(url, made(url, rows, customer=kind), tmp_path)[1]) == {str(first + n) for n in range(3)}


@pytest.mark.parametrize(("kind", "whole"), [("float8", "0"), ("float8", "0.5"), ("real", "0.5")])
def test_whole_numbers_that_are_floats_bring_no_point(kind, whole, url, tmp_path):
    rows = f"(7, '1', '2025-01-01', 5.25), ({whole}, '2', '2025-01-02', 1.50)"
    assert set(scored(url, made(url, rows, customer=kind), tmp_path)[1]) == {"7", whole}


@pytest.mark.parametrize(
    ("address", "name"),
    [('"my.shop"."or.ders"', '"my.shop"."or.ders"'), ("shop.public.odd", "odd"), ('"q""t"', '"q""t"')],
)
def test_names_in_quotes_and_of_three_parts_are_read(address, name, url, tmp_path):
    with psycopg.connect(url, autocommit=True) as server:
        server.execute('CREATE SCHEMA IF NOT EXISTS "my.shop"')
    made(url, GOOD, name)
    assert scored(url, EngineTable(address), tmp_path)[1] == {"good": Decimal("5.25")}


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("a.b.c.d", "is no address of a table"),
        ('"odd', "is no address of a table"),
        ("", "is no address of a table"),
        ("Odd", "did you mean public.odd"),
        ("elsewhere.public.odd", "cross-database"),
    ],
)
def test_an_address_that_names_nothing_is_told_how_to_name_it(address, says, url, tmp_path):
    made(url, GOOD)
    with pytest.raises(DataError) as raised:
        scored(url, EngineTable(address), tmp_path)
    assert raised.value.code == "not_found"
    assert says in f"{raised.value.message} {raised.value.fix}"
    assert "schema.table" in raised.value.fix


@pytest.mark.parametrize("again", ["odd", "public.odd", '"public"."odd"', "shop.public.odd", 'shop."public".odd'])
def test_a_table_given_twice_is_refused(again, url, tmp_path):
    with pytest.raises(DataError, match="the same table") as raised:
        run(Wish([made(url, GOOD), EngineTable(again)], settings(url)), tmp_path / "out")
    assert raised.value.code == "same_file_twice"


@pytest.mark.parametrize("schema", ["", "pg_mart", "information_schema", "ä" * 32])
def test_a_schema_that_no_server_can_have_is_refused_before_it_is_asked(schema, tmp_path):
    with pytest.raises(SettingsError, match="no schema can be called") as raised:
        server_engine(EngineSettings(url="postgresql://nobody@127.0.0.1:1/x", schema=schema), tmp_path)
    assert (raised.value.code, "--schema" in raised.value.fix) == ("schema", True)


def test_a_table_is_checked_and_written_down_where_it_lies(url, tmp_path):
    rows = "('a', '1', '2025-01-01', '5,25'), ('b', '2', '2025-01-02', '1,50'), ('c', '3', '2025-01-03', 'x')"
    table = made(url, rows, amount="text")
    found = check(Wish([table], settings(url)))
    assert (found["outcome"], found["customers"], found["net_total"]) == ("quarantine", 2, "6.75")
    assert found["quarantine"][0]["examples"][0]["raw"] == "x"
    written = sql_document(model_of_sources(Wish([table], settings(url))).recipe, dialect_of("postgres"))
    assert 'FROM "odd"' in written
    assert "Write amounts with a point before the decimals." in written
    with pytest.raises(SettingsError, match="reads all of its table"):
        check(replace(Wish([table], settings(url)), project=tmp_path))


def test_a_project_there_may_have_rows_set_aside(url, tmp_path):
    rows = f"{GOOD}, ('b', '2', '2025-01-02', NULL), ('c', '3', NULL, 1), ('d', '4', '2025-02-01', 2)"
    report = run(Wish([made(url, rows)], settings(url)), tmp_path / "shop", in_project=True)
    assert (report["counts"]["rows_kept"], report["counts"]["rows_quarantined"]) == (2, 2)


def test_tables_of_a_project_that_are_gone_are_named_and_written_anew(url, tmp_path):
    shop, wanted = tmp_path / "shop", settings(url)
    wish = Wish([made(url, f"{GOOD}, ('b', '2', '2025-02-02', 2), ('c', '3', '2025-03-03', 3)")], wanted)
    run(wish, shop, in_project=True)
    monthly = Dates(Rhythm.parse("month"), date(2025, 2, 1))
    first = history(shop, wanted, monthly)["snapshots"][0]
    drop(url, shop / "store" / "snapshots" / first["snapshot"] / "customers.table")
    assert [one["problem"] for one in verify(shop, wanted)["problems"]] == ["its rows cannot be read"]
    again = history(shop, wanted, monthly)["snapshots"]
    assert [(one["added"], one.get("rewritten", False)) for one in again] == [(False, True), (False, False)]
    assert verify(shop, wanted)["problems"] == []
    drop(url, next((shop / "store" / "orders").glob("2025-01-*.table")))
    with pytest.raises(DataError, match="what the project keeps in postgresql is gone") as raised:
        history(shop, wanted, monthly)
    assert "run quintile run with the project's source" in raised.value.fix
    run(wish, shop, in_project=True)
    assert verify(shop, wanted)["problems"] == []


def drop(url, pointer):
    table = json.loads(pointer.read_text(encoding="utf-8"))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP TABLE "{table["schema"]}"."{table["table"]}"'.encode())
