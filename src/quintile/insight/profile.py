"""Profile: what becomes of one customer who buys nothing more, and what one order would change.

Scores change on few days only: when recency passes a cut point and when an order leaves the window. These days are
found, not searched for, so the answers are exact for any length of time.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from quintile.domain.ladder import EXACT, Ladder
from quintile.domain.ledger import PURCHASE, ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from quintile.domain.rfm_model import RfmModel
    from quintile.domain.scheme import Cell

AVERAGE_DECIMALS = 12
NOTHING = (1, 1, 1)  # the scores of those without an order in the window
_ONE = Decimal(1)
_AVERAGE_UNIT = Decimal(f"1e-{AVERAGE_DECIMALS}")


class Days(Protocol):
    """The days that come: 0 is the analysis date itself, ``last`` is as far as the calendar goes."""

    @property
    def last(self) -> int:
        """The last day."""

    def moment(self, day: int) -> datetime:
        """The analysis moment of a day; orders from it on do not count."""

    def first(self, day: int) -> datetime | None:
        """The moment at which the window of a day begins; None: it takes all."""

    def recency(self, day: int, last_at: datetime) -> int:
        """The recency on a day after a last order."""


@dataclass(frozen=True)
class Order:
    """An order of the customer, or money that went back: when, how much, in which state."""

    at: datetime
    net: Decimal
    state: int = PURCHASE


@dataclass(frozen=True)
class Standing:
    """What a customer is on a day; without an order in the window there is no recency.

    ``cell`` are the scores, ``segment`` is None once nobody scores the customer any more.
    """

    day: int
    recency: int | None
    frequency: int
    monetary: Decimal
    cell: Cell
    segment: str | None


@dataclass(frozen=True)
class Rules:
    """By what a customer is scored.

    ``cells`` names the segment of each (r, f, m), ``ranking`` the segments from the best to the worst (empty: nothing
    says which is better). Totals are multiples of ``unit``. ``customer`` is the key as cut points know it.
    """

    model: RfmModel
    cells: Mapping[Cell, str]
    ranking: tuple[str, ...]
    unit: Decimal
    customer: str

    def ladder(self, metric: str, *better: int) -> Ladder:
        """The steps of a metric, for customers with these scores of the better metrics."""
        place, whole = "rfm".index(metric), _AVERAGE_UNIT if self.is_average else self.unit
        cuts = self.model.cuts[place]  # type: ignore[index]
        cell = "-".join(map(str, better))
        return Ladder.of(metric, cuts, cell, customer=self.customer, unit=whole if metric == "m" else _ONE)

    @property
    def is_average(self) -> bool:
        """Whether monetary is an average per order."""
        return self.model.monetary == "average"

    def cell(self, recency: int, frequency: int, monetary: Decimal) -> Cell:
        """The scores of somebody who bought."""
        r = self.ladder("r").score(recency)
        f = self.ladder("f", r).score(frequency)
        return r, f, self.ladder("m", r, f).score(monetary)

    def monetary(self, total: Decimal, frequency: int) -> Decimal:
        """The monetary of a total; an average is rounded half away from zero, as the database does."""
        if not self.is_average:
            return total
        whole = Fraction(abs(total)) * 10**AVERAGE_DECIMALS
        average = Decimal((2 * whole + frequency) // (2 * frequency))
        return EXACT.copy_sign(EXACT.multiply(average, _AVERAGE_UNIT), total)

    def rank(self, segment: str | None) -> int | None:
        """The place among the segments, 0 is the best; None: it has none."""
        return self.ranking.index(segment) if segment in self.ranking else None

    def is_worse(self, segment: str | None, than: str | None) -> bool:
        """Whether a segment ranks below another one."""
        one, other = self.rank(segment), self.rank(than)
        return one is not None and other is not None and one > other


@dataclass(frozen=True)
class Holdings:
    """What the window of each coming day holds of a customer's orders.

    ``orders`` are those before the analysis moment, the earliest first. ``added`` is one more, placed at that moment,
    which counts from the day after it.
    """

    orders: tuple[Order, ...]
    days: Days
    added: Decimal | None = None

    def sums(self, day: int) -> tuple[int, Decimal]:
        """How many orders the window of a day holds, and their money."""
        first = self.days.first(day)
        return self._left[0 if first is None else bisect_left(self.times, first)]

    @cached_property
    def times(self) -> list[datetime]:
        """When what counts was ordered or went back, the earliest first."""
        return [one.at for one in self._counted]

    @cached_property
    def last_at(self) -> datetime | None:
        """The last purchase."""
        return max((one.at for one in self._counted if one.state == PURCHASE), default=None)

    def reaches(self, recency: int) -> int | None:
        """The first day on which recency is so high."""
        last = self.last_at
        return None if last is None else self._earliest(lambda day: self.days.recency(day, last) >= recency)

    def expiry(self, at: datetime) -> int | None:
        """The first day whose window begins after a time."""
        return self._earliest(lambda day: (first := self.days.first(day)) is not None and at < first)

    @cached_property
    def _counted(self) -> list[Order]:
        orders = [one for one in self.orders if one.state == PURCHASE or (one.state != ZERO and one.net)]
        return orders if self.added is None else [*orders, Order(self.days.moment(0), self.added)]

    @cached_property
    def _left(self) -> list[tuple[int, Decimal]]:
        """Orders and money of all but the first so many."""
        newest_first = ((int(one.state == PURCHASE), one.net) for one in reversed(self._counted))
        return [*accumulate(newest_first, _plus, initial=(0, Decimal(0)))][::-1]

    def _earliest(self, holds: Callable[[int], bool]) -> int | None:
        """The first day from which on something holds, by halving."""
        days = range(1, self.days.last + 1)
        place = bisect_left(days, True, key=holds)  # noqa: FBT003 - what is looked for
        return days[place] if place < len(days) else None


@dataclass(frozen=True)
class Outlook:
    """One customer's coming days if nothing more is bought."""

    held: Holdings
    rules: Rules

    def on(self, day: int) -> Standing:
        """What the customer is on a day."""
        frequency, total = self.held.sums(day)
        if not frequency or self.held.last_at is None:
            segment = None if self.rules.model.population == "buyers" else self.rules.cells[NOTHING]
            return Standing(day, None, 0, Decimal(0), NOTHING, segment)
        recency = self.held.days.recency(day, self.held.last_at)
        monetary = self.rules.monetary(total, frequency)
        cell = self.rules.cell(recency, frequency, monetary)
        return Standing(day, recency, frequency, monetary, cell, self.rules.cells[cell])

    @cached_property
    def change_days(self) -> list[int]:
        """The days from 1 on, 1 among them, on which something that is scored can change."""
        recencies = [int(at) + 1 for _, at in self.rules.ladder("r").steps]
        found = {1, *map(self.held.reaches, recencies), *map(self.held.expiry, set(self.held.times))}
        return sorted(day for day in found if day is not None)

    @cached_property
    def changes(self) -> list[Standing]:
        """Each day whose scores or segment are not those of the day before it."""
        found = [self.on(0)]
        for standing in map(self.on, self.change_days):
            if (standing.cell, standing.segment) != (found[-1].cell, found[-1].segment):
                found.append(standing)
        return found[1:]

    def fall(self, segment: str | None) -> Standing | None:
        """The first day on which the customer has a segment that is worse than one; None: no such day."""
        days = map(self.on, self.change_days)
        return next((one for one in days if self.rules.is_worse(one.segment, segment)), None)

    @property
    def leaves(self) -> int | None:
        """The day on which the last order of the window is out of it; None: no such day, or no such order."""
        return self.held.expiry(self.held.last_at) if self.held.sums(0)[0] and self.held.last_at else None


def _plus(one: tuple[int, Decimal], other: tuple[int, Decimal]) -> tuple[int, Decimal]:
    return one[0] + other[0], EXACT.add(one[1], other[1])
