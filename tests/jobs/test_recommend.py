"""recommend: what is measured of the history before the analysis date, and the base of the recommended window."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from quintile.errors import DataError
from quintile.jobs.recommend import recommend
from tests.jobs.shop import HEADER, wish_for, write_shop


def settings_of(found):
    return {line["setting"]: line["value"] for line in found["recommended"]}


def test_a_small_shop_is_measured_to_the_last_gap(tmp_path):
    """A comes back after 19 days and is away for 11; B is away for 122, C for 189: three gaps are open."""
    found = recommend(wish_for(write_shop(tmp_path)))
    measured = found["measured"]
    assert {key: measured[key] for key in ("customers", "orders", "one_order_customers", "one_order_share")} == {
        "customers": 3,
        "orders": 4,
        "one_order_customers": 2,
        "one_order_share": "0.666666",
    }
    assert (measured["first_order"], measured["last_order"], measured["history_days"]) == (
        "2024-12-24",
        "2025-06-20",
        189,
    )
    assert measured["gaps"] == {
        "ended": 1,
        "open": 3,
        "horizon": None,
        "returned_within": {},
        "half_back_by": None,
        "nine_in_ten_back_by": None,
    }
    assert settings_of(found) == {"window": "12mo", "scale": "3", "method": "quantile", "scheme": "six-27"}
    assert [line["code"] for line in found["warnings"]] == ["few_buyers", "no_repeat_buyers"]
    assert json.loads(json.dumps(found)) == found


def test_orders_on_the_analysis_date_and_later_are_not_known_yet(tmp_path):
    orders = "1,A,2025-01-01,5\n2,A,2025-06-30,5\n3,A,2025-07-01,5\n4,B,2025-08-01,5\n"
    measured = recommend(wish_for(write_shop(tmp_path, orders)))["measured"]
    assert (measured["customers"], measured["orders"], measured["last_order"]) == (1, 2, "2025-06-30")


def test_two_orders_of_one_day_are_one_purchase_day_but_two_orders(tmp_path):
    orders = "1,A,2025-06-01,5\n2,A,2025-06-01,6\n3,B,2025-06-01,5\n"
    measured = recommend(wish_for(write_shop(tmp_path, orders)))["measured"]
    assert (measured["orders"], measured["one_order_customers"]) == (3, 1)
    assert (measured["gaps"]["ended"], measured["gaps"]["open"]) == (0, 2)


def regular(customers, every, orders, amount="{number}"):
    """Each customer orders so many times, so many days apart, the last time a few days before the analysis date."""
    lines = []
    for number in range(1, customers + 1):
        for order in range(orders):
            day = date(2025, 6, 30) - timedelta(days=number % 10 + order * every)
            lines.append(f"{number}-{order},C{number},{day},{amount.format(number=number)}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("every", "orders", "window"), [(30, 15, "6mo"), (200, 4, "12mo"), (400, 3, "24mo")])
def test_the_window_follows_the_gaps(tmp_path, every, orders, window):
    found = recommend(wish_for(write_shop(tmp_path, regular(50, every, orders))))
    assert settings_of(found)["window"] == window
    assert found["measured"]["gaps"]["nine_in_ten_back_by"] == every


def test_many_who_ordered_once_get_counts_of_orders(tmp_path):
    """500 ordered once, 60 twice, 60 five times: quantiles skip scores, counts skip fewer."""
    often = [(f"R{number}", 2 if number < 60 else 5) for number in range(120)]
    lines = [f"O{number},O{number},2025-06-{number % 28 + 1:02d},{number}" for number in range(500)]
    lines += [
        f"{who}-{order},{who},{date(2025, 6, 1) - timedelta(days=20 * order)},7"
        for who, orders in often
        for order in range(orders)
    ]
    found = recommend(wish_for(write_shop(tmp_path, "\n".join(lines) + "\n")))
    method = next(line for line in found["recommended"] if line["setting"] == "method")
    assert settings_of(found)["scale"] == "5"
    assert method["flags"] == ["--method", "quantile", "--f-cuts", "2,3,5,7"]
    assert "80.6% of the customers have the same number of orders" in method["reason"]


def test_where_all_orders_are_worth_the_same_the_scheme_needs_no_money(tmp_path):
    file = write_shop(tmp_path, regular(600, 40, 2, amount="1"))
    assert settings_of(recommend(wish_for(file)))["scheme"] == "rf-10"
    file = write_shop(tmp_path, regular(600, 40, 2))
    assert settings_of(recommend(wish_for(file)))["scheme"] == "rfm-9"


def test_settings_of_the_model_that_are_recommended_do_not_matter_for_the_recommendation(tmp_path):
    file = write_shop(tmp_path, regular(50, 30, 15))
    other = {"model": {"window": "1mo", "scale": 7, "f_cuts": ["2", "3"], "scheme": "rf-10"}}
    assert recommend(wish_for(file, other)) == recommend(wish_for(file))


def test_elapsed_recency_measures_the_same_days(tmp_path):
    file = write_shop(tmp_path, regular(50, 30, 15))
    elapsed = recommend(wish_for(file, {"model": {"recency": "elapsed"}}))
    assert elapsed["measured"] == recommend(wish_for(file))["measured"]


def test_a_source_without_a_purchase_is_told(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "1,A,2025-06-01,0\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        recommend(wish_for(file, as_of=None))
    assert raised.value.code == "empty_window"
