"""K-means: natural breaks of one metric, the exact optimum by dynamic programming; no seed, no iteration.

The classes with the smallest squared distance to their means are those with the largest sum of
``total² / customers``, which needs only integers; quotients keep 64 binary places.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from quintile.engine.render import literal, render

if TYPE_CHECKING:
    from quintile.domain.rfm_model import CutPoints, Method
    from quintile.engine.base import Engine
    from quintile.scoring.histogram import Histogram

MOST_BINS = 2048

_BINARY_PLACES = 64

# Up to MOST_BINS distinct values each is its own bin; beyond, neighbours whose count of worse customers falls
# into the same 1/MOST_BINS of all are merged, so a cut can only fall between bins of equal counts.
_BINS = """
WITH running AS ({running}),
buyers AS (SELECT *, count(*) OVER () AS distinct_worths FROM running WHERE worth IS NOT NULL)
SELECT min(worth), CAST(sum(customers) AS BIGINT), sum(worth * customers)
FROM buyers
GROUP BY CASE WHEN distinct_worths > {most} THEN worse * {most} // {everyone} ELSE worse END
ORDER BY 1
"""


@dataclass(frozen=True)
class Bins:
    """Running customers and running totals over the bins, both beginning with 0, so one longer than the bins."""

    customers: list[int]
    totals: list[int]

    def gain(self, start: int, end: int) -> int:
        """What a class of the bins [start, end) adds."""
        total = self.totals[end] - self.totals[start]
        return (total * total << _BINARY_PLACES) // (self.customers[end] - self.customers[start])


def cut_points(engine: Engine, histogram: Histogram, _method: Method, scores: int) -> CutPoints:
    """Cut points between the natural classes of the buyers: the first value of each better class.

    With fewer distinct values than scores each value is a class, and the cuts of the best scores are None.
    """
    rows = engine.rows(
        render(_BINS, running=histogram.running, most=literal(MOST_BINS), everyone=literal(max(histogram.customers, 1)))
    )
    worths = [worth for worth, _, _ in rows]
    scale = 10 ** _places(worths)
    totals = [int(Fraction(total) * scale) for _, _, total in rows]
    bins = Bins([0, *accumulate(count for _, count, _ in rows)], [0, *accumulate(totals)])
    starts = class_starts(bins, min(scores, len(rows)))
    unreached = [None] * (scores - 1 - len(starts))
    return histogram.metric.cuts([*(worths[start] for start in starts), *unreached])


def class_starts(bins: Bins, classes: int) -> list[int]:
    """The first bin of every class but the worst, for the best split into so many classes.

    Of equally good splits the one with the lower borders is taken.
    """
    size = len(bins.customers) - 1
    best = [bins.gain(0, end) if end else 0 for end in range(size + 1)]
    layers: list[list[int]] = []
    for first in range(1, classes):
        best, splits = _next_layer(bins, best, first)
        layers.append(splits)
    starts, end = [], size
    for splits in reversed(layers):
        end = splits[end]
        starts.append(end)
    return starts[::-1]


def _next_layer(bins: Bins, best: list[int], first: int) -> tuple[list[int], list[int]]:
    """Add one class: for every end the best gain and where the last class starts.

    The best start never moves back as the end moves on, so halving the ends halves the starts to try.
    """
    size = len(best) - 1
    gains, splits = [0] * (size + 1), [0] * (size + 1)
    open_ranges = [(first + 1, size, first, size - 1)]
    while open_ranges:
        low, high, start_low, start_high = open_ranges.pop()
        if low > high:
            continue
        end = (low + high) // 2
        tried = [best[start] + bins.gain(start, end) for start in range(start_low, min(start_high, end - 1) + 1)]
        gains[end] = max(tried)
        split = splits[end] = start_low + tried.index(gains[end])
        open_ranges += [(low, end - 1, start_low, split), (end + 1, high, split, start_high)]
    return gains, splits


def _places(worths: list[Decimal | int]) -> int:
    exponents = (Decimal(worth).as_tuple().exponent for worth in worths)
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
