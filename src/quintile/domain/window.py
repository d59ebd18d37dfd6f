"""Observation window: ``[as_of - length, as_of)``; only orders inside it count."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from quintile.errors import SettingsError

_LENGTH = re.compile(r"(?P<count>[1-9][0-9]{0,4})\s*(?P<unit>d|day|days|w|weeks?|m|mo|months?|y|years?)")
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


@dataclass(frozen=True)
class WindowLength:
    """How far back orders count: so many calendar months, so many days, or everything (both None)."""

    months: int | None = None
    days: int | None = None

    @classmethod
    def parse(cls, text: str) -> WindowLength:
        """Read ``12mo``, ``2y``, ``365d``, ``8w`` or ``all``.

        Raises:
            SettingsError: The text is none of these.
        """
        cleaned = text.strip().lower()
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
    """The days whose orders count: from ``start`` (None: no limit) up to, not including, ``as_of``."""

    as_of: date
    length: WindowLength = WindowLength(months=12)

    @property
    def start(self) -> date | None:
        """The first day inside the window; a month too short ends on its last day (31 March less a month: 28)."""
        if self.length.months is not None:
            return _months_before(self.as_of, self.length.months)
        if self.length.days is not None:
            return self.as_of - timedelta(days=min(self.length.days, self.as_of.toordinal() - 1))
        return None

    def __str__(self) -> str:
        return f"[{self.start or 'first order'}, {self.as_of})"


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
    return date(year, month + 1, min(day.day, last_day))
