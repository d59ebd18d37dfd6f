"""Days: far fewer rows than usual, all rows on one day, or all of them before anything that is known.

Every rule compares stretches of days of the same length, so that batches may be nightly or monthly.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from quintile.domain.drift import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quintile.domain.drift import Days

LEAST_SHARE, LEAST_TOTAL = 0.5, 0.7
FEWEST_ROWS, FEWEST_OLDER = 20, 5
FEWEST_STRETCHES, FEWEST_DAYS, SEASONS = 4, 28, 365
ONE_DAY_SHARE, BUSIER = 0.9, 10
_ACCEPT = "--accept volume_drop"
_EXPORT = "look whether the export is complete"


def day_drift(now: Days, earlier: Days, column: str | None, *, full: bool) -> Iterator[Finding]:
    """What is different about the days of a source's rows.

    Args:
        now: The new source's rows by day.
        earlier: Those of all sources so far.
        column: The column of the time, named in what is found.
        full: The source is the whole extract; otherwise it is added to what is there.
    """
    if now.last is None or earlier.first is None or earlier.last is None:
        if now.last is None and earlier.last is not None:
            fix = f"{_EXPORT}; if there is nothing to tell: {_ACCEPT}"
            yield Finding("volume_drop", "the source has no row with a date", fix, column)
        return
    rows, before = _by_day(now), _by_day(earlier)
    yield from _smaller_extract(rows, before) if full else _fewer_rows(rows, before)
    yield from _one_day(rows, before, column)
    count = sum(rows.values())
    if not full and now.last < earlier.first and count >= FEWEST_OLDER:
        message = f"all rows of '{column}' lie before {earlier.first}, the first day known; the latest is {now.last}"
        fix = "look whether the years are right; if it is older history: --accept distribution_shift"
        yield Finding("distribution_shift", message, fix, column, rows=count)


def _by_day(days: Days) -> dict[date, int]:
    if days.start is None:
        return {}
    start = date.fromisoformat(days.start)
    return {start + timedelta(days=place): rows for place, rows in enumerate(days.counts)}


def _fewer_rows(rows: Mapping[date, int], before: Mapping[date, int]) -> Iterator[Finding]:
    """The days after those known have less than half of what the quietest stretch of the same length had."""
    latest = max(before)
    new = {day: count for day, count in rows.items() if day > latest}
    length = (max(new) - latest).days if new else 0
    recent = list(before.values())[-SEASONS:]
    if not length or len(recent) < max(FEWEST_DAYS, FEWEST_STRETCHES * length):
        return
    upto = [0, *accumulate(recent)]
    quietest = min(end - begin for begin, end in zip(upto, upto[length:], strict=False))
    found = sum(new.values())
    if quietest >= FEWEST_ROWS and found < LEAST_SHARE * quietest:
        days = f"{length:,} days" if length > 1 else "one day"
        message = f"{found:,} rows for the {days} up to {max(new)}; in the year before there were at least {quietest:,}"
        yield Finding("volume_drop", message, f"{_EXPORT}; if it is: {_ACCEPT}", rows=found)


def _smaller_extract(rows: Mapping[date, int], before: Mapping[date, int]) -> Iterator[Finding]:
    """A whole extract has lost rows: in all, or of a month that it covers."""
    found, known = sum(rows.values()), sum(before.values())
    fix = f"{_EXPORT}; if it is: {_ACCEPT}"
    if known >= FEWEST_ROWS and found < LEAST_TOTAL * known:
        message = f"the full extract has {found:,} rows; before there were {known:,}"
        yield Finding("volume_drop", message, fix, rows=found)
        return
    months, months_before = _by_month(rows), _by_month(before)
    first = min(months)  # rows of the oldest month may have fallen out of an extract of the last years
    for month, usual in months_before.items():
        left = months.get(month, 0)
        if month > first and usual >= FEWEST_ROWS and left < LEAST_SHARE * usual:
            message = f"the full extract has {left:,} rows of {month}; before there were {usual:,}"
            yield Finding("volume_drop", message, fix, rows=left)
            return


def _by_month(rows: Mapping[date, int]) -> dict[str, int]:
    months: dict[str, int] = {}
    for day, count in rows.items():
        month = f"{day:%Y-%m}"
        months[month] = months.get(month, 0) + count
    return months


def _one_day(rows: Mapping[date, int], before: Mapping[date, int], column: str | None) -> Iterator[Finding]:
    """Nearly all rows on one day, and ten times the rows of the busiest day known: a day of export, not of orders."""
    busiest = max(rows, key=lambda day: (rows[day], day))
    known = max(before.values())
    if rows[busiest] >= max(FEWEST_ROWS, BUSIER * known) and rows[busiest] >= ONE_DAY_SHARE * sum(rows.values()):
        message = (
            f"{rows[busiest]:,} rows of '{column}' are dated {busiest}; the busiest day before had {known:,}: is it"
            " the day of the export?"
        )
        fix = "name the column of the order's date with --map time=COLUMN; if it is right: --accept distribution_shift"
        yield Finding("distribution_shift", message, fix, column, rows=rows[busiest])
