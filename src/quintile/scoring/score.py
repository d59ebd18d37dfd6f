"""Score: applies a model's cut points to an RFM table; learns nothing, so a kept model scores any later table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import render
from quintile.errors import SettingsError
from quintile.scoring.histogram import F, M, R
from quintile.scoring.ladder import score_of

if TYPE_CHECKING:
    from quintile.domain.rfm_model import CutPoints, RfmModel
    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

# One level per metric, because nested cut points of F look at r, and those of M at r and f.
_SCORES = """
SELECT *, {m} AS m
FROM (
    SELECT *, {f} AS f
    FROM (SELECT *, {r} AS r FROM {rfm}) AS with_r
) AS with_f
"""


def score(engine: Engine, rfm: Sql, model: RfmModel) -> Sql:
    """Name the view ``scores``: every customer with the scores r, f and m.

    Nothing runs yet; a reader pays one pass of comparisons. Customers without an order in the window score
    1, 1, 1. Scores are internal (highest is best) whatever direction the scale shows.

    Args:
        engine: Keeps the view.
        rfm: Shape RFM, one row per customer.
        model: A fitted model.

    Returns:
        The view's name; shape SCORES, the scores of type UTINYINT, 1..n.

    Raises:
        SettingsError: The model has no cut points yet.
    """
    return engine.view("scores", scores_of(rfm, model))


def scores_of(rfm: Sql, model: RfmModel) -> Sql:
    """The query behind ``score``, for scores beside those of the view.

    Raises:
        SettingsError: The model has no cut points yet.
    """
    r, f, m = (score_of(metric, cuts) for metric, cuts in zip((R, F, M), fitted_cuts(model), strict=True))
    return render(_SCORES, r=r, f=f, m=m, rfm=rfm)


def fitted_cuts(model: RfmModel) -> tuple[CutPoints, CutPoints, CutPoints]:
    """The model's cut points of r, f and m.

    Raises:
        SettingsError: The model has no cut points yet.
    """
    if model.cuts is None:
        raise SettingsError(
            "model", "the model has no cut points yet", fix="learn them first: quintile fit SOURCE --out model.json"
        )
    return model.cuts
