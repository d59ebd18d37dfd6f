"""Percentile: the quantile rule at a person's own percent ranks, for example 33 and 66."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.errors import SettingsError
from quintile.scoring.histogram import first_worths
from quintile.scoring.quantile import share_rank
from quintile.scoring.threshold import require_ascending

if TYPE_CHECKING:
    from quintile.domain.rfm_model import CutPoints, Method
    from quintile.engine.base import Engine
    from quintile.scoring.histogram import Histogram, Metric

_PERCENT = 100


def cut_points(engine: Engine, histogram: Histogram, method: Method, _scores: int) -> CutPoints:
    """Cut points where the given percent of customers is strictly worse; ranks may have decimals and stay exact."""
    shares = [rank.as_integer_ratio() for rank in method.given]
    ranks = [share_rank(top, bottom * _PERCENT, histogram.customers) for top, bottom in shares]
    return histogram.metric.cuts(first_worths(engine, histogram, ranks))


def require_ranks(metric: Metric, method: Method, scores: int) -> None:
    """Refuse percent ranks that cannot be, whoever the customers are.

    Raises:
        SettingsError: Not scores - 1 ascending ranks, or one outside (0, 100).
    """
    require_ascending(metric, method.given, scores, example="20,40,60,80")
    if not all(0 < rank < _PERCENT for rank in method.given):
        raise SettingsError(
            "percentile",
            f"a percent rank of {metric.letter.upper()} is not between 0 and 100",
            fix=f"give --{metric.letter}-cuts percent ranks such as 33,66",
        )
