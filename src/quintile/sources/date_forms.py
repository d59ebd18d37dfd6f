"""Date forms: the patterns of written dates and times, and how each is put into ISO order."""

from __future__ import annotations

import re

from quintile.engine.render import Sql, literal, render
from quintile.errors import SettingsError

_BLANKS = " \t\r\n\v\f\u00a0\u2007\u2009\u202f\u3000\ufeff"
_MARK = "[-./]"
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
_HALF = r"(?: ?[AaPp]\.?[Mm]\.?)"
_MINUTES = "[0-5][0-9]"
_AFTER_MINUTES = f"(?::{_MINUTES}(?:[.,][0-9]{{1,9}})?)?"
_HOURS = f"(?:(?:[01]?[0-9]|2[0-3]):{_MINUTES}{_AFTER_MINUTES}|(?:0?[1-9]|1[0-2]):{_MINUTES}{_AFTER_MINUTES}{_HALF})"

ZONE = "(?i)(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)$"
"""A time zone at the end of a text that has a time of day."""
TIME = "([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)"
"""Hours and the rest of a time of day."""
_OWN_ZONE = r"(?: ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?))?"
_TIME = rf"(?:(?:T|,? +){_HOURS}{_OWN_ZONE})?"

BROKEN_INTO = rf"^(?:[0-9]{{4}}{_MARK})?([0-9]{{1,2}}){_MARK}([0-9]{{1,2}})"
"""The two numbers of a day beside the year, whichever of them is the month."""

# In the order they are tried. The groups are the day's parts in the order they are written.
FORMS = {
    "year first": rf"([0-9]{{4}}){_MARK}([0-9]{{1,2}}){_MARK}([0-9]{{1,2}})",
    "compact": r"((?:19|20|21)[0-9]{2})((?:0[1-9]|1[0-2]))((?:0[1-9]|[12][0-9]|3[01]))",
    "number": r"[-+]?[0-9]+(?:\.[0-9]+)?",
    "year last": rf"([0-9]{{1,2}}){_MARK}([0-9]{{1,2}}){_MARK}([0-9]{{4}})",
    "two-digit year": rf"([0-9]{{1,2}}){_MARK}([0-9]{{1,2}}){_MARK}([0-9]{{2}})",
    "day and month name": rf"(?i){_WEEKDAY}([0-9]{{1,2}})[-./ ]{{0,2}}({_MONTH})[-./, ]{{1,2}}([0-9]{{4}})",
    "month name and day": rf"(?i){_WEEKDAY}({_MONTH})[-./ ]{{1,2}}([0-9]{{1,2}})[-./, ]{{1,2}}([0-9]{{4}})",
    "month name, two-digit year": rf"(?i)([0-9]{{1,2}})[-./ ]?({_MONTH})[-./, ]([0-9]{{2}})",
}
NUMBER = "number"
YEAR_FIRST = "year first"
TWO_DIGITS = ("two-digit year", "month name, two-digit year")
"""Forms whose century must be said."""
IN_NUMBERS = ("year first", "year last")
"""Forms of numbers that other programs read as well."""
NUMBERED = ("year last", "two-digit year")
"""Forms whose day and month must be told apart."""

