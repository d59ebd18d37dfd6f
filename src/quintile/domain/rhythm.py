"""Rhythm: analysis dates at even distances, such as the first of every month."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from quintile.errors import SettingsError

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_SPELLED = re.compile(r"([1-9][0-9]{0,3})\s*(?:d|days?)")
_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Rhythm:
    """So many calendar months, or so many days, from one date to the next."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Rhythm:
        """Read ``day``, ``week``, ``month``, ``quarter``, ``year`` or ``10d``.

        Raises:
            SettingsError: The text is none of these.
        """
        cleaned = text.strip().lower()
        days = _SPELLED.fullmatch(cleaned)
        if days is not None:
            return cls(days=int(days[1]))
        if cleaned not in {*_MONTHS, *_DAYS}:
            fix = "write --every month, week, quarter, year, or a number of days such as 10d"
            raise SettingsError("every", f"'{text}' is no distance between dates", fix=fix)
        return cls(_MONTHS.get(cleaned, 0), _DAYS.get(cleaned, 0))

    def dates(self, first: date, last: date) -> list[date]:
        """The dates from the first to the last; the last only if it falls on one.

        A month too short ends on its last day and the next one is whole again: 31 January, 28 February, 31 March.

        Raises:
            SettingsError: The last one is before the first.
        """
        if last < first:
            fix = "give the earlier date first: --from 2024-01-01 --to 2025-01-01"
            raise SettingsError("from", f"{first} is later than {last}, so there is no date between them", fix=fix)
        found: list[date] = []
        day: date | None = first
        while day is not None and day <= last:
            found.append(day)
            day = self._later(first, len(found))
        return found

    def _later(self, day: date, count: int) -> date | None:
        """The date so many times later; None past the end of the calendar."""
        year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + count * self.months, _MONTHS_A_YEAR)
        if year > date.max.year or count * self.days > (date.max - day).days:
            return None
        last_day = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last_day)) + timedelta(days=count * self.days)
