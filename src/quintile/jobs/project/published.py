"""Published: a project's analysis date never goes back unless that is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.jobs.workplace.wish import Wish


@dataclass(frozen=True)
class Published:
    """The latest analysis date a project has published, as run.json writes it; None before the first one."""

    as_of: str | None

    @property
    def moment(self) -> datetime | None:
        """The date at midnight, or the moment."""
        return None if self.as_of is None else datetime.fromisoformat(self.as_of)

    def refuse_earlier(self, wish: Wish) -> None:
        """Refuse an analysis date before the last one, unless it is meant.

        Raises:
            SettingsError: ``as_of``; names both dates.
        """
        if self.moment is None or wish.as_of is None or wish.backfill or _moment(wish.as_of) >= self.moment:
            return
        raise SettingsError(
            "as_of",
            f"{wish.as_of} is earlier than {self.as_of}, the last published analysis date",
            fix="choose a later --as-of, or publish an earlier one on purpose: --backfill",
        )

    def not_before(self, found: date) -> date:
        """A date that was found, or the last one if that is later."""
        if self.moment is None or _moment(found) >= self.moment:
            return found
        return self.moment if isinstance(found, datetime) else self.moment.date()

    def later(self, as_of: str) -> str:
        """The later of this date and another."""
        if self.as_of is None or self.moment is None or self.moment <= datetime.fromisoformat(as_of):
            return as_of
        return self.as_of


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time.min)
