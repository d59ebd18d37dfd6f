"""Alerts: a segment whose customers or revenue moved further from one analysis date to the next than they usually do.

The change is the logarithm of now / before, so that halving weighs as much as doubling. Earlier changes are those
between neighbouring dates as far apart as the last two are, to an eighth, scored by one model each.

With six earlier changes or more, a change is an alert when it lies further from their median than
``3 x 1.4826 x MAD x (1 + 6 / n)``, MAD being the median distance from that median and n their number; of six changes
the plain ``3 x 1.4826 x MAD`` would cry wolf once in ten times. With fewer, the customers of a segment alone are
judged: by three standard deviations of the binomial count that the segment's share before gives among the customers
now. Either way a change counts only from 5 % on, and if the segment has gained or lost, or for revenue has had, at
least so many customers as the settings say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

FEWEST_CHANGES = 6
LEAST_CHANGE = Decimal("0.05")
DATES = 25  # what was usual longer ago is not usual now
_TIMES, _NORMAL = 3, Decimal("1.4826")  # MAD times this is the standard deviation of a normal spread
_SPACING = 8  # distances between dates are equal to an eighth
_EXACT = Context(prec=40)
Measure = Literal["customers", "revenue"]
Rule = Literal["usual_noise", "binomial"]


@dataclass(frozen=True)
class Point:
    """One analysis date: its model, and the customers and revenue of each segment."""

    day: date
    model: str
    customers: Mapping[str, int]
    revenue: Mapping[str, Decimal]

    @classmethod
    def told(cls, report: Mapping[str, Any]) -> Point:
        """What a snapshot's run.json says."""
        lines = report["segments"]
        return cls(
            day=datetime.fromisoformat(report["as_of"]).date(),
            model=report["model"]["fingerprint"],
            customers={line["segment"]: line["customers"] for line in lines},
            revenue={line["segment"]: Decimal(line["revenue"]) for line in lines},
        )

    def value(self, measure: Measure, segment: str) -> Decimal:
        """What is measured of a segment; one that is not there has nothing."""
        found = self.customers if measure == "customers" else self.revenue
        return Decimal(found.get(segment, 0))


@dataclass(frozen=True)
class Movement:
    """A segment that moved: from where, to where, between which bounds it would have been as usual, by which rule."""

    segment: str
    measure: Measure
    before: Decimal
    now: Decimal
    low: Decimal
    high: Decimal
    rule: Rule
    earlier_changes: int


def movements(points: Sequence[Point], least_customers: int) -> list[Movement]:
    """The segments that moved unusually at the last date; none where another model scored it than the one before.

    Args:
        points: The analysis dates, the earliest first; the last ``DATES`` of them count.
        least_customers: How many customers must have come or gone; or, for revenue, have been there before or now.
    """
    steps = list(pairwise(points[-DATES:]))
    if not steps or steps[-1][0].model != steps[-1][1].model:
        return []
    last = steps.pop()
    usual = [step for step in steps if step[0].model == step[1].model and _as_far(step, last)]
    found = [
        _judged(last, usual, measure, segment) for segment in last[1].customers for measure in ("customers", "revenue")
    ]
    return [one for one in found if one is not None and _is_large(one, last, least_customers)]


def _as_far(step: tuple[Point, Point], last: tuple[Point, Point]) -> bool:
    days, wanted = ((later.day - earlier.day).days for earlier, later in (step, last))
    return abs(days - wanted) * _SPACING <= wanted


def _judged(
    last: tuple[Point, Point], usual: Sequence[tuple[Point, Point]], measure: Measure, segment: str
) -> Movement | None:
    before, now = (point.value(measure, segment) for point in last)
    pairs = [tuple(point.value(measure, segment) for point in step) for step in usual]
    changes = [_EXACT.divide(later, earlier).ln(_EXACT) for earlier, later in pairs if earlier > 0 and later > 0]
    if len(changes) >= FEWEST_CHANGES and before > 0:
        low, high = _usual(before, changes)
        rule: Rule = "usual_noise"
    elif measure == "customers" and any(last[0].customers.values()):
        low, high = _binomial(last, before)
        rule = "binomial"
    else:
        return None
    return None if low <= now <= high else Movement(segment, measure, before, now, low, high, rule, len(changes))


def _usual(before: Decimal, changes: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    middle = _median(changes)
    spread = _median([abs(_EXACT.subtract(change, middle)) for change in changes])
    reach = _TIMES * _NORMAL * spread * (1 + Decimal(FEWEST_CHANGES) / len(changes))
    low, high = (_EXACT.multiply(before, bound.exp(_EXACT)) for bound in (middle - reach, middle + reach))
    return low, high


def _binomial(last: tuple[Point, Point], before: Decimal) -> tuple[Decimal, Decimal]:
    everyone, people = (Decimal(sum(point.customers.values())) for point in last)
    expected = _EXACT.divide(before * people, everyone)
    reach = _TIMES * _EXACT.sqrt(max(_EXACT.divide(expected * (everyone - before), everyone), Decimal(0)))
    return expected - reach, expected + reach


def _is_large(one: Movement, last: tuple[Point, Point], least_customers: int) -> bool:
    """Whether anybody would care; a segment that was empty has grown beyond all measure."""
    if abs(one.now - one.before) < LEAST_CHANGE * abs(one.before):
        return False
    before, now = (point.customers.get(one.segment, 0) for point in last)
    people = abs(now - before) if one.measure == "customers" else max(before, now)
    return people >= least_customers


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered = sorted(values)
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2
