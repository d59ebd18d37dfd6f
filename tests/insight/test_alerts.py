from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.insight.alerts import Point, movements

FIRST = date(2024, 1, 1)
OTHERS = 900


def points(people, *, money=None, days=30, models=None):
    """A point each ``days`` days; beside the segment S stands one of 900 customers."""
    return [
        Point(
            FIRST + timedelta(days * place),
            "m" if models is None else models[place],
            {"S": count, "Rest": OTHERS},
            {"S": Decimal(count if money is None else money[place]), "Rest": Decimal(OTHERS)},
        )
        for place, count in enumerate(people)
    ]


def told(found):
    return [(one.segment, one.measure, one.rule) for one in found]


STEADY = [100, 102, 100, 98, 100, 101, 100]  # six changes


def test_more_than_the_usual_noise_is_an_alert():
    found = movements(points([*STEADY, 140]), 10)
    assert told(found) == [("S", "customers", "usual_noise"), ("S", "revenue", "usual_noise")]
    assert (found[0].before, found[0].now, found[0].earlier_changes) == (100, 140, 6)
    assert found[0].low < 100 < found[0].high < 140


def test_the_bounds_are_those_of_the_rule():
    # Changes of -1, 0 and +1 tenths (in logarithms, nearly): the median is 0, the median distance is that of one step.
    people = [1000, 1100, 1000, 1100, 1000, 1100, 1000]
    found = movements(points([*people, 4000]), 10)[0]
    middle, reach = 0.0, 3 * 1.4826 * 0.0953101798 * (1 + 6 / 6)
    assert float(found.high) == pytest.approx(1000 * 2.718281828459045 ** (middle + reach), rel=1e-6)
    assert float(found.low) == pytest.approx(1000 * 2.718281828459045 ** (middle - reach), rel=1e-6)


def test_a_shop_that_always_jumps_raises_no_alert():
    assert movements(points([100, 150, 100, 150, 100, 150, 100, 150]), 10) == []


def test_growth_that_is_usual_is_no_alert_and_half_of_it_the_other_way_is_one():
    grown = [round(1000 * 1.1**place) for place in range(8)]
    assert movements(points(grown), 10) == []
    assert told(movements(points([*grown[:-1], round(grown[-2] * 0.95)]), 10)) == [
        ("S", "customers", "usual_noise"),
        ("S", "revenue", "usual_noise"),
    ]
    assert movements(points([*grown[:-1], grown[-2]]), 10) == []  # who stands still has not moved


def test_less_than_a_twentieth_or_than_ten_customers_is_no_alert():
    still = [1000] * 7
    assert movements(points([*still, 1049]), 10) == []
    assert told(movements(points([*still, 1050]), 10))[0] == ("S", "customers", "usual_noise")
    few = [20] * 7
    assert told(movements(points([*few, 29]), 10)) == [("S", "revenue", "usual_noise")]
    assert told(movements(points([*few, 30]), 10))[0] == ("S", "customers", "usual_noise")
    assert movements(points([5] * 8, money=[*[100] * 7, 200]), 10) == []


def test_revenue_alone_can_move():
    found = movements(points([100] * 8, money=[*[1000] * 7, 400]), 10)
    assert told(found) == [("S", "revenue", "usual_noise")]


def test_a_short_history_judges_customers_by_chance_alone():
    assert movements(points([100, 125]), 10) == []
    found = movements(points([100, 140]), 10)
    assert told(found) == [("S", "customers", "binomial")]
    # 100 of 1,000 before: 104 of 1,040 expected, with a spread of sqrt(1,040 x 0.1 x 0.9).
    assert float(found[0].high) == pytest.approx(104 + 3 * (1040 * 0.1 * 0.9) ** 0.5)
    assert movements(points([100]), 10) == movements([], 10) == []


def test_a_segment_that_empties_or_fills_is_told():
    assert told(movements(points([*STEADY, 0]), 10)) == [
        ("S", "customers", "usual_noise"),
        ("S", "revenue", "usual_noise"),
    ]
    assert told(movements(points([*[0] * 7, 40]), 10)) == [("S", "customers", "binomial")]


def test_another_model_is_no_movement_and_no_usual_change():
    models = [*"mmmmmmm", "n"]
    assert movements(points([*STEADY, 140], models=models), 10) == []
    assert told(movements(points([*STEADY, 140], models="nmmmmmmm"), 10)) == [("S", "customers", "binomial")]


def test_what_was_usual_long_ago_does_not_count():
    assert told(movements(points([*[50, 150] * 20, *STEADY, 140]), 10)) == []
    assert told(movements(points([*[50, 150] * 20, *STEADY * 4, 140]), 10))[0] == ("S", "customers", "usual_noise")


def test_only_changes_over_as_many_days_are_usual():
    steady = points(STEADY)
    jump = Point(steady[-1].day + timedelta(90), "m", {"S": 140, "Rest": OTHERS}, {"S": Decimal(140)})
    assert told(movements([*steady, jump], 10)) == [("S", "customers", "binomial")]
    months = [date(2024, month, 1) for month in range(1, 9)]
    found = [
        Point(day, "m", one.customers, one.revenue) for day, one in zip(months, points([*STEADY, 140]), strict=True)
    ]
    assert told(movements(found, 10))[0] == ("S", "customers", "usual_noise")


@given(st.lists(st.integers(0, 300), min_size=2, max_size=12), st.integers(0, 20))
def test_whatever_is_told_lies_outside_its_bounds_and_is_large(people, least):
    for one in movements(points(people), least):
        assert not one.low <= one.now <= one.high
        assert abs(one.now - one.before) * 20 >= one.before
        assert one.rule == "usual_noise" or one.earlier_changes < 6 or one.before == 0


@given(st.lists(st.integers(1, 300), min_size=8, max_size=12), st.integers(2, 9))
def test_counting_in_another_currency_changes_no_alert_of_revenue(money, times):
    plain = movements(points([50] * len(money), money=money), 10)
    scaled = movements(points([50] * len(money), money=[times * one for one in money]), 10)
    assert told(plain) == told(scaled)
