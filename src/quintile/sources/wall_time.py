"""Wall time: times without a zone are the shop's wall time; what is assumed of them, what clocks make doubtful.

A wall time that clocks show twice is the later of the two instants, one that they skip as much later as they skip.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from quintile.domain.words import counted
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.date_forms import ZONE, trimmed
from quintile.sources.dates import time_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.engine.base import Engine
    from quintile.sources.dates import DateFormat

_NOT_NAMED = "UTC"
_DATES_ALONE = "____-__-__"
_DAYS = 1  # between two looks at a zone's offset; no zone changes it twice within a day
_NAIVE = "CASE WHEN NOT (contains({text}, ':') AND regexp_matches({trimmed}, {zone})) THEN {time} END"
_SPAN = """
SELECT count_if(t <> date_trunc('day', t)), min(t), max(t)
FROM (SELECT {time} AS t FROM ({source})) WHERE t >= TIMESTAMP '1971-01-01' AND t < TIMESTAMP '2200-01-01'
"""
_WITHIN = "SELECT {counts} FROM (SELECT {time} AS t FROM ({source})) WHERE {any}"
_COUNT = "count_if({test}), min(CASE WHEN {test} THEN t END)"
_BETWEEN = "(t >= {start} AND t < {end})"

_OFFSETS = """
SELECT written, count(*) FROM (SELECT {written} AS written FROM ({source}))
WHERE written NOT IN ('', 'UTC') AND NOT regexp_full_match(written, '[-+]00:?(00)?') GROUP BY written ORDER BY 2 DESC, 1
"""
_OFFSET = "regexp_extract(trim({column}), ':[0-9.,]+ *([+-][0-9]{{2}}(:?[0-9]{{2}})?)$', 1)"
_FEW = 2

Spans = list[tuple[datetime, datetime]]


def wall_time_warnings(
    engine: Engine, source: Sql, column: str, form: DateFormat, time_zone: str
) -> tuple[dict[str, Any], ...]:
    """What must be said of times of day that carry no zone of their own.

    Nothing is looked at where nothing can be doubtful: dates alone, or a shop on UTC whose times all lack a zone.

    Args:
        engine: Runs one aggregate, and a second one only if the shop's clocks changed while the shop sold.
        source: A query with the column.
        column: The column's name.
        form: How its times are written.
        time_zone: The shop's.

    Returns:
        Warnings: ``naive_timestamp_assumed``, ``ambiguous_local_time``, ``nonexistent_local_time``.
    """
    if not form.naive or form.kind == "DATE" or (form.plain and form.shape == _DATES_ALONE):
        return ()
    if time_zone == _NOT_NAMED and not form.zoned:
        return ()
    time = _naive(name(column), form)
    rows, first, last = engine.rows(render(_SPAN, time=time, source=source))[0]
    if not rows:
        return ()
    found = []
    if time_zone == _NOT_NAMED:
        said = (
            f"{rows:,} times in '{column}' name no time zone, other rows of the column name one: they are taken as wall"
            f" time in {time_zone}; name another one with --time-zone"
        )
        found.append({"code": "naive_timestamp_assumed", "rows": rows, "message": said})
    twice, never = changes(time_zone, first, last)
    if twice or never:
        tests = [_any_of(twice), _any_of(never)]
        counts = joined(render(_COUNT, test=test) for test in tests)
        look = render(_WITHIN, counts=counts, time=time, source=source, any=joined(tests, " OR "))
        repeated, first_repeated, skipped, first_skipped = engine.rows(look)[0]
        found += _doubtful(column, time_zone, (repeated, first_repeated), (skipped, first_skipped))
    return tuple(found)


def days_in_utc(
    engine: Engine, source: Sql, column: str, zone: Sql | None, time_zone: str
) -> tuple[dict[str, Any], ...]:
    """What must be said of times that are written in another zone than the days are counted in, for want of a setting.

    Args:
        engine: Runs one aggregate.
        source: A query with the column, which holds texts.
        column: The column's name.
        zone: The time zone that stands beside the times; None: they bring an offset of their own.
        time_zone: The shop's.

    Returns:
        The warning ``days_in_utc``, or nothing.
    """
    if time_zone != _NOT_NAMED:
        return ()
    written = zone or render(_OFFSET, column=name(column))
    found = engine.rows(render(_OFFSETS, written=written, source=source))
    if not found:
        return ()
    shown = " and ".join(zone for zone, _ in found[:_FEW])
    message = (
        f"times are written in {shown}, but days are counted in UTC: an order at night may fall on another day; if the"
        " shop is elsewhere, set its zone, such as --time-zone Europe/Istanbul"
    )
    return ({"code": "days_in_utc", "rows": sum(rows for _, rows in found), "message": message},)


def changes(time_zone: str, first: datetime, last: datetime) -> tuple[Spans, Spans]:
    """The spans of wall time that a zone's clocks show twice, and those they never show, from one moment to another."""
    zone = ZoneInfo(time_zone)
    twice: Spans = []
    never: Spans = []
    step = timedelta(days=_DAYS)
    before = first.replace(tzinfo=UTC) - 2 * step
    while before < last.replace(tzinfo=UTC) + 2 * step:
        after = before + step
        if _offset(before, zone) != _offset(after, zone):
            change = _change(before, after, zone)
            old, new = _offset(before, zone), _offset(after, zone)
            wall = change.replace(tzinfo=None)
            if new < old:
                twice.append((wall + new, wall + old))
            else:
                never.append((wall + old, wall + new))
        before = after
    return twice, never


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes, by halves."""
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _naive(column: Sql, form: DateFormat) -> Sql:
    time = time_sql(column, form, "UTC")[0]
    if not form.zoned or form.kind != "VARCHAR":
        return time
    return render(_NAIVE, text=column, trimmed=trimmed(column), zone=literal(ZONE), time=time)


def _any_of(spans: Spans) -> Sql:
    tests = (render(_BETWEEN, start=literal(start), end=literal(end)) for start, end in spans)
    return render("({tests})", tests=joined(tests, " OR ")) if spans else Sql("false")


def _doubtful(
    column: str, time_zone: str, repeated: tuple[int, datetime], skipped: tuple[int, datetime]
) -> Iterator[dict[str, Any]]:
    rows, example = repeated
    if rows:
        yield {
            "code": "ambiguous_local_time",
            "rows": rows,
            "message": f"{counted(rows, 'time', 'times')} in '{column}' came twice in {time_zone}, when its"
            f" clocks went back (such as {example}): each is taken as the later of the two; its day is the day written",
        }
    rows, example = skipped
    if rows:
        yield {
            "code": "nonexistent_local_time",
            "rows": rows,
            "message": f"{counted(rows, 'time', 'times')} in '{column}' never were in {time_zone}, whose"
            f" clocks skipped them (such as {example}): each is taken as much later as the clocks"
            " skipped; its day is the day written",
        }
