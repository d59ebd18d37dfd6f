"""Ladder: cut points as one SQL expression, a CASE that tries the best score first.

Cut points are literals, so that scoring needs no join and no quantile function, on any engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import joined, literal, name, render
from quintile.scoring.histogram import BOUGHT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quintile.domain.rfm_model import CutPoints
    from quintile.engine.render import Sql
    from quintile.scoring.histogram import Metric

_SCORE = "CAST(CASE WHEN NOT {bought} THEN 1 {cells} ELSE {ladder} END AS UTINYINT)"
_CELL = "WHEN {cell} THEN {ladder}"
_LADDER = "CASE {rungs} ELSE 1 END"
_RUNG = "WHEN {reached} THEN {score}"
_REACHED = "{column} {at_least} {cut}"
_REACHED_BY_ID = "({column} {better} {cut} OR ({column} = {cut} AND CAST(customer_key AS VARCHAR) >= {first_id}))"


def score_of(metric: Metric, cuts: CutPoints) -> Sql:
    """The score of one metric, 1..n, as SQL over RFM (with the better metrics' scores beside it, if cuts are nested).

    Customers without an order in the window score 1.
    """
    cells = (
        render(_CELL, cell=_cell(key), ladder=_ladder(metric, values, ()))
        for key, values in sorted(cuts.within.items())
    )
    return render(_SCORE, bought=BOUGHT, cells=joined(cells, " "), ladder=_ladder(metric, cuts.values, cuts.ties))


def _ladder(metric: Metric, values: Sequence[Decimal | None], ties: Sequence[str | None]) -> Sql:
    rungs = list(zip(values, ties or (None,) * len(values), strict=True))
    best_first = rungs if metric.few_is_better else rungs[::-1]
    cases = [
        render(_RUNG, reached=_reached(metric, cut, first_id), score=literal(score))
        for score, (cut, first_id) in zip(range(len(rungs) + 1, 1, -1), best_first, strict=True)
        if cut is not None
    ]
    return render(_LADDER, rungs=joined(cases, " ")) if cases else literal(1)


def _reached(metric: Metric, cut: Decimal, first_id: str | None) -> Sql:
    column = name(metric.column)
    if first_id is None:
        at_least = render("<=" if metric.few_is_better else ">=")
        return render(_REACHED, column=column, at_least=at_least, cut=literal(cut))
    better = render("<" if metric.few_is_better else ">")
    return render(_REACHED_BY_ID, column=column, better=better, cut=literal(cut), first_id=literal(first_id))


def _cell(key: str) -> Sql:
    """``"4-2"`` as ``r = 4 AND f = 2``."""
    scores = zip(("r", "f"), key.split("-"), strict=False)
    return joined(
        (render("{metric} = {score}", metric=name(metric), score=literal(int(score))) for metric, score in scores),
        " AND ",
    )
