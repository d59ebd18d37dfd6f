"""R-rfm: the cut points of the R package rfm, for people who move over; reproduces its published scores.

A cut is the quantile of type 7 plus 1 (also for money). A score holds the values from its lower cut up to, not
including, the next; recency is reversed. The arithmetic is R's own, in binary floating point, because a cut
that falls on a value decides on the last bit. The comparison later is exact: each cut is written as the first
value of the metric's own step (a day, an order, the last decimal of the amounts) that reaches it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from quintile.domain.rfm_model import CutPoints
from quintile.scoring.histogram import worths_at

if TYPE_CHECKING:
    from quintile.domain.rfm_model import Method
    from quintile.engine.base import Engine
    from quintile.scoring.histogram import Histogram


@dataclass(frozen=True)
class Neighbours:
    """The two values, in ascending order, between which a quantile lies, and the weight of the upper one."""

    low: Decimal
    high: Decimal
    weight: float

    @property
    def quantile(self) -> float:
        """R's quantile of type 7, in R's own order of operations."""
        low, high = float(self.low), float(self.high)
        if self.weight <= 0 or low == high:
            return low
        return (1 - self.weight) * low + self.weight * high


def cut_points(engine: Engine, histogram: Histogram, _method: Method, scores: int) -> CutPoints:
    """Type-7 quantiles of the buyers plus 1, as first values (recency: last days) of the better score."""
    found = neighbours(engine, histogram, scores)
    exponent = min((_exponent(pair.low) for pair in found), default=0)
    # Recency: "less than the border" is "up to the day before the first day that reaches it".
    steps_back = int(histogram.metric.few_is_better)
    units = [first_units(pair.quantile + 1.0, exponent) - steps_back for pair in found]
    unreached = [None] * (scores - 1 - len(units))
    return CutPoints((*(Decimal(count).scaleb(exponent) for count in units), *unreached))


def neighbours(engine: Engine, histogram: Histogram, parts: int) -> list[Neighbours]:
    """The buyers' values around the shares 1/k ... (k-1)/k, ascending; none without buyers."""
    if not histogram.buyers:
        return []
    # R counts places from 1, and adding the 1 here rounds as R does.
    spots = [1 + (histogram.buyers - 1) * (share / parts) for share in range(1, parts)]
    places = [place - 1 for spot in spots for place in (math.floor(spot), math.ceil(spot))]
    values = _values_at(engine, histogram, places)
    return [
        Neighbours(low, high, spot - math.floor(spot))
        for spot, low, high in zip(spots, values[::2], values[1::2], strict=True)
    ]


def first_units(border: float, exponent: int) -> int:
    """The smallest n whose value ``n * 10**exponent``, read as a binary number, is at least the border."""
    step = Fraction(10) ** exponent
    # Everything from halfway between the binary number before the border and the border itself may round to it.
    halfway = (Fraction(math.nextafter(border, -math.inf)) + Fraction(border)) / 2
    units = math.ceil(halfway / step)
    return units if float(units * step) >= border else units + 1


def _values_at(engine: Engine, histogram: Histogram, places: list[int]) -> list[Decimal]:
    """The buyers' values at places counted from the smallest value, in the metric's own unit."""
    last, without_order = histogram.customers - 1, histogram.customers - histogram.buyers
    from_worst = [last - place if histogram.metric.few_is_better else without_order + place for place in places]
    found = worths_at(engine, histogram, from_worst)
    return [value for worth, _ in found if (value := histogram.metric.value(worth)) is not None]


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
