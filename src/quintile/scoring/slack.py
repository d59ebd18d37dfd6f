"""Slack: the scores a customer would have a margin nearer to the worst, and a margin nearer to the best.

Money may be off by a share of the cut point; days and orders by the same share, but by one at least.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.rfm_model import CutPoints
from quintile.engine.render import joined, name, render
from quintile.errors import SettingsError
from quintile.scoring.histogram import F, M, R
from quintile.scoring.ladder import score_of
from quintile.scoring.nested import is_nested
from quintile.scoring.score import fitted_cuts

if TYPE_CHECKING:
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.render import Sql
    from quintile.scoring.histogram import Metric

_WITH_SLACK = "SELECT *, {columns} FROM {scores}"
# With ties split by id, a cut at nothing has no margin, and its own score decides.
_BOTH_SIDES = "least({score}, {worse}) AS {low}, greatest({score}, {better}) AS {high}"


def with_slack(scores: Sql, model: RfmModel, margin: Decimal) -> Sql:
    """The query of the scores with a margin to both sides.

    Args:
        scores: Shape SCORES, made with the model; further columns stay.
        model: A fitted model.
        margin: A share of each cut point, between 0 and 1.

    Returns:
        The rows and, for each metric, two more columns: ``r_low``, ``r_high`` and so on. A customer without an order
        in the window has no value that could be off.

    Raises:
        SettingsError: The cut points of a metric depend on the score of another, or there are none yet.
    """
    cuts = fitted_cuts(model)
    if any(one.within for one in cuts):
        raise _nested()
    columns = joined(_both_sides(metric, one, margin) for metric, one in zip((R, F, M), cuts, strict=True))
    return render(_WITH_SLACK, columns=columns, scores=scores)


def require_margin(model: RfmModel) -> None:
    """Refuse a margin that makes no sense with the model's methods.

    Raises:
        SettingsError: ``margin``, the cut points of a metric depend on the score of another.
    """
    if model.dwell.margin is not None and is_nested(model):
        raise _nested()


def _nested() -> SettingsError:
    message = "with nested scores a border is not the same for all customers, so nobody is a margin past it"
    return SettingsError("margin", message, fix="use --dwell alone, or another --method")


def _both_sides(metric: Metric, cuts: CutPoints, margin: Decimal) -> Sql:
    worse, better = (score_of(metric, _moved(metric, cuts, by)) for by in (margin, margin.copy_negate()))
    letter = metric.letter
    return render(
        _BOTH_SIDES,
        score=name(letter),
        worse=worse,
        better=better,
        low=name(f"{letter}_low"),
        high=name(f"{letter}_high"),
    )


def _moved(metric: Metric, cuts: CutPoints, margin: Decimal) -> CutPoints:
    """The cuts, harder to reach for a margin above 0, easier for one below."""
    harder = margin.copy_negate() if metric.few_is_better else margin
    return CutPoints(tuple(None if cut is None else cut + _off(metric, cut, harder) for cut in cuts.values))


def _off(metric: Metric, cut: Decimal, margin: Decimal) -> Decimal:
    off = abs(cut) * abs(margin)
    return (off if metric is M else max(off, Decimal(1))).copy_sign(margin)
