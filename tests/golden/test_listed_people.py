"""People of a table of customers, to be scored: whatever their ids look like, and however the orders are typed."""

from __future__ import annotations

import duckdb
import pytest

import quintile

ORDERS = "customer_id,order_id,order_date,amount\n" + "".join(
    f"{customer},{100 + customer},2025-01-{customer:02},{customer}.50\n" for customer in range(1, 7)
)


@pytest.fixture
def scored(tmp_path):
    """``scored(people, kind)``: who is scored, of orders as text or as Parquet with numbers for ids."""

    def of(people, kind, key="customer_id"):
        orders = tmp_path / "orders.csv"
        orders.write_text(ORDERS.replace("customer_id", key), encoding="utf-8")
        if kind == "parquet":
            path = tmp_path / "orders.parquet"
            duckdb.sql(f"COPY (FROM read_csv('{orders}')) TO '{path}'")
            orders = path
        listed = tmp_path / "people.csv"
        listed.write_text(f"{key}\n" + "".join(f"{one}\n" for one in people), encoding="utf-8")
        tables = {"customers": str(listed)}
        settings = {"model": {"window": "all", "population": "customers"}, "ledger": tables}
        found = quintile.run(orders, as_of="2025-02-01", settings=settings).to_arrow().to_pylist()
        return {one["customer_id"]: (one["frequency"], one["monetary"]) for one in found}

    return of


@pytest.mark.parametrize("key", ["customer_id", "account_id"])
@pytest.mark.parametrize(
    "people", [["1", "2", "NEW1", "0042", "42", "9" * 20], ["K1", "K2"], ["1", "8"], ["007"]], ids=str
)
def test_people_who_never_bought_are_scored_whatever_their_ids_look_like(scored, people, key):
    of_text, of_numbers = (scored(people, kind, key) for kind in ("text", "parquet"))
    assert of_text == of_numbers
    assert set(of_numbers) == set(people)
    assert {one for one, (orders, _) in of_numbers.items() if orders} == {"1", "2"} & set(people)