_SIGNS = "aAbBdfgHIjmMnpSyYzZ%"  # of strptime; f microseconds, g milliseconds, n nanoseconds
_FOUR_DIGITS = ("year first", "compact", "year last")
_NUMBERED_DAY = {"dmy": r"\3-\2-\1", "mdy": r"\3-\1-\2", "ymd": r"\1-\2-\3"}
_NAMED_DAY = {"day and month name": (3, 2, 1), "month name and day": (3, 1, 2), "month name, two-digit year": (3, 2, 1)}
_MONTH_NUMBER = "CAST((instr('janfebmaraprmayjunjulaugsepoctnovdec', lower({name}[1:3])) + 2) // 3 AS VARCHAR)"
_FULL_YEAR = "CASE WHEN {year} < '69' THEN '20' ELSE '19' END || {year}"  # as strptime reads %y
_OFFSET = """
to_minutes(CASE WHEN contains(regexp_extract({text}, {zone}), '-') THEN -1 ELSE 1 END
           * (60 * coalesce(TRY_CAST(regexp_extract({text}, '[+-]([0-9]{{2}}):?(?:[0-9]{{2}})?$', 1) AS BIGINT), 0)
              + coalesce(TRY_CAST(regexp_extract({text}, '[+-][0-9]{{2}}:?([0-9]{{2}})$', 1) AS BIGINT), 0)))
"""
_CLOCK_TIME = """
CASE WHEN NOT contains({text}, ':') THEN ''
     WHEN regexp_matches({text}, '(?i)[ap]\\.?m')
     THEN ' ' || CAST((TRY_CAST(regexp_extract({text}, {time}, 1) AS INTEGER) % 12)
                      + CASE WHEN regexp_matches({text}, '(?i)p\\.?m') THEN 12 ELSE 0 END AS VARCHAR)
          || replace(regexp_extract({text}, {time}, 2), ',', '.')
     ELSE ' ' || regexp_extract({text}, {time}, 1) || replace(regexp_extract({text}, {time}, 2), ',', '.') END
"""
# The cast reads most ISO texts whole and leaves their zone out, but takes PM for a zone.
_MOMENT = """
CASE WHEN contains({text}, 'm') OR contains({text}, 'M') THEN {slow}
     ELSE coalesce(TRY_CAST({fast} AS TIMESTAMP), {slow}) END
"""


def checked_format(date_format: str) -> str:
    """A format the user gave, if the database knows all of its signs.

    Raises:
        SettingsError: It holds no or an unknown ``%`` sign.
    """
    signs = re.findall("%-?(.?)", date_format)
    unknown = [sign for sign in signs if sign not in list(_SIGNS)]
    if unknown or not signs:
        what = f"no %{unknown[0]}" if unknown else "a % sign missing"
        message = f"'{date_format}' is no date format: there is {what}"
        raise SettingsError("date_format", message, fix="write for example %d.%m.%Y or %d-%b-%y")
    return date_format


def pattern_of(form: str) -> str:
    """The whole pattern of a form, with a time and a zone where they may follow."""
    return FORMS[form] + ("" if form == NUMBER else _TIME)


def moment_sql(text: Sql, form: str, order: str | None) -> Sql:
    """The TIMESTAMP that a text of this form says, its time zone left out."""
    day, time = _day(text, form, order), render(_CLOCK_TIME, text=text, time=literal(TIME))
    slow = render("TRY_CAST({day} || {time} AS TIMESTAMP)", day=day, time=time)
    if form not in _FOUR_DIGITS:
        return slow
    iso = _rewritten(text, f"^{FORMS[form]},?", form, order)
    return render(_MOMENT, text=text, slow=slow, fast=text if form == "year first" else iso)


def trimmed(column: Sql) -> Sql:
    """A written time without the blanks around it, tabulators and line ends among them."""
    return render("trim({column}, {blanks})", column=column, blanks=literal(_BLANKS))


def offset_sql(text: Sql) -> Sql:
    """The interval by which a text's own time zone is ahead of UTC."""
    return render(_OFFSET, text=text, zone=literal(ZONE))


def _rewritten(text: Sql, pattern: str, form: str, order: str | None) -> Sql:
    day = _NUMBERED_DAY[order or "dmy"] if form == "year last" else _NUMBERED_DAY["ymd"]
    return render("regexp_replace({text}, {pattern}, {day})", text=text, pattern=literal(pattern), day=literal(day))


def _day(text: Sql, form: str, order: str | None) -> Sql:
    """The day of a text of this form, written year-month-day."""
    if form in _FOUR_DIGITS:
        return _rewritten(text, f"^{FORMS[form]}.*$", form, order)
    pattern = literal(FORMS[form])
    places = _NAMED_DAY.get(form) or {"dmy": (3, 2, 1), "mdy": (3, 1, 2), "ymd": (1, 2, 3)}[order or "dmy"]
    extract = "regexp_extract({text}, {pattern}, {place})"
    year, month, day = (render(extract, text=text, pattern=pattern, place=literal(place)) for place in places)
    if form in _NAMED_DAY:
        month = render(_MONTH_NUMBER, name=month)
    if form in TWO_DIGITS:
        year = render(_FULL_YEAR, year=year)
    return render("{year} || '-' || {month} || '-' || {day}", year=year, month=month, day=day)
