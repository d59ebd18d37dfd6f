"""Days: stretches of the same length are compared, so that batches may be nightly, weekly or whole."""

from __future__ import annotations

from datetime import date, timedelta

from quintile.domain.drift import Days
from quintile.ledger.drifts.days import day_drift

START = date(2025, 1, 1)


def days(counts, start=START):
    last = start + timedelta(days=len(counts) - 1)
    return Days(start.isoformat(), last.isoformat(), start.isoformat(), list(counts))


YEAR = days([100, 100, 100, 100, 100, 60, 20] * 52)
NEXT = START + timedelta(days=7 * 52)


def drift(now, earlier=YEAR, *, full=False):
    return [one.code for one in day_drift(now, earlier, "order_date", full=full)]


def test_a_night_like_the_quietest_is_no_drift():
    assert drift(days([20], NEXT)) == []
    assert drift(days([10], NEXT)) == []


def test_a_night_of_less_than_half_of_the_quietest_is_refused():
    assert drift(days([9], NEXT)) == ["volume_drop"]


def test_a_week_is_compared_with_weeks():
    assert drift(days([100, 100, 80, 20, 0, 0, 1], NEXT)) == []
    assert drift(days([100, 100, 50, 0, 0, 0, 1], NEXT)) == ["volume_drop"]


def test_days_left_out_before_the_batch_count():
    assert drift(days([100, 100], NEXT + timedelta(days=12))) == ["volume_drop"]


def test_days_that_are_known_already_say_nothing_of_a_drop():
    assert drift(days([1], NEXT - timedelta(days=30))) == []


def test_small_shops_and_short_histories_say_nothing():
    assert drift(days([0, 0, 0, 0, 0, 0, 1], NEXT), days([2] * 364)) == []
    assert drift(days([1], START + timedelta(days=20)), days([100] * 20)) == []


def test_a_full_extract_that_lost_rows_is_refused():
    assert drift(days([100] * 364), days([100] * 364), full=True) == []
    assert drift(days([71] * 364), days([100] * 364), full=True) == []
    assert drift(days([69] * 364), days([100] * 364), full=True) == ["volume_drop"]


def test_a_full_extract_that_lost_a_month_is_refused_and_the_month_is_named():
    holed = days([100] * 59 + [0] * 31 + [100] * 274)
    (found,) = day_drift(holed, days([100] * 364), None, full=True)
    assert found.message == "the full extract has 0 rows of 2025-03; before there were 3,100"


def test_a_full_extract_may_lose_its_oldest_months():
    assert drift(days([100] * 300, START + timedelta(days=64)), days([100] * 364), full=True) == []


def test_rows_older_than_all_that_is_known_are_refused():
    assert drift(days([3, 3], START - timedelta(days=3650))) == ["distribution_shift"]
    assert drift(days([2, 2], START - timedelta(days=3650))) == []
    assert drift(days([3, 3], START - timedelta(days=3650)), full=True) == ["volume_drop"]


def test_all_rows_on_one_busy_day_are_refused():
    assert drift(days([999], NEXT)) == []
    assert drift(days([1000], NEXT)) == ["distribution_shift"]


def test_no_dated_row_at_all_is_refused():
    assert drift(Days()) == ["volume_drop"]
    assert drift(Days(), Days()) == []
