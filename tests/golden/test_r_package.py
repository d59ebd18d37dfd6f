"""The method ``r-rfm`` gives, from raw orders on, all scores and segments that the R package rfm publishes."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

import quintile
from tests.golden.reference import records, scores_of, segments_of

UCI = ("uci_online_retail", "online_retail.parquet", "2011-12-10")
CDNOW = ("cdnow_master", "cdnow_master.csv", "1998-07-01")
RETAIL = ("retail_125k", "Retail_Data_Transactions.csv", "2015-03-17")
SUPERSTORE = ("superstore", "superstore.csv", "2017-12-31")
R_ORDERS = ("rfm_r_orders", "rfm_data_orders.csv", "2006-12-31")
# What each series needs to become its first reference table.
SETTINGS = {
    "uci_online_retail": {"ledger": {"refunds": "gross", "grain": "line"}},
    "cdnow_master": {"ledger": {"zero_orders": "count"}},
    "retail_125k": {"reading": {"date_format": "%d-%b-%y"}},
}
PUBLISHED = [
    *(
        (series, bins, f"third_party_Rrfm030_v1_bins{bins}.csv")
        for series in (UCI, CDNOW, RETAIL, SUPERSTORE)
        for bins in (3, 5, 10)
    ),
    *((R_ORDERS, bins, f"third_party_orders_bins{bins}_expected.csv") for bins in (3, 4, 5, 10)),
]


def run_series(shared, series, **model):
    folder, file, as_of = series
    settings = {**SETTINGS.get(folder, {}), "model": {"window": "all", **model}}
    return quintile.run(shared(f"data/{folder}/{file}"), as_of=as_of, settings=settings)


def published_scores(file):
    """The package wrote ids of digits as numbers, so they have lost their leading zeros."""
    return {
        row["customer_id"]: (int(row["recency_score"]), int(row["frequency_score"]), int(row["monetary_score"]))
        for row in records(file)
    }


def without_leading_zeros(scores):
    return {customer.lstrip("0"): found for customer, found in scores.items()}


@pytest.mark.parametrize(("series", "bins", "file"), PUBLISHED)
def test_every_score_is_the_published_one(shared, series, bins, file):
    result = run_series(shared, series, method="r-rfm", scale=bins)
    assert without_leading_zeros(scores_of(result)) == published_scores(shared(f"data/{series[0]}/{file}"))


def test_the_package_s_own_borders_are_thresholds(shared):
    """R scores a day below the printed border better, so the last day of the better score is the day before."""
    cuts = {
        "r_cuts": [border - 1 for border in (115, 181, 297, 482)],
        "f_cuts": [4, 5, 6, 8],
        "m_cuts": [256, 382, 506, 666],
    }
    file = shared("data/rfm_r_orders/third_party_orders_custom_expected.csv")
    assert scores_of(run_series(shared, R_ORDERS, method="threshold", **cuts)) == published_scores(file)


@pytest.mark.parametrize("example", ["a", "b"])
def test_every_segment_is_the_published_one(shared, example):
    result = run_series(shared, R_ORDERS, method="r-rfm", scheme=f"r-rfm-example-{example}")
    rows = records(shared(f"data/rfm_r_orders/third_party_orders_segments{example.upper()}_expected.csv"))
    assert segments_of(result) == {row["customer_id"]: row["segment"] for row in rows}


@pytest.mark.parametrize("example", ["a", "b"])
def test_every_segment_has_the_published_customers_orders_and_revenue(shared, example):
    result = run_series(shared, R_ORDERS, method="r-rfm", scheme=f"r-rfm-example-{example}")
    rows = records(shared(f"data/rfm_r_orders/third_party_orders_segments{example.upper()}_summary.csv"))
    orders = Counter()
    table = result.to_arrow().select(["segment", "frequency"]).to_pydict()
    for segment, frequency in zip(*table.values(), strict=True):
        orders[segment] += frequency
    assert {
        line["segment"]: (line["customers"], orders[line["segment"]], Decimal(line["revenue"]))
        for line in result.segments
        if line["customers"]
    } == {row["segment"]: (int(row["customers"]), int(row["orders"]), Decimal(row["revenue"])) for row in rows}


def test_the_codes_printed_in_the_package_s_readme(shared):
    table = run_series(shared, R_ORDERS, method="r-rfm").to_arrow().select(["customer_id", "rfm"]).to_pydict()
    codes = dict(zip(*table.values(), strict=True))
    printed = {
        "Abbey O'Reilly": "343",
        "Add Senger": "412",
        "Aden Lesch": "323",
        "Aden Murphy": "544",
        "Admiral Senger": "433",
    }
    assert {customer: codes[customer] for customer in printed} == printed
