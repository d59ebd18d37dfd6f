from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import name, render
from quintile.sources.read import Reading, read
from quintile.sources.wall_time import changes

ROW = {"customer_id": "C1", "amount": "5.00"}


@pytest.fixture
def reading(engine, opened):
    """``reading(times, time_zone, elapsed)``: the warnings by code, and the moments."""

    def of(times, time_zone="Europe/Berlin", *, elapsed=False):
        rows = [{**ROW, "order_date": time} for time in times]
        wish = Reading(time_zone, elapsed=elapsed)
        found = read(engine, [opened(pa.Table.from_pylist(rows))], ReadingSettings(), wish)
        moments = engine.rows(render("SELECT CAST(ordered_at AS VARCHAR) FROM {table}", table=name(found.table)))
        return {one["code"]: (one["rows"], one["message"]) for one in found.warnings}, [row[0] for row in moments]

    return of


@pytest.mark.parametrize("first", ["2025-01-05 10:00:00", "2025-01-05T10:00:00Z"])
def test_where_the_user_named_the_zone_nothing_is_assumed(reading, first):
    assert reading([first, "2025-01-05 00:00:00", "2025-01-06 11:30:00"])[0] == {}


@pytest.mark.parametrize(
    ("times", "time_zone"),
    [
        (["2025-01-05 10:00:00"], "UTC"),
        (["2025-01-05"], "Europe/Berlin"),
        (["05.01.2025", "31.01.2025"], "Europe/Berlin"),
        (["2025-01-05T10:00:00Z"], "Europe/Berlin"),
        (["2025-10-26T02:30:00+02:00"], "Europe/Berlin"),
    ],
)
def test_nothing_is_told_where_nothing_is_assumed(reading, times, time_zone):
    assert reading(times, time_zone)[0] == {}


def test_a_time_without_a_zone_among_others_with_one_is_told_even_in_utc(reading):
    warnings, _ = reading(["2025-01-05T10:00:00Z", "2025-01-05 11:00:00"], "UTC")
    rows, message = warnings["naive_timestamp_assumed"]
    assert rows == 1
    assert "'order_date'" in message
    assert "wall time in UTC" in message


@pytest.mark.parametrize(("elapsed", "moment"), [(False, "2025-10-26 02:30:00"), (True, "2025-10-26 01:30:00")])
def test_a_time_that_came_twice_is_the_later_one(reading, elapsed, moment):
    times = ["2025-10-26 02:30:00", "2025-10-26 01:59:59", "2025-10-26 03:00:00"]
    warnings, moments = reading(times, elapsed=elapsed)
    rows, message = warnings["ambiguous_local_time"]
    assert (rows, moments[0]) == (1, moment)
    assert "2025-10-26 02:30:00" in message
    assert "nonexistent_local_time" not in warnings


@pytest.mark.parametrize(("elapsed", "moment"), [(False, "2025-03-30 02:30:00"), (True, "2025-03-30 01:30:00")])
def test_a_time_that_never_was_is_an_hour_later(reading, elapsed, moment):
    times = ["2025-03-30 02:30:00", "30.03.2025 02:00", "2025-03-30 03:00:00"]
    warnings, moments = reading(times, elapsed=elapsed)
    assert (warnings["nonexistent_local_time"][0], moments[0]) == (2, moment)
    assert "ambiguous_local_time" not in warnings


def test_every_change_of_the_clocks_is_known():
    first, last = datetime(2025, 1, 1), datetime(2025, 12, 31)  # noqa: DTZ001 - wall time
    twice, never = changes("America/New_York", first, last)
    assert twice == [(datetime(2025, 11, 2, 1), datetime(2025, 11, 2, 2))]  # noqa: DTZ001
    assert never == [(datetime(2025, 3, 9, 2), datetime(2025, 3, 9, 3))]  # noqa: DTZ001
    assert changes("Asia/Tokyo", first, last) == ([], [])


def test_a_zone_may_skip_a_whole_day():
    twice, never = changes("Pacific/Apia", datetime(2011, 12, 1), datetime(2012, 1, 10))  # noqa: DTZ001
    assert (twice, never) == ([], [(datetime(2011, 12, 30), datetime(2011, 12, 31))])  # noqa: DTZ001
