from __future__ import annotations

from datetime import date, timedelta

import pytest

from quintile.jobs.results.sufficiency import counted, customer_warnings, scale_warnings, sufficiency_warnings

AS_OF = date(2025, 7, 1)
ENOUGH = {
    "buyers": 500,
    "most_orders": 3,
    "first_day": AS_OF - timedelta(days=180),
    "last_day": AS_OF - timedelta(days=30),
}


def warnings(**change):
    return {line["code"]: line["message"] for line in sufficiency_warnings(**{**ENOUGH, **change}, as_of=AS_OF)}


def test_a_base_at_every_border_is_enough():
    assert warnings() == {}


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            {"buyers": 499},
            "few_buyers",
            "499 buyers: below 500, shares and quantile borders rest on few people",
        ),
        (
            {"first_day": AS_OF - timedelta(days=179)},
            "short_history",
            "179 days of history: below 180, frequency says little",
        ),
        (
            {"first_day": AS_OF - timedelta(days=1)},
            "short_history",
            "1 day of history: below 180, frequency says little",
        ),
        (
            {"last_day": AS_OF - timedelta(days=31)},
            "no_recent_order",
            "the latest order lies 31 days before 2025-07-01: is the export complete, or --as-of too late?",
        ),
        (
            {"most_orders": 2},
            "no_repeat_buyers",
            "nobody has three orders: frequency cannot tell loyal customers from lucky ones",
        ),
    ],
)
def test_one_step_beyond_a_border_is_told(change, code, message):
    assert warnings(**change) == {code: message}


def test_a_base_without_days_is_told_what_can_be_told():
    assert list(warnings(buyers=0, most_orders=0, first_day=None, last_day=None)) == ["few_buyers", "no_repeat_buyers"]


@pytest.mark.parametrize(("customers", "codes"), [(5, []), (4, ["fewer_customers_than_bins"])])
def test_fewer_customers_than_scores_are_told(customers, codes):
    assert [line["code"] for line in scale_warnings(customers=customers, scores=5)] == codes


@pytest.mark.parametrize(
    ("orders", "most", "told"), [(10, 6, True), (10, 5, False), (9, 9, False), (11, 6, True), (12, 6, False)]
)
def test_a_customer_with_most_of_ten_orders_is_told(orders, most, told):
    found = customer_warnings(orders=orders, most_orders=most, below_zero=0)
    assert [(line["code"], line["rows"]) for line in found] == ([("dominant_customer", most)] if told else [])


def test_money_below_zero_is_told():
    found = customer_warnings(orders=0, most_orders=0, below_zero=2)
    assert [(line["code"], line["rows"]) for line in found] == [("negative_customer_total", 2)]


@pytest.mark.parametrize(("count", "text"), [(0, "0 buyers"), (1, "1 buyer"), (2, "2 buyers"), (2000, "2,000 buyers")])
def test_counts_agree_with_their_nouns(count, text):
    assert counted(count, "buyer") == text
