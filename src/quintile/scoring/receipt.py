"""Tie receipts: how far ties bent the scores away from equal parts, said per metric."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.rfm_model import CutPoints
from quintile.domain.tie_receipt import TieReceipt
from quintile.engine.render import render
from quintile.scoring.histogram import F, count_values
from quintile.scoring.ladder import score_of
from quintile.scoring.score import fitted_cuts

if TYPE_CHECKING:
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.engine.render import Sql
    from quintile.scoring.histogram import Histogram, ValueCounts

_CELLS = "SELECT r, f, m, count(*) FROM {scores} GROUP BY ALL"
_COMMON = "SELECT worth, customers FROM {histogram} ORDER BY customers DESC, worth NULLS FIRST LIMIT 1"
# Who has no worth did not buy; to be scored, a value stands for all customers who share it.
_REACHED = """
SELECT count(DISTINCT {score}) FROM (SELECT coalesce(worth, 0) AS frequency, 0 AS recency_days FROM {histogram})
"""

_UP_TO_FIVE = 5
_ORDERS = (2, 3, 5, 7)
_ORDERS_FINE = (2, 3, 4, 5, 7, 9, 12, 16, 21)


def tie_receipt(
    engine: Engine, scores: Sql, model: RfmModel, *, counts: ValueCounts | None = None
) -> tuple[TieReceipt, TieReceipt, TieReceipt]:
    """What ties did to R, F and M: scores reached and skipped, the most common value, and a way out for F.

    Args:
        engine: Runs the SQL.
        scores: Shape SCORES, made by ``score`` with the same model.
        model: The fitted model.
        counts: The histograms of the RFM table, if ``count_values`` has been called; otherwise made here and
            dropped, which costs the most of a receipt.

    Returns:
        The receipts of r, f and m. Of several most common values the worst is named.

    Raises:
        SettingsError: The model has no cut points yet.
    """
    all_cuts = fitted_cuts(model)
    counted = counts or count_values(engine, scores)
    cells = engine.rows(render(_CELLS, scores=scores))
    r, f, m = (
        replace(
            _common(engine, histogram),
            method=method.name,
            cuts=cuts.values,
            customers=_spread(cells, place, model.scale.scores),
        )
        for place, (histogram, method, cuts) in enumerate(
            zip((counted.r, counted.f, counted.m), (model.r, model.f, model.m), all_cuts, strict=True)
        )
    )
    suggestion = _suggestion(engine, counted.f, f, 1 if model.population == "buyers" else 0)
    if counts is None:
        counted.drop(engine)
    return r, replace(f, suggestion=suggestion), m


def _spread(cells: list[tuple[int, ...]], place: int, scores: int) -> tuple[int, ...]:
    customers = [0] * scores
    for cell in cells:
        customers[cell[place] - 1] += cell[-1]
    return tuple(customers)


def _common(engine: Engine, histogram: Histogram) -> TieReceipt:
    rows = engine.rows(render(_COMMON, histogram=histogram.table)) or [(None, 0)]
    worth, customers = rows[0]
    metric = histogram.metric
    return TieReceipt(metric.letter, "", (), metric.value(worth), customers, ())


def _suggestion(engine: Engine, histogram: Histogram, f: TieReceipt, fewest: int) -> str | None:
    """Count thresholds for F, but only where they reach more scores than F does now."""
    if not f.skipped or f.method == "nested" or not sum(f.customers):
        return None
    cuts = suggested_orders(len(f.customers))
    score = score_of(F, CutPoints(tuple(Decimal(cut) for cut in cuts)))
    reached = engine.rows(render(_REACHED, score=score, histogram=histogram.table))[0][0]
    if reached <= len(f.reached):
        return None
    flag = ",".join(str(cut) for cut in cuts)
    return (
        f"F reaches {len(f.reached)} of {len(f.customers)} scores, because {f.common_share:.1%} of the customers "
        f"have the same number of orders; the method threshold reaches {reached} with --f-cuts {flag} "
        f"({order_ranges(cuts, fewest)} orders)"
    )


def suggested_orders(scores: int) -> tuple[int, ...]:
    """Cut points for F that count orders: 2, 3, 5, 7 for five scores, finer steps for more."""
    return (_ORDERS if scores <= _UP_TO_FIVE else _ORDERS_FINE)[: scores - 1]


def order_ranges(cuts: tuple[int, ...], fewest: int = 1) -> str:
    """Cut points as a person reads them: ``1, 2, 3-4, 5-6, 7+``; ``fewest`` is the least number of orders."""
    spans = zip((fewest, *cuts), cuts, strict=False)
    return ", ".join([str(low) if high == low + 1 else f"{low}-{high - 1}" for low, high in spans] + [f"{cuts[-1]}+"])
