"""Gaps: the days between a customer's purchases, and how they would look if nobody's story were cut off (Kaplan-Meier).

The time from a customer's last purchase to the analysis date is a gap too, one that is still open: it says that the
customer has not come back so far. Leaving open gaps out would make every shop look busier than it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from quintile.engine.render import literal, render

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

FEWEST_AT_RISK = 30
"""Where fewer gaps than this are still open, the curve rests on too few people to be read."""

_GAPS = """
WITH days AS (
    SELECT DISTINCT customer_key, day FROM {purchases}
), paired AS (
    SELECT day, lead(day) OVER (PARTITION BY customer_key ORDER BY day) AS next_day FROM days
)
SELECT CAST(coalesce(next_day, {as_of}) - day AS INTEGER) AS gap, count(next_day), count(*) - count(next_day)
FROM paired
GROUP BY gap
ORDER BY gap
"""


@dataclass(frozen=True)
class Gap:
    """How many gaps of one length ended with a purchase, and how many are still open after so many days."""

    days: int
    ended: int
    still_open: int


@dataclass(frozen=True)
class Step:
    """A length at which gaps ended; ``at_risk`` gaps lasted so long, ended or open.

    The share of all gaps that lasts longer is ``lasting / whole``: whole numbers, so that nothing is rounded.
    """

    days: int
    at_risk: int
    lasting: int
    whole: int

    @property
    def returned(self) -> Fraction:
        """The share of purchases that were followed by another one within so many days."""
        return Fraction(self.whole - self.lasting, self.whole)


@dataclass(frozen=True)
class Survival:
    """The Kaplan-Meier curve of the gaps, one step for each length at which gaps ended, the shortest first."""

    steps: tuple[Step, ...]

    @property
    def horizon(self) -> int | None:
        """The last length that at least 30 gaps reached; None where no length did."""
        return next((step.days for step in reversed(self.steps) if step.at_risk >= FEWEST_AT_RISK), None)

    def returned_within(self, days: int) -> Fraction:
        """The share of purchases that were followed by another one of the same customer within so many days."""
        reached = [step for step in self.steps if step.days <= days]
        return reached[-1].returned if reached else Fraction(0)

    def day_by_which(self, share: Fraction) -> int | None:
        """The days within which a share of all returns falls; returns later than the horizon are not known of.

        Args:
            share: Of the returns up to the horizon, 0 to 1.

        Returns:
            A length, or None where there is no horizon.
        """
        if self.horizon is None:
            return None
        wanted = share * self.returned_within(self.horizon)
        return next(
            step.days
            for step in self.steps
            if (step.whole - step.lasting) * wanted.denominator >= wanted.numerator * step.whole
        )


def count_gaps(engine: Engine, purchases: Sql, as_of: date) -> tuple[Gap, ...]:
    """Count the gaps by their length.

    Args:
        engine: Where the purchases are.
        purchases: A table with ``customer_key`` and ``day``, one row a purchase, all before ``as_of`` or on it.
        as_of: The analysis date, at which the last gap of each customer is still open.

    Returns:
        One value a length in days, the shortest first. Purchases of one customer on one day are one.
    """
    return tuple(Gap(*row) for row in engine.rows(render(_GAPS, purchases=purchases, as_of=literal(as_of))))


def survival(gaps: Iterable[Gap]) -> Survival:
    """The curve of the gaps, exact. A gap that is open after so many days counts among those that lasted so long."""
    ordered = sorted(gaps, key=lambda gap: gap.days)
    at_risk = sum(gap.ended + gap.still_open for gap in ordered)
    lasting = whole = 1
    steps = []
    for gap in ordered:
        if gap.ended:
            lasting, whole = lasting * (at_risk - gap.ended), whole * at_risk
            steps.append(Step(gap.days, at_risk, lasting, whole))
        at_risk -= gap.ended + gap.still_open
    return Survival(tuple(steps))
