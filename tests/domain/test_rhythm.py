from __future__ import annotations

from datetime import date

import pytest

from quintile.domain.rhythm import Rhythm
from quintile.errors import SettingsError


def dates(every, first, last):
    return [day.isoformat() for day in Rhythm.parse(every).dates(date.fromisoformat(first), date.fromisoformat(last))]


def test_months_that_are_too_short_end_on_their_last_day():
    found = dates("month", "2024-01-31", "2024-05-31")
    assert found == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]


def test_the_last_date_counts_only_if_the_rhythm_meets_it():
    assert dates("quarter", "2024-01-01", "2024-09-30") == ["2024-01-01", "2024-04-01", "2024-07-01"]
    assert dates("week", "2024-01-01", "2024-01-15") == ["2024-01-01", "2024-01-08", "2024-01-15"]


@pytest.mark.parametrize("every", ["10d", "10 days", " 10D "])
def test_any_number_of_days_will_do(every):
    assert dates(every, "2024-12-30", "2025-01-20") == ["2024-12-30", "2025-01-09", "2025-01-19"]


@pytest.mark.parametrize(("every", "second"), [("day", "2024-02-29"), ("year", "2025-02-28")])
def test_days_and_years_have_names_too(every, second):
    assert dates(every, "2024-02-28", "2025-02-28")[1] == second


def test_the_calendar_has_an_end():
    assert dates("year", "9998-05-01", "9999-12-31") == ["9998-05-01", "9999-05-01"]
    assert dates("9999d", "9990-01-01", "9999-12-31") == ["9990-01-01"]


@pytest.mark.parametrize("every", ["", "fortnight", "0d", "-3d", "1.5d", "10000d"])
def test_what_is_no_distance_is_refused(every):
    with pytest.raises(SettingsError, match="is no distance between dates"):
        Rhythm.parse(every)


def test_dates_in_the_wrong_order_are_refused():
    with pytest.raises(SettingsError, match="2024-02-01 is later than 2024-01-01"):
        dates("month", "2024-02-01", "2024-01-01")
