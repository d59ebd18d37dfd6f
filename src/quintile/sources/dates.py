"""Dates: written times become timestamps, in SQL, in the shop's time zone or as UTC instants.

Fractions of a second are cut, never rounded. The whole column decides whether the day or the month comes first.
A column in one ISO form costs one cast; any other form is held against an exact pattern first, because the database's
own cast takes ``epoch`` and 24:00 for times and forgets time zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.date_forms import (
    BROKEN_INTO,
    FORMS,
    NUMBER,
    NUMBERED,
    TWO_DIGITS,
    YEAR_FIRST,
    ZONE,
    checked_format,
    moment_sql,
    offset_sql,
    pattern_of,
    trimmed,
)
from quintile.sources.date_orders import order_of, refuse_days_before_months

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.sources.date_orders import DateOrder, Found

ZONED, ZONED_NANOSECONDS = "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"
_TIMES = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", ZONED, ZONED_NANOSECONDS}
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")

_PLAIN_SHAPES = ("____-__-__", "____-__-__ __:__:__", "____-__-__T__:__:__")
_HEAD = "SELECT {counts} FROM (SELECT {column} AS t FROM ({source}) WHERE {column} IS NOT NULL LIMIT 1000)"
# A cast would read 24:00 as the next day.
_IS_PLAIN = "({text} LIKE {shape} AND NOT contains({text}, {midnight}))"
# A month above twelve in a plain date is either a mistake or a day.
_LOOK = """
SELECT count({column}), count_if({plain}), count_if({plain} AND substr({column}, 6, 2) > '12') FROM ({source})
"""
_FORMS = """
SELECT form, count(*), min(t), count_if(first BETWEEN 13 AND 31 AND second <= 12),
       count_if(second BETWEEN 13 AND 31 AND first <= 12),
       count_if(t LIKE '%:%Z' OR (contains(t, ':') AND regexp_matches(t, {zone}))),
       count_if(first BETWEEN 1 AND 12 AND second BETWEEN 1 AND 12 AND first <> second)
FROM (SELECT form, t, TRY_CAST(regexp_extract(t, {parts}, 1) AS INTEGER) AS first,
             TRY_CAST(regexp_extract(t, {parts}, 2) AS INTEGER) AS second
      FROM (SELECT t, CASE {cases} ELSE 'unknown' END AS form
            FROM (SELECT {text} AS t FROM ({source}) WHERE {text} IS NOT NULL AND NOT {plain})
            WHERE t <> ''))
GROUP BY form ORDER BY form
"""
_CASE = "WHEN regexp_full_match({text}, {pattern}) THEN {then}"
_ZONED_TYPES = {ZONED, ZONED_NANOSECONDS}
_CUT_NANOSECONDS = "make_timestamp(epoch_ns({column}) // 1000)"
_PARSED = "SELECT count({text}), count(try_strptime({text}, {format})) FROM ({source})"
_ZONED = """
CASE WHEN {text} LIKE '%Z' THEN {utc}
     WHEN contains({text}, ':') AND regexp_matches({text}, {zone}) THEN {instant} ELSE {naive} END
"""
_PROBLEM = """
CASE WHEN {value} IS NULL THEN 'bad_date'
     WHEN {value} < TIMESTAMP '1971-01-01' OR {value} >= TIMESTAMP '2200-01-01' THEN 'date_out_of_range' END
