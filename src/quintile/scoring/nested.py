"""Nested: F within each R score, M within each R-F cell, for parity with SPSS.

R is cut by the quantile rule over everyone. A cell that was empty when the model was fitted stays empty on later
data: each cut is a value that somebody had, and so had the score that begins there. The cut points outside the
cells (``CutPoints.values``) are therefore None; whoever could come there would score 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.rfm_model import CutPoints, Method
from quintile.engine.render import joined, literal, render
from quintile.errors import SettingsError
from quintile.scoring.histogram import R
from quintile.scoring.ladder import score_of
from quintile.scoring.quantile import cut_points as quantile_cut_points

if TYPE_CHECKING:
    from decimal import Decimal

    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.engine.render import Sql
    from quintile.scoring.histogram import Histogram, ValueCounts

_CUTS_BY_CELL = """
WITH histogram AS (
    SELECT {cell} AS cell, {worth} AS worth, count(*) AS customers FROM ({scored}) AS scored GROUP BY ALL
),
running AS (
    SELECT
        cell,
        worth,
        CAST(sum(customers) OVER (
            PARTITION BY cell ORDER BY worth NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) - customers AS worse,
        CAST(sum(customers) OVER (PARTITION BY cell) AS BIGINT) AS everyone
    FROM histogram
)
SELECT cell, {cuts} FROM running GROUP BY cell
"""
_CUT = "min(worth) FILTER (WHERE worse * {scores} >= {share} * everyone)"
_WITH_SCORE = "SELECT *, {score} AS {metric} FROM ({scored}) AS scored"
_R_CELL = "CAST(r AS VARCHAR)"
_RF_CELL = "CAST(r AS VARCHAR) || '-' || CAST(f AS VARCHAR)"


def is_nested(model: RfmModel) -> bool:
    """Whether the model nests its scores.

    Raises:
        SettingsError: Only one of F and M is nested, or R is cut by another method than quantile.
    """
    names = (model.r.name, model.f.name, model.m.name)
    if "nested" not in names:
        return False
    if model.r.name not in {"quantile", "nested"} or names[1:] != ("nested", "nested"):
        raise SettingsError(
            "nested",
            f"nested scores cannot be mixed: R is {names[0]}, F is {names[1]}, M is {names[2]}",
            fix="choose nested for both F and M and quantile for R, or nested for none of them",
        )
    return True


def cut_points(engine: Engine, counts: ValueCounts, scores: int) -> tuple[CutPoints, CutPoints, CutPoints]:
    """Cut points of all three metrics: R over everyone, F by R score, M by R and F score."""
    r = quantile_cut_points(engine, counts.r, Method(), scores)
    no_cuts = CutPoints((None,) * (scores - 1))
    with_r = _with_score(render("SELECT * FROM {rfm}", rfm=counts.r.rfm), "r", score_of(R, r))
    f = replace(no_cuts, within=_within(engine, counts.f, with_r, _R_CELL, scores))
    with_f = _with_score(with_r, "f", score_of(counts.f.metric, f))
    m = replace(no_cuts, within=_within(engine, counts.m, with_f, _RF_CELL, scores))
    return r, f, m


def _with_score(scored: Sql, metric: str, score: Sql) -> Sql:
    return render(_WITH_SCORE, score=score, metric=render(metric), scored=scored)


def _within(
    engine: Engine, histogram: Histogram, scored: Sql, cell: str, scores: int
) -> dict[str, tuple[Decimal | None, ...]]:
    metric = histogram.metric
    cuts = (render(_CUT, scores=literal(scores), share=literal(share)) for share in range(1, scores))
    query = render(_CUTS_BY_CELL, cell=render(cell), worth=metric.worth, scored=scored, cuts=joined(cuts))
    return {key: metric.cuts(worths).values for key, *worths in sorted(engine.rows(query))}
