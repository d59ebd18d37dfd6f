"""Seasons: shares of the orders by month over whole years, and when three months make a season."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from quintile.insight.season import seasonality

AS_OF = date(2025, 1, 1)


def every_day(first, last, orders=lambda _day: 1):
    days = [first + timedelta(days) for days in range((last - first).days + 1)]
    return {day: orders(day) for day in days}


def busy(*months, orders=4):
    return lambda day: orders if day.month in months else 1


def test_an_even_shop_has_no_season():
    found = seasonality(every_day(date(2023, 1, 1), date(2024, 12, 31)), AS_OF)
    assert (found.years, found.seasonal) == (2, False)
    assert found.months[0] == (Fraction(31, 366) + Fraction(31, 365)) / 2
    assert sum(found.months) == 1


def test_three_busy_months_in_every_year_are_a_season_across_new_year_too():
    found = seasonality(every_day(date(2022, 6, 1), date(2024, 5, 31), busy(12, 1, 2)), date(2024, 6, 1))
    assert (found.years, found.seasonal, found.busiest) == (2, True, (12, 1, 2))


def test_one_busy_year_is_no_season():
    orders = every_day(date(2023, 1, 1), date(2023, 12, 31), busy(3, 4, 5))
    found = seasonality(orders | every_day(date(2024, 1, 1), date(2024, 12, 31)), AS_OF)
    assert (found.years, found.seasonal) == (2, False)


def test_a_third_of_the_orders_makes_a_season_and_anything_less_does_not():
    def year(number, months, others):
        """So many orders on the first of each of the three months, and of each of the nine others."""
        return {date(number, month, 1): months if month < 4 else others for month in range(1, 13)}

    third = year(2023, 30, 20) | year(2024, 30, 20)
    assert seasonality(third, AS_OF).weakest_year == Fraction(90, 270)
    assert seasonality(third, AS_OF).seasonal is True
    assert seasonality(third | {date(2024, 12, 2): 1}, AS_OF).seasonal is False


def test_below_two_whole_years_nothing_is_said():
    found = seasonality(every_day(date(2023, 2, 1), date(2024, 12, 31)), AS_OF)
    assert (found.years, found.seasonal, found.months, found.busiest) == (1, None, (), ())
    assert seasonality({}, AS_OF).years == 0


def test_a_year_that_begins_with_a_closed_week_is_whole():
    assert seasonality(every_day(date(2023, 1, 8), date(2024, 12, 31)), AS_OF).years == 2
    assert seasonality(every_day(date(2023, 1, 9), date(2024, 12, 31)), AS_OF).years == 1


def test_years_of_few_orders_are_not_measured():
    few = {date(2023, 1, 1): 99}
    assert seasonality(few | every_day(date(2024, 1, 1), date(2024, 12, 31)), AS_OF).years == 1
