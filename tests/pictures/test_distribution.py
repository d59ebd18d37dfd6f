from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from quintile.pictures.distribution import bin_label, distribution, drawn_cuts, place_of, short_label
from tests.pictures.sample import result

DAYS, ORDERS, MONEY = result()["distributions"]


def lines(found):
    marks = distribution(found, currency="EUR").option["series"][1]["markLine"]["data"]
    return [(mark["xAxis"], mark["label"]["formatter"]) for mark in marks]


def test_a_cut_of_days_is_the_last_day_of_the_better_score():
    assert lines(DAYS) == [(1.5, "14"), (3, "45")]


def test_equal_cuts_are_one_line():
    assert lines(ORDERS) == [(1.0, "2")]


def test_a_cut_of_money_stands_inside_its_bar():
    assert lines(MONEY) == [(2.4, "11")]
    assert drawn_cuts("m", [None, "11"]) == [Decimal(11)]


@pytest.mark.parametrize(
    ("metric", "low", "high", "label"),
    [
        ("r", "10", "20", "10-19"), ("r", "3", "4", "3"), ("f", "1000", None, "1,000+"), ("m", "12.5", "16", "12.5-16"),
        ("m", None, "0", "below 0"),
    ],
)  # fmt: skip
def test_a_bin_as_people_read_it(metric, low, high, label):
    assert bin_label(metric, low, high) == label


def test_large_amounts_are_short_where_there_is_little_room():
    assert [short_label("m", *ends) for ends in (("2000000000", "2500000000"), ("400000", None), ("12.5", "16"))] == [
        "2.00B-2.50B", "400,000+", "12.5-16",
    ]  # fmt: skip
    assert short_label("m", None, "-12345678") == "below -12.3M"
    assert short_label("r", "1000", "2000") == "1,000-1,999"


def test_places_at_the_ends():
    bins: list[dict[str, Any]] = [{"from": None, "to": "0"}, {"from": "0", "to": "10"}, {"from": "10", "to": None}]
    assert [place_of(Decimal(value), bins) for value in (-5, 0, 5, 10, 99)] == [1, 1.0, 1.5, 2.0, 2.0]
    assert place_of(Decimal(-3), bins[1:]) == 0.0


def test_a_large_cut_is_short_on_its_line_and_whole_in_the_caption():
    bins = [{"from": "0", "to": "2000000", "customers": 3}, {"from": "2000000", "to": None, "customers": 1}]
    money = {**DAYS, "metric": "m", "bins": bins, "cuts": ["1234567.89", "950.50"], "common_value": "1.00"}
    picture = distribution(money, currency="EUR")
    lines = picture.option["series"][1]["markLine"]["data"]
    assert [mark["label"]["formatter"] for mark in lines] == ["950.50", "1.23M"]
    assert "1,234,567.89" in picture.caption


def test_near_cuts_have_their_labels_in_tiers():
    near = {**DAYS, "cuts": [str(day) for day in range(10, 16)]}
    marks = distribution(near, currency=None).option["series"][1]["markLine"]["data"]
    assert len({mark["label"]["distance"] for mark in marks[:4]}) == 4
    assert (
        distribution(near, currency=None).option["grid"]["top"]
        > distribution(DAYS, currency=None).option["grid"]["top"]
    )


def test_the_caption_says_the_most_common_value_and_who_has_none():
    assert distribution(ORDERS, currency="EUR").caption == (
        "2,000 customers; the most common value is 1 order, shared by 75.0%. Cut points: 2."
        " 3 customers without an order in the window."
    )
    nothing = {**ORDERS, "common_value": None}
    assert "the most common value is no order in the window" in distribution(nothing, currency="EUR").caption


def test_the_table_has_every_bin_and_those_without():
    assert distribution(ORDERS, currency="EUR").table.rows == (
        ("1", "1,500", "75.0%"), ("2+", "497", "24.8%"), ("no order", "3", "0.2%"),
    )  # fmt: skip
    assert distribution(MONEY, currency="EUR").table.columns[0] == "Money, EUR"


def test_nobody_at_all_is_an_empty_drawing():
    empty = {**DAYS, "bins": [], "cuts": [None, None], "common_value": None}
    assert distribution(empty, currency=None).caption.startswith("0 customers")
