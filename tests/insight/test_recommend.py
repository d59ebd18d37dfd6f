"""The rule of the recommendation, border by border."""

from __future__ import annotations

from fractions import Fraction

import pytest

from quintile.insight.gaps import Gap, survival
from quintile.insight.recommend import method_advice, percent, scale_advice, scheme_advice, window_advice
from quintile.insight.season import Seasonality

EVEN = Seasonality(2, (Fraction(1, 12),) * 12, (1, 2, 3), Fraction(1, 4))
SUMMER = Seasonality(2, (Fraction(1, 12),) * 12, (6, 7, 8), Fraction(2, 5))
UNKNOWN = Seasonality(1)


def back_within(days):
    """Nine in ten are back on this day, the last tenth a day later."""
    return survival([Gap(days, 900, 0), Gap(days + 1, 100, 0)])


@pytest.mark.parametrize(
    ("days", "window"),
    [(1, "6mo"), (182, "6mo"), (183, "12mo"), (365, "12mo"), (366, "24mo"), (730, "24mo"), (731, "24mo")],
)
def test_the_window_is_the_shortest_that_holds_nine_in_ten_returns(days, window):
    advice = window_advice(back_within(days), EVEN, 2_000)
    assert (advice.value, advice.flags) == (window, ("--window", window))
    assert f"back within {days} day" in advice.reason


def test_beyond_two_years_all_orders_are_spoken_of():
    assert "--window all" in window_advice(back_within(731), EVEN, 3_000).reason
    assert "--window all" not in window_advice(back_within(730), EVEN, 3_000).reason


def test_a_season_asks_for_a_whole_year():
    advice = window_advice(back_within(50), SUMMER, 800)
    assert advice.value == "12mo"
    assert "June to August hold 40.0% or more" in advice.reason
    assert window_advice(back_within(50), UNKNOWN, 800).value == "6mo"
    assert window_advice(back_within(400), SUMMER, 800).value == "24mo"


def test_a_history_below_a_year_cannot_show_that_half_a_year_is_enough():
    assert window_advice(back_within(50), UNKNOWN, 365).value == "6mo"
    advice = window_advice(back_within(50), UNKNOWN, 364)
    assert advice.value == "12mo"
    assert advice.reason.endswith("; all 364 days of the history lie in it")


def test_a_single_day_is_spoken_of_as_one():
    assert window_advice(survival([]), UNKNOWN, 1).reason.endswith("; the one day of the history lies in it")
    assert "back within 1 day, but" in window_advice(back_within(1), UNKNOWN, 100).reason


def test_too_few_purchases_make_no_rule():
    advice = window_advice(survival([Gap(5, 10, 10)]), UNKNOWN, 2_000)
    assert (advice.value, advice.reason[:18]) == ("12mo", "too few purchases ")


@pytest.mark.parametrize(
    ("buyers", "scale"), [(0, "3"), (499, "3"), (500, "5"), (49_999, "5"), (50_000, "10"), (10_000_000, "10")]
)
def test_the_scale_follows_the_buyers_of_the_window(buyers, scale):
    advice = scale_advice(buyers)
    assert (advice.value, advice.flags) == (scale, ("--scale", scale))
    assert advice.reason.startswith(f"{buyers:,} buyers")


def test_counts_of_orders_are_recommended_only_where_they_help():
    helped = method_advice(5, 3, 0.6512, (2, 3, 5, 7))
    assert helped.flags == ("--method", "quantile", "--f-cuts", "2,3,5,7")
    assert helped.reason.startswith("65.1% of the customers")
    assert method_advice(5, 5, 0.2, None).flags == ("--method", "quantile")
    assert "reaches 1 of 5 scores" in method_advice(5, 1, 1, None).reason


def test_the_scheme_fits_the_scale_and_drops_money_that_says_nothing():
    found = [scheme_advice(scores, one_amount=one).value for scores in (3, 5, 10) for one in (False, True)]
    assert found == ["six-27", "six-27", "rfm-9", "rf-10", "rfm-9", "rf-10"]


def test_a_percentage_is_rounded_half_to_even():
    shares = [Fraction(0), Fraction(1, 3), Fraction(5, 10_000), Fraction(15, 10_000), Fraction(1)]
    assert [percent(share) for share in shares] == ["0.0%", "33.3%", "0.0%", "0.2%", "100.0%"]
