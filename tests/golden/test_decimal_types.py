"""Decimals of databases and Parquet, all with as many places as their type: they are what the same text would be."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import quintile
from quintile.config.read import read_settings
from quintile.errors import DataError
from quintile.jobs.log import log
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.export.parity import written

DAY = datetime(2026, 1, 5)  # noqa: DTZ001 - a wall time
RATES = "date,currency,rate\n2026-01-01,USD,0.9192\n"
ROWS = [("7", "1", "10.50", "EUR"), ("8", "2", "20.35", "USD"), ("10", "3", "30.45", "USD"), ("10", "4", "5", "EUR")]


def decimals(texts, places):
    return pa.array([Decimal(text) for text in texts], pa.decimal128(38, places))


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


@pytest.fixture
def orders(tmp_path):
    """``orders(kind)``: the same orders as text, or as Parquet with so many places in every number."""

    def of(kind):
        customers, ids, amounts, currencies = zip(*ROWS, strict=True)
        if kind == "text":
            path = tmp_path / "orders.csv"
            lines = [f"{c},{o},2026-01-05,{a},{m}" for c, o, a, m in ROWS]
            path.write_text("\n".join(["customer_id,order_id,order_date,amount,currency", *lines]), encoding="utf-8")
            return path
        path = tmp_path / f"orders_{kind}.parquet"
        columns = {
            "customer_id": decimals(customers, kind),
            "order_id": decimals(ids, kind),
            "order_date": [DAY] * len(ROWS),
            "amount": decimals(amounts, kind),
            "currency": list(currencies),
        }
        pq.write_table(pa.table(columns), path)
        return path

    return of


def scored(path, **ledger):
    settings = {"model": {"window": "all"}, "ledger": ledger}
    return quintile.run(path, as_of="2026-02-01", settings=settings).to_arrow().to_pylist()


@pytest.mark.parametrize("places", [2, 6, 10, 18, 30])
def test_ids_and_converted_money_are_those_of_the_text(orders, tmp_path, places):
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    converted = {"base_currency": "EUR", "rates": str(tmp_path / "rates.csv")}
    of_text = scored(orders("text"), **converted)
    assert scored(orders(places), **converted) == of_text
    assert {one["customer_id"]: one["monetary"] for one in of_text} == {
        "7": Decimal("10.50"),
        "8": Decimal("18.71"),
        "10": Decimal("32.99"),
    }


def test_returns_and_customers_with_such_ids_find_theirs(orders, tmp_path):
    pq.write_table(pa.table({"order_id": decimals(["2"], 10)}), tmp_path / "returns.parquet")
    pq.write_table(pa.table({"customer_id": decimals(["7", "10", "11"], 10)}), tmp_path / "people.parquet")
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    tables = {"returns": str(tmp_path / "returns.parquet"), "customers": str(tmp_path / "people.parquet")}
    settings = {
        "model": {"window": "all", "population": "customers"},
        "ledger": {**tables, "base_currency": "EUR", "rates": str(tmp_path / "rates.csv")},
    }
    found = quintile.run(orders("text"), as_of="2026-02-01", settings=settings).to_arrow().to_pylist()
    assert {one["customer_id"]: one["frequency"] for one in found} == {"7": 1, "10": 2, "11": 0}


@pytest.mark.parametrize("again", ["text", 10, 2])
def test_the_same_orders_in_another_type_leave_a_project_as_it_is(orders, tmp_path, again):
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    ledger = {"base_currency": "EUR", "rates": str(tmp_path / "rates.csv")}
    home = tmp_path / "project"

    def customers(kind):
        wish = Wish(
            [orders(kind)], read_settings(None, {"ledger": ledger, "model": {"window": "all"}}), date(2026, 2, 1)
        )
        run(wish, home, in_project=True)
        return (home / "store" / "current" / "customers.csv").read_text(encoding="utf-8")

    assert customers("text") == customers(again)


def test_whole_numbers_sent_twice_leave_a_project_unchanged(tmp_path):
    path, home = tmp_path / "orders.parquet", tmp_path / "project"
    pq.write_table(
        pa.table({"customer_id": [1, 2, 1], "order_id": [1, 2, 3], "order_date": [DAY] * 3, "amount": [1, 2, 3]}), path
    )
    settings = read_settings(None, {"model": {"window": "all"}})
    for _ in range(2):
        run(Wish([path], settings, date(2026, 2, 1)), home, in_project=True)
    assert [one["outcome"] for one in log(home, settings)["runs"]] == ["unchanged", "published"]


def test_the_exported_sql_and_python_name_customers_alike(tmp_path):
    path = tmp_path / "orders.parquet"
    amounts = decimals(["10.50", "20.35", "30.45", "1"], 10)
    columns = {"customer_id": decimals(["7", "70", "0.5", "0"], 10), "order_date": [DAY] * 4, "amount": amounts}
    pq.write_table(pa.table(columns), path)
    found = written(path, {"model": {"window": "all", "scale": 3}}, as_of=date(2026, 2, 1))
    assert {row[0] for row in found.customers} == {"7", "70", "0.5", "0"}
    assert {row[0] for row in found.by_sql} == {"7", "70", "0.5", "0"}
    assert {row[0] for row in found.by_python} == {"7", "70", "0.5", "0"}


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [
        ("0.30000000000000004", "1.25", "0.37500000000000005"),
        ("3", "0.30000000000000004", "0.90000000000000012"),
        ("2.0000000001", "1.250000001", "2.500000002125000000100000000"),
    ],
)
def test_a_quantity_times_a_price_with_very_many_decimals_is_exact(tmp_path, quantity, price, net):
    path = tmp_path / "orders.csv"
    path.write_text(f"customer_id,order_id,order_date,quantity,unit_price\nA,1,2026-01-05,{quantity},{price}\n")
    assert scored(path)[0]["monetary"] == Decimal(net)


def test_money_that_no_type_can_hold_is_refused_in_words(tmp_path):
    path = tmp_path / "orders.csv"
    rows = "A,1,2026-01-05,1500000.50000000000000001,USD\nB,2,2026-01-05,1,EUR\n"
    path.write_text(f"customer_id,order_id,order_date,amount,currency\n{rows}")
    (tmp_path / "rates.csv").write_text(RATES.replace("0.9192", "0.9192021325489474"), encoding="utf-8")
    with pytest.raises(DataError, match="more than 38 digits"):
        scored(path, base_currency="EUR", rates=str(tmp_path / "rates.csv"))


@pytest.mark.parametrize("column", ["order_date", "noted"])
@pytest.mark.parametrize("unit", ["s", "ms"])
def test_a_time_beyond_every_calendar_is_refused_in_words(tmp_path, unit, column):
    units = {"s": 1_767_225_600_000_000, "ms": 1_767_225_600_000_000_000}  # micro- and nanoseconds, said to be others
    far = pa.array([0, units[unit]], pa.int64()).cast(pa.timestamp(unit))
    columns = {"customer_id": ["A", "B"], "order_date": [DAY] * 2, "amount": [1, 2], column: far}
    pq.write_table(pa.table(columns), tmp_path / "orders.parquet")
    # Of a frame only the columns are read that play a role.
    for source in (tmp_path / "orders.parquet", *([pa.table(columns)] if column == "order_date" else [])):
        with pytest.raises(DataError, match="a time that no calendar reaches"):
            scored(source)
