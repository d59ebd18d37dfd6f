"""Amounts: another unit is refused, an unusual size is told, what chance can do is neither."""

from __future__ import annotations

import pytest

from quintile.domain.drift import Amounts
from quintile.ledger.drifts.amounts import amount_drift

# Amounts of 10 to 100: twenty buckets of five rows.
USUAL = {str(bucket): 5 for bucket in range(20, 40)}


def amounts(moved=0, *, rows=5, currency="EUR", negative=0, zero=0):
    return Amounts({currency: {str(int(bucket) + moved): rows for bucket in USUAL}}, negative, zero)


def drift(now, earlier=None):
    return [
        (one.code, one.error)
        for one in amount_drift(now, earlier or amounts(), {"amount": "amount", "currency": "cur"})
    ]


@pytest.mark.parametrize("moved", [40, -40, 60, 20, -20])
def test_a_power_of_ten_is_refused(moved):
    assert drift(amounts(moved)) == [("distribution_shift", True)]


def test_a_hundred_times_is_called_so():
    (found,) = amount_drift(amounts(40), amounts(), {"amount": "total"})
    assert "'total' was about 30 before and is about 3,000 now, about 100 times as much" in found.message
    assert found.column == "total"
    assert "--accept distribution_shift" in found.fix


@pytest.mark.parametrize("moved", [11, -11, 17])
def test_a_factor_between_3_and_8_is_told(moved):
    assert drift(amounts(moved, rows=20), amounts(rows=20)) == [("amount_scale_shift", False)]


@pytest.mark.parametrize("moved", [0, 9, -9])
def test_a_factor_below_3_is_usual(moved):
    assert drift(amounts(moved, rows=500), amounts(rows=500)) == []


def test_what_few_rows_of_wide_spread_may_do_is_not_told():
    assert drift(amounts(11, rows=2), amounts(rows=2)) == []


def test_seven_rows_say_nothing():
    assert drift(Amounts({"EUR": {"80": 7}})) == []
    assert drift(Amounts({"EUR": {"80": 8}})) == [("distribution_shift", True)]


def test_a_fifth_of_the_amounts_in_cents_is_refused():
    mixed = {**dict.fromkeys(USUAL, 80), **{str(int(bucket) + 40): 20 for bucket in USUAL}}
    assert drift(Amounts({"EUR": mixed})) == [("distribution_shift", True)]


def test_turned_signs_are_refused():
    assert drift(amounts(negative=98), amounts(negative=3)) == [("distribution_shift", True)]


def test_refunds_of_a_few_rows_may_be_chance():
    assert drift(Amounts({"EUR": {"30": 6}}, negative=6), amounts(negative=3)) == []


def test_nothing_but_zeros_is_refused():
    assert drift(Amounts({}, zero=50), amounts(zero=1)) == [("distribution_shift", True)]


def test_another_currency_is_refused_though_the_amounts_are_alike():
    assert drift(amounts(currency="USD")) == [("distribution_shift", True)]


def test_currencies_are_compared_each_with_itself():
    both = Amounts({"EUR": USUAL, "JPY": {str(int(bucket) + 42): 5 for bucket in USUAL}})
    assert drift(Amounts({"JPY": both.buckets["JPY"]}), both) == []


def test_sources_without_a_currency_are_compared_as_they_are():
    assert drift(amounts(currency=""), amounts()) == []
    assert drift(amounts(40, currency=""), amounts()) == [("distribution_shift", True)]


def test_no_amounts_at_all_say_nothing():
    assert drift(Amounts()) == []