"""


@dataclass(frozen=True)
class DateFormat:
    """How the times of one column are written.

    ``shape`` is the ISO form (as a LIKE pattern) of most values, ``plain`` says that all have it. ``forms`` are the
    other forms met, ``order`` what the numbers in them mean. ``naive`` and ``zoned`` say whether values without and
    with a time zone of their own were seen.
    """

    kind: str = "VARCHAR"
    shape: str | None = None
    plain: bool = False
    forms: tuple[str, ...] = ()
    order: DateOrder | None = None
    format: str | None = None
    naive: bool = True
    zoned: bool = False


def suggest_dates(
    engine: Engine,
    source: Sql,
    column: str,
    *,
    date_order: DateOrder | None = None,
    date_format: str | None = None,
    kind: str = "VARCHAR",
) -> DateFormat:
    """Find out how a column's times are written, from all of its values.

    Args:
        engine: Runs the looking, one aggregate for a plain column.
        source: A query with the column.
        column: The column's name.
        date_order: What the numbers of ``03/04/2025`` mean, if the user said it; also lets two-digit years in.
        date_format: A strptime format that all values follow, if the user said it.
        kind: The column's type in the database.

    Raises:
        DataError: ``ambiguous_date``, day and month cannot be told apart; ``two_digit_year``; ``date_is_number``;
            ``bad_date``, most values are no dates; ``bad_column_type``.
        SettingsError: ``date_format`` is no format.
    """
    if kind in _TIMES:
        return DateFormat(kind, plain=True, naive=kind not in _ZONED_TYPES, zoned=kind in _ZONED_TYPES)
    if kind.removeprefix("U").startswith(_NUMBERS):
        raise _is_number(column, kind)
    if kind != "VARCHAR":
        message = f"the column '{column}' holds {kind} values, which cannot be dates"
        fix = "name another column with --map time=COLUMN"
        raise DataError("bad_column_type", message, fix=fix, place=Place(column=column))
    if date_format is not None:
        return _given_format(engine, source, column, checked_format(date_format))
    quoted = name(column)
    counts = joined(render("count_if(t LIKE {shape})", shape=literal(shape)) for shape in _PLAIN_SHAPES)
    found = [count or 0 for count in engine.rows(render(_HEAD, counts=counts, column=quoted, source=source))[0]]
    shape = max(zip(found, _PLAIN_SHAPES, strict=True))[1]
    plain = _is_plain(quoted, shape)
    rows, fitting, odd = engine.rows(render(_LOOK, column=quoted, plain=plain, source=source))[0]
    if odd and not date_order:
        refuse_days_before_months(engine, source, column)
    if fitting == rows:
        return DateFormat(shape=shape, plain=True)
    cases = joined((_case(Sql("t"), form, literal(form)) for form in FORMS), " ")
    patterns = {"cases": cases, "zone": literal(ZONE), "parts": literal(BROKEN_INTO)}
    looked = engine.rows(render(_FORMS, text=trimmed(quoted), source=source, plain=plain, **patterns))
    if not odd and not date_order and any(form == YEAR_FIRST and days for form, _, _, days, *_ in looked):
        refuse_days_before_months(engine, source, column)
    return _decide(looked, column, shape if fitting else None, fitting or 0, date_order)


def time_sql(column: Sql, form: DateFormat, time_zone: str, clock: str = "local") -> tuple[Sql, Sql]:
    """A column's times as timestamps without zone, and what is wrong where there is none.

    Args:
        column: The column, quoted.
        form: How its values are written.
        time_zone: The shop's zone; times without an own zone are taken as its wall time.
        clock: ``local`` gives the shop's wall time, ``utc`` the instant as UTC.

    Returns:
        An expression of type TIMESTAMP (NULL where the text is no time), and one that is NULL, ``bad_date`` or
        ``date_out_of_range`` (before 1971 or from 2200 on: placeholders).
    """
    zone = literal(time_zone if clock == "local" else "UTC")
    shop = literal(time_zone)
    if form.kind != "VARCHAR":
        value = _typed(column, form.kind, zone, shop)
    elif form.format is not None:
        value = _formatted(column, form.format, zone, shop)
    else:
        value = _moved(render("TRY_CAST({text} AS TIMESTAMP)", text=column), zone, shop)
        if not form.plain:
            text = trimmed(column)
            cases = [_case(text, each, _written(text, each, form, zone, shop)) for each in form.forms]
            if form.shape:
                first = render("WHEN {plain} THEN {value}", plain=_is_plain(column, form.shape), value=value)
                cases.insert(0, first)
            value = render("CASE {cases} END", cases=joined(cases, " ")) if cases else Sql("CAST(NULL AS TIMESTAMP)")
    return value, render(_PROBLEM, value=value)


def _case(text: Sql, form: str, then: Sql) -> Sql:
    return render(_CASE, text=text, pattern=literal(pattern_of(form)), then=then)


def _is_plain(text: Sql, shape: str) -> Sql:
    midnight = shape[-9:-8] + "24:" if ":" in shape else "\n"
    return render(_IS_PLAIN, text=text, shape=literal(shape), midnight=literal(midnight))


def _moved(naive: Sql, zone: Sql, shop: Sql) -> Sql:
    """The shop's wall time, seen in the wanted zone."""
    if zone == shop:
        return naive
    return render("timezone({zone}, timezone({shop}, {naive}))", zone=zone, shop=shop, naive=naive)


