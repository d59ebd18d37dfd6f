"""Ranges of scores in the metric's own units: what a customer did to have them.

``Ranges`` knows the cut points of one result; a score there is 1..n with n the best, however it is shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.words import METRICS, amount

if TYPE_CHECKING:
    from collections.abc import Mapping

RECENCY, FREQUENCY, MONETARY = "r", "f", "m"
# Their scores do not follow from the value alone: ties are parted, or the other scores have a say.
_NO_VALUES = {"ntile": (RECENCY, FREQUENCY, MONETARY), "nested": (FREQUENCY, MONETARY)}


@dataclass(frozen=True)
class Ranges:
    """The cut points of a result, metric by metric, with what is needed to say them in words.

    ``cuts`` holds for each metric the value from which score 2, 3, ... n is reached: days or less for recency, orders
    or money or more for the others; None where nobody reaches it. A metric that is not in it has scores that cannot
    be said in its unit.
    """

    scores: int
    best: str
    cuts: Mapping[str, tuple[Decimal | None, ...]]
    currency: str
    average: bool
    fewest_days: int
    fewest_orders: int

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Ranges:
        """The ranges of a result, from what run.json says of its model and its cut points."""
        model = report["model"]
        cuts = {}
        for receipt in report["tie_receipt"]:
            metric = receipt["metric"]
            if metric in _NO_VALUES.get(receipt["method"], ()):
                continue
            values = [None if cut is None else Decimal(cut) for cut in receipt["cuts"]]
            # Days ascend from the best score on, so the last one is where score 2 begins.
            cuts[metric] = tuple(values[::-1] if metric == RECENCY else values)
        return cls(
            scores=model["scale"],
            best=model["best"],
            cuts=cuts,
            currency=report["currency"] or "",
            average=model["monetary"] == "average",
            fewest_days=1 if report["recency"] == "calendar" else 0,
            fewest_orders=1 if model["population"] == "buyers" else 0,
        )

    def begins(self, metric: str, score: int) -> Decimal | None:
        """The value from which a score above 1 is reached; whole for days and orders, None where there is none."""
        cut = self.cuts[metric][score - 2]
        if cut is None or metric == MONETARY:
            return cut
        return Decimal(math.floor(cut) if metric == RECENCY else math.ceil(cut))

    def reachable(self, metric: str) -> tuple[int, ...]:
        """The scores that some value has, worst first; equal cut points leave those between them to nobody."""
        if metric not in self.cuts:
            return tuple(range(1, self.scores + 1))
        return tuple(score for score in range(1, self.scores + 1) if self._has_values(metric, score))

    def _has_values(self, metric: str, score: int) -> bool:
        low = self.begins(metric, score) if score > 1 else None
        high = self.begins(metric, score + 1) if score < self.scores else None
        if score > 1 and low is None:
            return False
        if metric == RECENCY:
            first = self.fewest_days if high is None else high + 1
            return low is None or low >= first
        if high is None:
            return True
        if metric == FREQUENCY and low is None:
            return high > self.fewest_orders
        return low is None or low < high

    def words(self, metric: str, low: int, high: int) -> str | None:
        """What a customer with a score from ``low`` to ``high`` did; None when that is everybody."""
        reachable = self.reachable(metric)
        low = min((score for score in reachable if score >= low), default=low)
        high = max((score for score in reachable if score <= high), default=high)
        is_lowest, is_highest = low <= reachable[0], high >= reachable[-1]
        if is_lowest and is_highest:
            return None
        if metric not in self.cuts:
            return f"{METRICS[metric].lower()} score {self._scores(low, high)}"
        begin = None if is_lowest else self.begins(metric, low)
        end = None if is_highest else self.begins(metric, next(score for score in reachable if score > high))
        said = {RECENCY: self._days, FREQUENCY: self._orders, MONETARY: self._money}[metric]
        return said(begin, end)

    def shown(self, score: int) -> int:
        """A score as the result shows it: flipped where 1 is the best."""
        return score if self.best == "high" else self.scores + 1 - score

    def _scores(self, low: int, high: int) -> str:
        first, last = sorted((self.shown(low), self.shown(high)))
        return str(first) if first == last else f"{first} to {last}"

    def _days(self, begin: Decimal | None, end: Decimal | None) -> str:
        if end is None:
            return f"bought {within(begin)}"
        if begin is None:
            never = "" if self.fewest_orders else ", or not in the window"
            return f"last bought more than {days(end)} ago{never}"
        first = end + 1
        return f"last bought {days(begin)} ago" if first == begin else f"last bought {first:,} to {days(begin)} ago"

    def _orders(self, begin: Decimal | None, end: Decimal | None) -> str:
        if end is None:
            return f"{begin:,} or more orders"
        last = end - 1
        first = self.fewest_orders if begin is None else begin
        if first == last:
            return orders(last)
        return f"at most {orders(last)}" if begin is None else f"{first:,} to {orders(last)}"

    def _money(self, begin: Decimal | None, end: Decimal | None) -> str:
        each = " an order" if self.average else ""
        if end is None:
            return f"spent {self.money(begin)} or more{each}"
        if begin is None:
            return f"spent less than {self.money(end)}{each}"
        return f"spent {amount(begin)} to less than {self.money(end)}{each}"

    def money(self, value: Decimal | None) -> str:
        """An exact amount with its currency."""
        return f"{amount(value or Decimal(0))} {self.currency}".strip()


def days(count: Decimal | None) -> str:
    """``1 day``, ``43 days``."""
    return f"{count or 0:,} day{'' if count == 1 else 's'}"


def within(count: Decimal | None) -> str:
    """``in the last 43 days``."""
    if not count:
        return "in the last 24 hours"
    return "on the last day" if count == 1 else f"in the last {days(count)}"


def orders(count: Decimal | int) -> str:
    """``1 order``, ``3 orders``."""
    return f"{count:,} order{'' if count == 1 else 's'}"
