from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.insight.distribution import MOST_BINS, money, whole_numbers
from tests.insight.counted import counted


def bins(found):
    return [(line["from"], line["to"], line["customers"]) for line in found["bins"]]


def test_one_bin_a_day_where_forty_suffice(engine):
    found = whole_numbers(engine, counted(engine, [-1, -1, -3, None], "INTEGER"), open_end=False)
    assert bins(found) == [("1", "2", 2), ("2", "3", 0), ("3", "4", 1)]
    assert found["without"] == 1


def test_days_of_a_year_stand_in_tens(engine):
    found = whole_numbers(engine, counted(engine, [-day for day in range(1, 366)], "INTEGER"), open_end=False)
    assert bins(found)[:2] == [("0", "10", 9), ("10", "20", 10)]
    assert bins(found)[-1] == ("360", "370", 6)
    assert len(found["bins"]) == 37


def test_the_thin_end_of_orders_is_one_open_bin(engine):
    orders = [1] * 300 + [2] * 99 + [250] * 2
    found = whole_numbers(engine, counted(engine, orders, "INTEGER"), open_end=True)
    assert bins(found) == [("1", "2", 300), ("2", "3", 99), ("3", None, 2)]


def test_orders_without_a_thin_end_have_none(engine):
    found = whole_numbers(engine, counted(engine, [1, 1, 2, 2], "INTEGER"), open_end=True)
    assert bins(found) == [("1", "2", 2), ("2", "3", 2)]


def test_money_stands_in_steps_that_grow(engine):
    found = money(engine, counted(engine, ["10", "12.49", "12.50", "99.99", "100"]))
    assert bins(found)[:2] == [("10", "12.5", 2), ("12.5", "16", 1)]
    assert bins(found)[-2:] == [("80", "100", 1), ("100", "125", 1)]


def test_below_zero_and_nothing_have_their_own_bins(engine):
    found = money(engine, counted(engine, ["-3.00", "0", "0", "1.00", None]))
    assert bins(found) == [(None, "0", 1), ("0", "1", 2), ("1", "1.25", 1)]
    assert found["without"] == 1


def test_the_thin_ends_of_money_are_gathered(engine):
    found = money(engine, counted(engine, ["0.01"] + ["10"] * 300 + ["12"] * 200 + ["50000"]))
    assert bins(found) == [("0", "10", 1), ("10", "12.5", 500), ("12.5", None, 1)]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nobody_with_money_has_no_bins(engine, values):
    assert money(engine, counted(engine, values)) == {"bins": [], "without": len(values)}
    assert whole_numbers(engine, counted(engine, values, "INTEGER"), open_end=True)["bins"] == []


def test_nothing_but_zero_is_one_bin(engine):
    assert bins(money(engine, counted(engine, ["0", "0"]))) == [("0", None, 2)]


def test_powers_of_ten_without_end_still_fit(engine):
    values = [Decimal(1).scaleb(power) for power in range(-4, 28)]
    found = money(engine, counted(engine, values, "DECIMAL(38, 4)"))
    assert len(found["bins"]) <= MOST_BINS
    assert sum(line["customers"] for line in found["bins"]) == len(values)


def fitting(found, values):
    for line in found["bins"]:
        low = None if line["from"] is None else Decimal(line["from"])
        high = None if line["to"] is None else Decimal(line["to"])
        inside = [v for v in values if (low is None or v >= low) and (high is None or v < high)]
        assert line["customers"] == len(inside)
    assert sum(line["customers"] for line in found["bins"]) == len(values)
    assert len(found["bins"]) <= MOST_BINS


AMOUNTS = st.decimals(min_value=-1000, max_value=10**7, places=2)


@settings(max_examples=30, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=60))
def test_every_amount_lies_in_its_bin_and_in_one_only(engine, values):
    fitting(money(engine, counted(engine, values)), values)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=60), st.booleans())
def test_every_count_lies_in_its_bin_and_in_one_only(engine, values, open_end):
    fitting(whole_numbers(engine, counted(engine, values, "INTEGER"), open_end=open_end), values)