def _typed(column: Sql, kind: str, zone: Sql, shop: Sql) -> Sql:
    if kind == ZONED_NANOSECONDS:
        return render(f"timezone({{zone}}, timezone('UTC', {_CUT_NANOSECONDS}))", zone=zone, column=column)
    if kind == ZONED:
        return render("timezone({zone}, {column})", zone=zone, column=column)
    template = _CUT_NANOSECONDS if kind == "TIMESTAMP_NS" else "CAST({column} AS TIMESTAMP)"
    return _moved(render(template, column=column), zone, shop)


def _formatted(column: Sql, date_format: str, zone: Sql, shop: Sql) -> Sql:
    parsed = render("try_strptime({text}, {format})", text=trimmed(column), format=literal(date_format))
    if "%z" in date_format or "%Z" in date_format:
        return _typed(parsed, ZONED, zone, shop)
    return _typed(parsed, "TIMESTAMP_NS" if "%n" in date_format else "TIMESTAMP", zone, shop)


def _written(text: Sql, form: str, style: DateFormat, zone: Sql, shop: Sql) -> Sql:
    """A value of one form: its day and its time put together in ISO, and moved by its own time zone if it has one."""
    moment = moment_sql(text, form, style.order)
    naive = _moved(moment, zone, shop)
    if not style.zoned:
        return naive
    return render(
        _ZONED,
        text=text,
        zone=literal(ZONE),
        utc=_seen(moment, zone),
        instant=_seen(render("{moment} - {offset}", moment=moment, offset=offset_sql(text)), zone),
        naive=naive,
    )


def _seen(utc: Sql, zone: Sql) -> Sql:
    """A UTC time, seen in a zone."""
    if zone == "'UTC'":
        return utc
    return render("timezone({zone}, make_timestamptz(epoch_us({utc})))", zone=zone, utc=utc)


def _decide(found: list[Found], column: str, shape: str | None, fitting: int, order: DateOrder | None) -> DateFormat:
    rows = {form: count for form, count, *_ in found}
    examples = {form: example[:40] for form, _, example, *_ in found}
    shut = {"unknown", NUMBER, *(() if order else TWO_DIGITS), *(("year last",) if order == "ymd" else ())}
    half = (fitting + sum(rows.values())) / 2
    if rows.get(NUMBER, 0) > half:
        raise _is_number(column, examples[NUMBER])
    if not order and sum(rows.get(form, 0) for form in TWO_DIGITS) > half:
        form = next(form for form in TWO_DIGITS if form in rows)
        raise DataError(
            "two_digit_year",
            f"the column '{column}' holds years of two digits such as '{examples[form]}'",
            fix="say how they are written, for example --date-format %d/%m/%y, or export years with four digits",
            place=Place(column=column, like=examples[form]),
        )
    if sum(rows.get(form, 0) for form in shut) > half:
        form = next(form for form in rows if form in shut)
        raise DataError(
            "bad_date",
            f"most values of the column '{column}' are no dates quintile knows, such as '{examples[form]}'",
            fix="export dates as 2025-01-31, or say how they are written with --date-format",
            place=Place(column=column, like=examples[form]),
        )
    known = [row for row in found if row[0] not in shut]
    zoned = sum(row[5] for row in known)
    return DateFormat(
        shape=shape,
        forms=tuple(form for form in FORMS if form in rows and form not in shut),
        order=order or order_of([row for row in known if row[0] in NUMBERED], column),
        naive=fitting + sum(row[1] for row in known) > zoned,
        zoned=zoned > 0,
    )


def _given_format(engine: Engine, source: Sql, column: str, date_format: str) -> DateFormat:
    look = render(_PARSED, text=trimmed(name(column)), format=literal(date_format), source=source)
    rows, parsed = engine.rows(look)[0]
    if rows and not parsed:
        message = f"no value of the column '{column}' follows the format {date_format}"
        fix = "write --date-format as the dates are written, for example %d.%m.%Y or %d-%b-%y"
        raise DataError("bad_date", message, fix=fix, place=Place(column=column))
    zoned = "%z" in date_format or "%Z" in date_format
    return DateFormat(format=date_format, naive=not zoned, zoned=zoned)


def _is_number(column: str, example: str) -> DataError:
    return DataError(
        "date_is_number",
        f"the column '{column}' holds numbers ({example}), not dates: days since 1900, or seconds since 1970",
        fix="export the column as dates such as 2025-01-31, or name another one with --map time=COLUMN",
        place=Place(column=column, like=example),
    )
