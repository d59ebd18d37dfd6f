from __future__ import annotations

import csv
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.domain.formulas import neutralised
from quintile.jobs.run import run, run_in_memory
from quintile.jobs.workplace.wish import Wish
from tests.jobs.shop import AS_OF, ORDERS, wish_for, write_shop

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1"]


def test_customers_csv_has_no_formula_and_customers_parquet_has_the_ids_as_they_are(tmp_path):
    ids = [*FORMULAS, "A"]
    frame = pa.table(
        {"customer_id": ids, "order_id": [*"123456"], "order_date": ["2025-06-01"] * 6, "amount": ["1.50"] * 6}
    )
    run(Wish(sources=[frame], as_of=AS_OF), tmp_path)
    with (tmp_path / "customers.csv").open(encoding="utf-8", newline="") as file:
        shown = [row["customer_id"] for row in csv.DictReader(file)]
    kept = pq.read_table(tmp_path / "customers.parquet")["customer_id"].to_pylist()
    assert (sorted(kept), sorted(shown)) == (sorted(ids), sorted(neutralised(one) for one in ids))


def test_segments_add_up_and_are_exact(tmp_path):
    settings = {"model": {"scale": 3, "scheme": "none"}}
    _, report, _ = run_in_memory(wish_for(write_shop(tmp_path), settings))
    assert report["segments"] == [
        {
            "segment": "Unclassified", "customers": 3, "customers_share": "1.000000", "revenue": "134.95",
            "revenue_share": "1.000000", "median_recency": "122", "mean_frequency": "1.33", "mean_monetary": "44.98",
        }
    ]  # fmt: skip


def test_segments_of_nobody_are_shown_in_the_scheme_s_order(tmp_path):
    _, report, _ = run_in_memory(wish_for(write_shop(tmp_path)))
    empty = [line for line in report["segments"] if not line["customers"]]
    assert len(report["segments"]) > len(empty) > 0
    assert empty[0] | {"segment": ""} == {
        "segment": "", "customers": 0, "customers_share": "0.000000", "revenue": "0", "revenue_share": "0.000000",
        "median_recency": None, "mean_frequency": None, "mean_monetary": None,
    }  # fmt: skip


def test_an_even_count_has_its_median_between_the_two_in_the_middle(tmp_path):
    settings = {"model": {"scheme": "none"}}
    orders = ORDERS + "O5,D,2025-06-30,1.00\n"
    _, report, _ = run_in_memory(wish_for(write_shop(tmp_path, orders), settings))
    assert report["segments"][0]["median_recency"] == "66.5"


def test_people_without_orders_have_no_recency_and_no_median(tmp_path):
    (tmp_path / "people.csv").write_text("customer_id\nA\nZ\n", encoding="utf-8")
    settings = {"model": {"scheme": "none", "population": str(tmp_path / "people.csv")}}
    customers, report, _ = run_in_memory(wish_for(write_shop(tmp_path), settings))
    rows = [
        (row["customer_id"], row["recency_days"], row["frequency"], row["monetary"])
        for row in pa.table(customers).to_pylist()
    ]
    assert rows == [("A", 11, 2, Decimal("30.05")), ("Z", None, 0, Decimal(0))]
    assert (report["counts"]["customers"], report["counts"]["buyers"]) == (2, 1)
    assert report["segments"][0]["median_recency"] == "11"


def test_one_as_the_best_is_shown_in_scores_codes_and_grid_alike(tmp_path):
    file = write_shop(tmp_path)
    (high, first, _), (low, second, _) = (
        run_in_memory(wish_for(file, {"model": {"best": best}})) for best in ("high", "low")
    )
    turned = [{**row, **{m: 6 - row[m] for m in "rfm"}} for row in pa.table(high).to_pylist()]
    for row in turned:
        row["rfm"] = f"{row['r']}{row['f']}{row['m']}"
    assert pa.table(low).to_pylist() == turned
    assert [(cell["r"], cell["f"], cell["m"]) for cell in second["grid"]] == [
        (6 - cell["r"], 6 - cell["f"], 6 - cell["m"]) for cell in first["grid"]
    ]


@pytest.mark.parametrize("monetary", ["total", "average"])
def test_concentration_and_distributions_hold_everyone_and_every_cent(tmp_path, monetary):
    _, report, _ = run_in_memory(wish_for(write_shop(tmp_path), {"model": {"monetary": monetary}}))
    customers = report["counts"]["customers"]
    revenue = sum(Decimal(line["revenue"]) for line in report["segments"])
    concentration = report["concentration"]
    assert (concentration["customers"], Decimal(concentration["revenue"])) == (customers, revenue)
    assert sum(Decimal(tenth["revenue"]) for tenth in concentration["deciles"]) == revenue
    assert [found["metric"] for found in report["distributions"]] == ["r", "f", "m"]
    for found, receipt in zip(report["distributions"], report["tie_receipt"], strict=True):
        assert sum(line["customers"] for line in found["bins"]) + found["without"] == customers
        assert (found["cuts"], found["common_value"]) == (receipt["cuts"], receipt["common_value"])


def test_the_ranking_names_every_segment_once(tmp_path):
    _, report, _ = run_in_memory(wish_for(write_shop(tmp_path)))
    assert sorted(report["ranking"]) == sorted(line["segment"] for line in report["segments"])
    assert {cell["segment"] for cell in report["grid"]} <= set(report["ranking"])
    assert report["ranking"][0] == "Champions"
