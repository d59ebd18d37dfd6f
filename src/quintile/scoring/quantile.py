"""Quantile: equal parts by value, the default.

A cut is the smallest observed value that at least the share j/k of customers is strictly worse than, in
integers only. So equal values share a score, the worst value scores 1, and the result depends on no row order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.scoring.histogram import first_worths

if TYPE_CHECKING:
    from quintile.domain.rfm_model import CutPoints, Method
    from quintile.engine.base import Engine
    from quintile.scoring.histogram import Histogram


def cut_points(engine: Engine, histogram: Histogram, _method: Method, scores: int) -> CutPoints:
    """Cut points at the shares 1/k, 2/k ... (k-1)/k; None where so many customers are worse than nobody."""
    ranks = [share_rank(share, scores, histogram.customers) for share in range(1, scores)]
    return histogram.metric.cuts(first_worths(engine, histogram, ranks))


def share_rank(numerator: int, denominator: int, customers: int) -> int:
    """The fewest customers that are at least the share ``numerator / denominator`` of all."""
    return -(-numerator * customers // denominator)
