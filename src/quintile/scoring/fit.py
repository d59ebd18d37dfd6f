"""Fit: learns the cut points of a model once, from an RFM table; ``score`` then applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.rfm_model import Fitted
from quintile.scoring import kmeans, nested, ntile, percentile, quantile, r_rfm, threshold
from quintile.scoring.histogram import F, M, R, count_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from quintile.domain.rfm_model import CutPoints, Method, RfmModel
    from quintile.engine.base import Engine
    from quintile.engine.render import Sql
    from quintile.scoring.histogram import Histogram, Metric, ValueCounts

_LEARNERS: Mapping[str, Callable[[Engine, Histogram, Method, int], CutPoints]] = {
    "quantile": quantile.cut_points,
    "threshold": threshold.cut_points,
    "percentile": percentile.cut_points,
    "ntile": ntile.cut_points,
    "kmeans": kmeans.cut_points,
    "r-rfm": r_rfm.cut_points,
}
# A person's own numbers can be impossible; what is learned cannot.
_REFUSALS: Mapping[str, Callable[[Metric, Method, int], None]] = {
    "threshold": threshold.require_cuts,
    "percentile": percentile.require_ranks,
}


def fit(engine: Engine, rfm: Sql, model: RfmModel, as_of: date, *, counts: ValueCounts | None = None) -> RfmModel:
    """Learn the cut points of R, F and M, each by its own method.

    Learning again replaces what the model held. The result depends on no row order; only ``ntile`` looks at ids.

    Args:
        engine: Runs the SQL.
        rfm: Shape RFM, one row per customer; customers without an order in the window count as the worst.
        model: The methods (``r``, ``f``, ``m``) and the scale.
        as_of: The analysis date, kept with the cut points.
        counts: The table's histograms, if ``count_values`` has been called; otherwise made here and dropped.

    Returns:
        The model with its cut points, and where they come from.

    Raises:
        SettingsError: Numbers given by a person are too few or many, or do not ascend, or ``nested`` is mixed with
            other methods.
    """
    require_fittable(model)
    counted = counts or count_values(engine, rfm)
    cuts = _learn(engine, counted, model)
    if counts is None:
        counted.drop(engine)
    return model.with_cuts(cuts, Fitted(as_of.isoformat(), counted.r.customers))


def require_fittable(model: RfmModel) -> None:
    """Refuse methods and numbers that give no cut points, whoever the customers are.

    Raises:
        SettingsError: Numbers given by a person are too few or many, or do not ascend, or ``nested`` is mixed with
            other methods.
    """
    if nested.is_nested(model):
        return
    for metric, method in zip((R, F, M), (model.r, model.f, model.m), strict=True):
        if method.name in _REFUSALS:
            _REFUSALS[method.name](metric, method, model.scale.scores)


def _learn(engine: Engine, counts: ValueCounts, model: RfmModel) -> tuple[CutPoints, CutPoints, CutPoints]:
    scores = model.scale.scores
    if nested.is_nested(model):
        return nested.cut_points(engine, counts, scores)
    r, f, m = (
        _LEARNERS[method.name](engine, histogram, method, scores)
        for histogram, method in ((counts.r, model.r), (counts.f, model.f), (counts.m, model.m))
    )
    return r, f, m
