from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.window import ObservationWindow, WindowLength, length_in_words
from quintile.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("12mo", WindowLength(months=12)),
        ("6m", WindowLength(months=6)),
        (" 3 Months ", WindowLength(months=3)),
        ("2y", WindowLength(months=24)),
        ("1year", WindowLength(months=12)),
        ("365d", WindowLength(days=365)),
        ("1day", WindowLength(days=1)),
        ("8w", WindowLength(days=56)),
        ("ALL", WindowLength()),
    ],
)
def test_a_length_is_months_days_or_everything(text, length):
    assert WindowLength.parse(text) == length


@pytest.mark.parametrize("text", ["", "12", "0mo", "-1mo", "1.5y", "12 parsecs", "100000d", "12mo 3d", "\u0661mo"])
def test_what_is_no_length_is_refused_with_examples(text):
    with pytest.raises(SettingsError) as caught:
        WindowLength.parse(text)
    assert str(caught.value) == (
        f"error[window]: '{text}' is not a window\n  Fix: write for example 12mo, 365d, 2y or all"
    )


def test_a_length_that_is_no_text_is_refused():
    number: Any = 12
    with pytest.raises(SettingsError, match="'12' is not a window"):
        WindowLength.parse(number)


@pytest.mark.parametrize(
    ("months", "days"),
    [(12, 30), (0, None), (-1, None), (None, 0), (1.5, None), ("12", None), (True, None), (None, "30")],
)
def test_a_length_is_whole_months_or_whole_days_and_not_both(months, days):
    with pytest.raises(SettingsError) as caught:
        WindowLength(months, days)
    assert str(caught.value) == (
        f"error[window]: a window of months={months!r} and days={days!r} is not possible\n"
        "  Fix: write whole months or whole days, such as WindowLength(months=12); neither of them takes all"
    )


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        ("1mo", "[2025-02-28 12:30:00, 2025-03-31 12:30:00)"),
        ("7d", "[2025-03-24 12:30:00, 2025-03-31 12:30:00)"),
        ("all", "[first order, 2025-03-31 12:30:00)"),
    ],
)
def test_a_window_up_to_a_moment_begins_at_its_time_of_day(length, shown):
    window = ObservationWindow(datetime(2025, 3, 31, 12, 30), WindowLength.parse(length))  # noqa: DTZ001 - wall time
    assert (str(window), window.day) == (shown, date(2025, 3, 31))
    assert window.first_day == (date.fromisoformat(shown[1:11]) if window.start else None)


@pytest.mark.parametrize("length", [WindowLength(months=7), WindowLength(days=30), WindowLength()])
def test_a_written_length_reads_back_equal(length):
    assert WindowLength.parse(str(length)) == length


@pytest.mark.parametrize(
    ("as_of", "length", "start"),
    [
        ("2025-07-01", "12mo", "2024-07-01"),
        ("2025-03-31", "1mo", "2025-02-28"),
        ("2024-03-31", "1mo", "2024-02-29"),
        ("2024-02-29", "1y", "2023-02-28"),
        ("2025-01-15", "1mo", "2024-12-15"),
        ("2025-12-31", "6mo", "2025-06-30"),
        ("2025-03-01", "1d", "2025-02-28"),
        ("2025-07-01", "1w", "2025-06-24"),
    ],
)
def test_the_window_starts_so_long_before_and_a_short_month_ends_on_its_last_day(as_of, length, start):
    window = ObservationWindow(date.fromisoformat(as_of), WindowLength.parse(length))
    assert window.start == date.fromisoformat(start)
    assert str(window) == f"[{start}, {as_of})"


def test_everything_has_no_start():
    window = ObservationWindow(date(2025, 7, 1), WindowLength())
    assert (window.start, str(window)) == (None, "[first order, 2025-07-01)")


@pytest.mark.parametrize("length", [WindowLength(months=10**6), WindowLength(days=10**6)])
def test_a_window_longer_than_the_calendar_starts_in_its_first_month(length):
    assert ObservationWindow(date(2025, 7, 1), length).start == date(1, 1, 1)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("6w", "6 weeks"),
        (" 1 W ", "1 week"),
        ("12mo", "12 months"),
        ("1m", "1 month"),
        ("2y", "2 years"),
        ("45d", "45 days"),
        ("1 day", "1 day"),
        ("all", "all"),
    ],
)
def test_a_length_is_said_in_the_unit_of_its_writer(written, said):
    assert length_in_words(written) == said


@given(
    as_of=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)),
    months=st.integers(1, 120),
)
def test_a_day_later_never_starts_earlier(as_of, months):
    starts = [ObservationWindow(as_of + timedelta(days=days), WindowLength(months=months)).start for days in (0, 1)]
    assert starts[0] is not None
    assert starts[1] is not None
    assert starts[0] <= starts[1]
    assert (as_of.year - starts[0].year) * 12 + as_of.month - starts[0].month == months
