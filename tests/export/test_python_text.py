"""The model as Python reads clocks and currencies as the run and the SQL do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.export.parity import written


def shop_file(folder, text, name="orders.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_hours_that_come_twice_or_never_are_the_same(tmp_path):
    rows = [f"c{n},{n},{day} 0{hour}:30:00,{n}.50" for n, (day, hour) in enumerate(
        (day, hour) for day in ("2024-10-27", "2025-03-30") for hour in range(5))]  # fmt: skip
    file = shop_file(tmp_path, "\n".join(["customer,order,time,amount", *rows, ""]))
    settings: dict[str, dict[str, Any]] = {"ledger": {"time_zone": "Europe/Berlin"}, "model": {"recency": "elapsed"}}
    found = written(file, settings, as_of=datetime(2025, 6, 30, 3))  # noqa: DTZ001 - the shop's clock
    assert found.by_sql == found.customers
    assert found.by_python == found.customers


def test_one_order_a_day_is_one_of_the_shop_s_days_though_time_is_counted_in_hours(tmp_path):
    """Days in New York: A bought on one of them, B on two; in UTC it is the other way round."""
    rows = "A,2025-06-10 08:00,10\nA,2025-06-10 22:00,10\nB,2025-06-10 21:00,5\nB,2025-06-11 10:00,5\n"
    file = shop_file(tmp_path, f"customer_id,order_date,amount\n{rows}")
    settings: dict[str, dict[str, Any]] = {
        "ledger": {"time_zone": "America/New_York", "grain": "day"},
        "model": {"recency": "elapsed", "scale": 2},
    }
    found = written(file, settings, as_of=datetime(2025, 7, 1))  # noqa: DTZ001 - the shop's clock
    assert [(customer[0], str(customer[2]), *customer[3:5]) for customer in found.customers] == [
        ("A", "2025-06-10", 20, 1),
        ("B", "2025-06-11", 19, 2),
    ]
    assert found.by_sql == found.customers
    assert found.by_python == found.customers


@pytest.mark.parametrize("recency", ["calendar", "elapsed"])
def test_the_day_of_a_rate_is_the_shop_s_though_time_is_counted_in_hours(tmp_path, recency):
    """Two orders of New York's first of June, of which the late one lies on the second in UTC; a rate a week old."""
    rows = "A,1,2025-06-01 08:00,10,USD\nB,2,2025-06-01 22:00,10,USD\nC,3,2025-06-08 23:59,10,USD\n"
    file = shop_file(tmp_path, f"customer_id,order_id,order_date,amount,currency\n{rows}")
    rates = shop_file(tmp_path, "date,currency,rate\n2025-05-31,USD,0.50\n2025-06-01,USD,0.90\n", "rates.csv")
    settings: dict[str, dict[str, Any]] = {
        "ledger": {"time_zone": "America/New_York", "base_currency": "EUR", "rates": str(rates)},
        "model": {"recency": recency, "scale": 2},
    }
    found = written(file, settings)
    assert [customer[5] for customer in found.customers] == [9, 9, 9]
    assert found.report["second_tables"][0]["most_days_carried"] == 7
    assert found.by_sql == found.customers
    assert found.by_python == found.customers


def test_all_of_an_order_takes_the_rate_of_its_day(tmp_path):
    """A got 90 dollars back of 100 euros, B bought in both currencies on two days, C's refund came before its order."""
    rows = (
        "A,1,2025-06-02,100,EUR\nA,1,2025-06-20,-90,USD\nB,2,2025-06-03,100,EUR\nB,2,2025-06-20,100,USD\n"
        "C,3,2025-06-01,-10,USD\nC,3,2025-06-18,100,EUR\n"
    )
    file = shop_file(tmp_path, f"customer_id,order_id,order_date,amount,currency\n{rows}")
    rates = shop_file(tmp_path, "date,currency,rate\n2025-06-01,USD,0.90\n2025-06-15,USD,0.50\n", "rates.csv")
    ledger = {"base_currency": "EUR", "rates": str(rates), "grain": "line"}
    found = written(file, {"ledger": ledger, "model": {"scale": 2}})
    assert [customer[5] for customer in found.customers] == [19, 190, 95]
    assert found.by_sql == found.customers
    assert found.by_python == found.customers


def test_rows_without_a_currency_are_left_out_as_the_run_did(tmp_path):
    rows = "c1,1,2025-06-01,5.00,EUR\nc2,2,2025-06-02,5.00,USD\nc3,3,2025-06-03,7.00,\nc2,4,2025-06-03,7.50,EUR\n"
    file = shop_file(tmp_path, f"customer,order,time,amount,currency\n{rows}")
    rates = shop_file(tmp_path, "date,currency,rate\n2025-06-01,USD,0.90\n", "rates.csv")
    found = written(file, {"ledger": {"base_currency": "EUR", "rates": str(rates)}, "model": {"scale": 2}})
    assert [customer[0] for customer in found.customers] == ["c1", "c2"]
    assert found.by_sql == found.customers
    assert found.by_python == found.customers
