"""Observation window: ``[as_of - length, as_of)``; only orders inside it count."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from reprlib import repr as short

from quintile.domain.known import is_whole
from quintile.errors import SettingsError

_LENGTH = re.compile(r"(?P<count>[1-9][0-9]{0,4})\s*(?P<unit>d|day|days|w|weeks?|m|mo|months?|y|years?)")
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_LATEST = date(2200, 1, 1)  # no order is read that is placed on it or later
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


@dataclass(frozen=True)
class WindowLength:
    """How far back orders count: so many calendar months, so many days, or everything (both None)."""

    months: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        """Refuse a length of both units, or of no whole months or days."""
        given = [count for count in (self.months, self.days) if count is not None]
        if len(given) > 1 or not all(is_whole(count, 1) for count in given):
            raise SettingsError(
                "window",
                f"a window of months={short(self.months)} and days={short(self.days)} is not possible",
                fix="write whole months or whole days, such as WindowLength(months=12); neither of them takes all",
            )

    @classmethod
    def parse(cls, text: str) -> WindowLength:
        """Read ``12mo``, ``2y``, ``365d``, ``8w`` or ``all``.

        Raises:
            SettingsError: The text is none of these.
        """
        cleaned = text.strip().lower() if isinstance(text, str) else ""
        if cleaned == "all":
            return cls()
        match = _LENGTH.fullmatch(cleaned)
        if match is None:
            raise SettingsError("window", f"'{text}' is not a window", fix="write for example 12mo, 365d, 2y or all")
        count, unit = int(match["count"]), match["unit"][0]
        if unit == "d":
            return cls(days=count)
        if unit == "w":
            return cls(days=count * _DAYS_A_WEEK)
        return cls(months=count * (_MONTHS_A_YEAR if unit == "y" else 1))

    def __str__(self) -> str:
        if self.months is not None:
            return f"{self.months}mo"
        return f"{self.days}d" if self.days is not None else "all"


@dataclass(frozen=True)
class ObservationWindow:
    """What counts: from ``start`` (None: no limit) up to, not including, ``as_of``.

    Both are days; or moments, of the same time of day in the shop's zone, where ``as_of`` is a moment.
    """

    as_of: date
    length: WindowLength = WindowLength(months=12)

    @property
    def start(self) -> date | None:
        """Where the window begins; a month too short ends on its last day (31 March less a month: 28 February)."""
        if self.length.months is not None:
            return _months_before(self.as_of, self.length.months)
        if self.length.days is not None:
            return self.as_of - timedelta(days=min(self.length.days, self.as_of.toordinal() - 1))
        return None

    @property
    def day(self) -> date:
        """The day of ``as_of``."""
        return _day_of(self.as_of)

    @property
    def first_day(self) -> date | None:
        """The day on which the window begins."""
        return None if self.start is None else _day_of(self.start)

    def __str__(self) -> str:
        return f"[{self.start or 'first order'}, {self.as_of})"


def day_or_moment(text: str) -> date:
    """An analysis date as ``2025-07-01``, or a moment of it on the shop's clock; midnight is the day that it begins.

    Raises:
        ValueError: It is neither.
        SettingsError: ``as_of``, it is on another clock, or later than any order can be.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise SettingsError("as_of", f"'{text}' brings a time zone", fix="write the shop's local time, and --time-zone")
    if moment.date() > _LATEST:
        fix = "leave it out to take the day after the latest order, or write a date of this time, such as 2025-07-01"
        raise SettingsError("as_of", f"'{text}' is later than any order can be ({_LATEST})", fix=fix)
    return moment.date() if moment.time() == time.min else moment


def length_in_words(text: str) -> str:
    """A length in the unit of whoever wrote it: ``6w`` is ``6 weeks``; ``all`` stays as it is."""
    match = _LENGTH.fullmatch(text.strip().lower())
    if match is None:
        return text.strip()
    one = _UNITS[match["unit"][0]]
    return f"{match['count']} {one if match['count'] == '1' else one + 's'}"


def _months_before(day: date, months: int) -> date:
    month_index = day.year * _MONTHS_A_YEAR + day.month - 1 - months
    year, month = divmod(max(month_index, _MONTHS_A_YEAR), _MONTHS_A_YEAR)
    last_day = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last_day))


def _day_of(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
