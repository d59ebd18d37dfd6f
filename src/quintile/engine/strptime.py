"""strptime: the times that a format of ``--date-format`` describes, in words that every database knows.

Only DuckDB has ``try_strptime``; elsewhere a pattern finds the parts of the text, and they are put in order.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from quintile.engine.render import Sql, literal, render
from quintile.errors import SettingsError

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_HALF_HOURS = "0?[0-9]|1[0-2]"
# What a sign of a format stands for in a text, and what part of the time it is.
_SIGNS = {
    "Y": ("[0-9]{1,4}", "year"),
    "y": ("[0-9]{1,2}", "short year"),
    "m": ("[0-9]{1,2}", "month"),
    "b": ("|".join(month[:3] for month in _MONTHS), "month name"),
    "B": ("|".join(_MONTHS), "month name"),
    "d": ("[0-9]{1,2}", "day"),
    "H": ("[01]?[0-9]|2[0-3]", "hour"),
    "I": (_HALF_HOURS, "hour"),
    "M": ("[0-9]{1,2}", "minute"),
    "S": ("[0-9]{1,2}", "second"),
    "f": ("[0-9]{1,6}", "fraction"),
    "g": ("[0-9]{1,3}", "fraction"),
    "n": ("[0-9]{1,9}", "fraction"),
    "p": ("am|pm", "half"),
    "z": ("[+-][0-9]{2}(?::?[0-9]{2})?", "zone"),
    "a": ("|".join(day[:3] for day in _DAYS), "weekday"),
    "A": ("|".join(_DAYS), "weekday"),
    "%": ("%", "mark"),
}
_PIECE = re.compile("%-?(.)|( +)|([^% ]+)")
_PART = "regexp_extract({text}, {pattern}, {place})"
_TWO = "lpad({part}, 2, '0')"
_VALUES = {
    "year": "lpad({part}, 4, '0')",
    "short year": "CASE WHEN lpad({part}, 2, '0') < '69' THEN '20' ELSE '19' END || lpad({part}, 2, '0')",
    "month": "{part}",
    "month name": "CAST((instr('janfebmaraprmayjunjulaugsepoctnovdec', lower(left({part}, 3))) + 2) // 3 AS VARCHAR)",
    "day": "{part}",
    "minute": _TWO,
    "second": _TWO,
    "fraction": "left({part}, 6)",
}
_HALVED = "CAST(TRY_CAST({hour} AS INTEGER) % 12 + CASE WHEN lower({half}) = 'pm' THEN 12 ELSE 0 END AS VARCHAR)"
_TIME = """
CASE WHEN regexp_full_match({text}, {pattern})
     THEN TRY_CAST({year} || '-' || {month} || '-' || {day} || ' ' || {hour} || ':' || {minute} || ':' || {second}
                   || '.' || {fraction} AS TIMESTAMP) END
"""
_INSTANT = """
make_timestamptz(epoch_us({time} - to_minutes(
    CASE WHEN left({zone}, 1) = '-' THEN -1 ELSE 1 END
    * (60 * TRY_CAST(substr({zone}, 2, 2) AS BIGINT)
       + CASE WHEN length({zone}) > 3 THEN TRY_CAST(right({zone}, 2) AS BIGINT) ELSE 0 END))))
"""
_ABSENT = {"year": "1900", "month": "1", "day": "1", "hour": "0", "minute": "00", "second": "00", "fraction": "0"}


def parsed_time(call: exp.Expr) -> exp.Expr:
    """What ``try_strptime(text, format)`` says, without it; an instant where the format has a zone.

    Raises:
        SettingsError: ``date_format``, the format has a sign that only DuckDB reads.
    """
    text, date_format = Sql(call.expressions[0].sql("duckdb")), call.expressions[1].name
    pattern, names = _pattern(date_format)
    parts = {
        part: render(_PART, text=text, pattern=literal(pattern), place=literal(place))
        for place, part in enumerate(names, 1)
    }
    values = {part: render(template, part=parts[part]) for part, template in _VALUES.items() if part in parts}
    hour = parts.get("hour")
    if hour is not None:
        values["hour"] = render(_HALVED, hour=hour, half=parts["half"]) if "half" in parts else hour
    for part in ("year", "month"):
        other = "short year" if part == "year" else "month name"
        if other in values:
            values[part] = values.pop(other)
    told = {part: values.get(part) or literal(absent) for part, absent in _ABSENT.items()}
    time = render(_TIME, text=text, pattern=literal(pattern), **told)
    if "zone" in parts:
        time = render(_INSTANT, time=time, zone=parts["zone"])
    return sqlglot.parse_one(time, read="duckdb")


def _pattern(date_format: str) -> tuple[str, list[str]]:
    """The pattern of a format, and what its groups stand for."""
    pattern, names = "(?i)", list[str]()
    for sign, blanks, plain in _PIECE.findall(date_format):
        if not sign:
            pattern += " +" if blanks else re.escape(plain)
            continue
        if sign not in _SIGNS:
            message = f"only DuckDB reads times with %{sign}"
            fix = "give the times as timestamp in a view, or in another form"
            raise SettingsError("date_format", message, fix=fix)
        form, part = _SIGNS[sign]
        if sign == "H" and re.search("%-?p", date_format):
            form = _HALF_HOURS
        pattern += f"({form})"
        names.append(part)
    return pattern, names
