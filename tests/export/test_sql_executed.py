"""The model as SQL on real servers: every customer's row is as quintile gave it, ids, money and days included."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_table import EngineTable
from quintile.export.dialects import DIALECTS
from quintile.export.sql_columns import table_name
from quintile.export.sql_document import sql_document
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.run import run
from quintile.jobs.sql import model_of_sources
from quintile.jobs.workplace.wish import Wish
from tests.export.parity import AS_OF, LINES, Shop, programs
from tests.export.test_sql import LEDGERS, MODELS

IDS = (
    "anna", "Anna", "ANNA", "\u00e1nna", " anna ", "o'neil", 'b"q', "back\\slash", "b\\'; --", "\u540d\u524d",
    "\U0001f600", "stra\u00dfe", "strasse", "0007", "7", "-1", "a b", "a  b", "%", "_", "`tick`", "NULLA", "i", "I",
    "\u0131", "\u0130", "{brace}", "$money", "a-b", "a_b", "ab", "Zz", "zZ", "\u00e9", "e",
)  # fmt: skip
MAP = {"customer": "id", "time": "when", "amount": "how much"}
HOSTILE = Shop(
    "hostile_ids",
    ("id", "when", "how much"),
    MAP,
    tuple(
        (
            name,
            f"2025-0{1 + (place + again) % 6}-{1 + place % 27:02d} 00:30:00",
            f"{10 ** (place % 8)}.0{1 + again % 9}",
        )
        for place, name in enumerate(IDS)
        for again in range(1 + place % 4)
    ),
)


def zoned(offset):
    """Orders in the hours around both changes of the clock in New York, some with an offset."""
    start = datetime(2025, 3, 9, 5)  # noqa: DTZ001 - written as text
    autumn = datetime(2024, 11, 3, 4)  # noqa: DTZ001 - as above
    moments = [
        first + timedelta(minutes=17 * step, hours=23 * (step % 5)) for first in (start, autumn) for step in range(24)
    ]
    return tuple((f"C{n % 13}", f"{moment:%Y-%m-%dT%H:%M:%S}{offset}", f"{n}.01") for n, moment in enumerate(moments))


CHANGES = Shop("clock_changes", ("id", "when", "how much"), MAP, zoned("+00:00"))
# In Havana the hour after midnight comes twice, or never, and no offset tells which is meant: the later one counts.
TWICE = Shop(
    "hours_that_come_twice",
    ("id", "when", "how much"),
    MAP,
    (
        *((f"C{n}", f"2024-11-03T{n % 4:02}:{7 * n % 60:02}:00", f"{n}.01") for n in range(24)),
        *((f"D{n}", f"2024-03-10T{n % 4:02}:{7 * n % 60:02}:00", f"{n}.02") for n in range(24)),
    ),
)
TIED = {"model": {"method": "ntile", "scale": 5}}
SHOPS = {
    "ids": (HOSTILE, {"model": {"scale": 3}}),
    "ids, ties parted by id": (HOSTILE, TIED),
    "ids, averages": (HOSTILE, {"model": {"monetary": "average", "scale": 4}}),
    "clock changes": (CHANGES, {"ledger": {"time_zone": "America/New_York"}}),
    "clock changes, full days": (
        CHANGES,
        {"ledger": {"time_zone": "America/New_York"}, "model": {"recency": "elapsed"}},
    ),
    "hours that come twice": (
        TWICE,
        {"ledger": {"time_zone": "America/Havana"}, "model": {"recency": "elapsed"}},
    ),
}
CASES = {
    **{name: (LINES, {"model": model}) for name, model in MODELS.items()},
    **{name: (LINES, {"ledger": ledger}) for name, ledger in LEDGERS.items()},
    "full days in a zone": (LINES, {"ledger": {"time_zone": "America/New_York"}, "model": {"recency": "elapsed"}}),
    "one order a day, full days in a zone": (
        LINES,
        {"ledger": {"time_zone": "America/New_York", "grain": "day"}, "model": {"recency": "elapsed"}},
    ),
    **SHOPS,
}
FEW = (
    "six-27", "grid-27, 1 is best", "everyone who ever bought", "nested", "orders with a refund ignored",
    "one order a day", "repeated rows dropped", "full days in a zone", "ids", "ids, ties parted by id", "ids, averages",
    "hours that come twice",
)  # fmt: skip
FEWER = (
    "everyone who ever bought", "nested", "ids, ties parted by id", "ids, averages", "clock changes, full days",
    "hours that come twice",
)  # fmt: skip


def equal(database, found, shop):
    recipe = found.recipe
    database.load(table_name(recipe), shop.columns, [tuple(cell or None for cell in row) for row in shop.rows])
    rows = database.rows(sql_document(recipe, DIALECTS[database.dialect]))
    assert len(rows) > 10
    assert rows == found.customers


@pytest.mark.parametrize("case", CASES)
def test_postgresql(postgres, shop_of, case):
    shop, settings = CASES[case]
    equal(postgres, shop_of(shop, settings), shop)


@pytest.mark.parametrize("address", ["raw.orders", '"my.shop".transactions', "orders", "transactions"])
def test_a_table_of_the_server_is_read_where_the_run_read_it(postgres, monkeypatch, address):
    server = postgres.server
    monkeypatch.setenv("PGPASSWORD", server.password)
    postgres.execute("RESET search_path")
    postgres.load("loaded", HOSTILE.columns, list(HOSTILE.rows))
    for schema in ("raw", '"my.shop"'):
        postgres.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    postgres.execute(f"DROP TABLE IF EXISTS {address}; CREATE TABLE {address} AS TABLE loaded")
    url = f"postgresql://{server.user}@{server.host}:{server.port}/shop"
    settings = read_settings(None, {"engine": {"url": url}, "reading": {"map": HOSTILE.map}, "model": {"scale": 3}})
    model = model_of_sources(Wish([EngineTable(address)], settings, as_of=AS_OF))
    rows = postgres.rows(sql_document(model.recipe, DIALECTS["postgres"]))
    assert rows == postgres.rows(sql_document(model.over("loaded"), DIALECTS["postgres"]))
    assert len(rows) > 10


@pytest.mark.parametrize("case", FEW)
def test_mariadb(mysql, shop_of, case):
    shop, settings = CASES[case]
    equal(mysql, shop_of(shop, settings), shop)


@pytest.mark.parametrize("case", FEWER)
def test_spark(spark, shop_of, case):
    shop, settings = CASES[case]
    equal(spark, shop_of(shop, settings), shop)


@pytest.mark.parametrize("case", SHOPS)
def test_duckdb(shop_of, case):
    found = shop_of(*SHOPS[case])
    assert found.by_sql == found.customers
    assert found.by_python == found.customers


UNREADABLE = Shop(
    "unreadable",
    ("id", "when", "how much"),
    MAP,
    (
        *((f"C{n}", f"2025-0{1 + n % 6}-21 10:00:00", f"{n}.50") for n in range(1, 21)),
        *(("A", when, "9.00") for when in ("never", "", "2025-13-01 10:00:00", "2025-06-01 25:00:00", "11")),
        *(("B", "2025-06-01 10:00:00", amount) for amount in ("oops", "", "5x", "x5", "-", "nan", "inf")),
        ("B", "2025-06-02 10:00:00", "-1.25"),
        ("B", "2025-06-01 10:00:00", "+3"),
    ),
)


@pytest.mark.parametrize("database", ["postgres", "mysql", "spark"])
def test_rows_that_cannot_be_read_are_left_out_as_the_run_did(request, shop_of, database):
    found = shop_of(UNREADABLE, {})
    assert found.recipe.lenient
    assert "A" not in {customer[0] for customer in found.customers}
    assert found.by_sql == found.customers
    equal(request.getfixturevalue(database), found, UNREADABLE)


@pytest.mark.parametrize("database", ["postgres", "mysql", "spark"])
def test_money_in_two_currencies_takes_the_rate_of_each_day(request, tmp_path, database):
    shop = make_sample_shop(tmp_path, customers=150, seed=3)
    run(sample_wish(shop), tmp_path / "results")
    found, server = programs(tmp_path, tmp_path / "results"), request.getfixturevalue(database)
    (orders,), rates = found.recipe.files, found.recipe.rates
    assert rates is not None
    for file, table in ((orders, table_name(found.recipe)), (rates.file, rates.table)):
        with (tmp_path / file).open(encoding="utf-8", newline="") as opened:
            columns, *rows = csv.reader(opened)
        server.load(table, columns, [tuple(cell or None for cell in row) for row in rows])
    assert server.rows(sql_document(found.recipe, DIALECTS[server.dialect])) == found.customers


@pytest.mark.parametrize("database", ["postgres", "mysql"])
def test_a_table_whose_columns_have_types_is_read_as_well(request, shop_of, database):
    shop, server = HOSTILE, request.getfixturevalue(database)
    found = shop_of(shop, {"model": {"scale": 3}})
    server.load("texts", shop.columns, list(shop.rows))
    quote = "`" if database == "mysql" else '"'
    kinds = ("DATETIME", "DECIMAL(20, 2)") if database == "mysql" else ("TIMESTAMP", "DECIMAL(20, 2)")
    when, amount = (f"{quote}{column}{quote}" for column in ("when", "how much"))
    columns = f"id, CAST({when} AS {kinds[0]}) AS {when}, CAST({amount} AS {kinds[1]}) AS {amount}"
    server.execute(f"CREATE TABLE typed_shop AS SELECT {columns} FROM texts")
    recipe = replace(found.recipe, table=("typed_shop",))
    assert server.rows(sql_document(recipe, DIALECTS[server.dialect])) == found.customers
