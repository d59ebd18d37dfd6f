from __future__ import annotations

from decimal import Decimal

from quintile.domain.rfm_model import CutPoints
from quintile.scoring.histogram import F, M, R
from quintile.scoring.ladder import score_of

BOUGHT = "(frequency > 0 AND recency_days IS NOT NULL)"


def test_the_best_score_is_tried_first():
    cuts = CutPoints((Decimal(14), Decimal(45)))
    assert score_of(R, cuts) == (
        f"CAST(CASE WHEN NOT {BOUGHT} THEN 1  ELSE "
        'CASE WHEN "recency_days" <= 14 THEN 3 WHEN "recency_days" <= 45 THEN 2 ELSE 1 END END AS UTINYINT)'
    )
    assert 'WHEN "frequency" >= 45 THEN 3 WHEN "frequency" >= 14 THEN 2 ELSE 1' in score_of(F, cuts)


def test_a_cut_that_nobody_reaches_takes_no_comparison():
    assert 'ELSE CASE WHEN "monetary" >= 10.050 THEN 2 ELSE 1 END END' in score_of(
        M, CutPoints((Decimal("10.050"), None))
    )
    assert "ELSE 1 END" in score_of(M, CutPoints((None, None)))


def test_cents_are_written_with_all_their_digits():
    assert " 0.00000012345678901234567890 " in score_of(M, CutPoints((Decimal("1.2345678901234567890E-7"),)))


def test_an_id_decides_among_equal_values_only():
    cuts = CutPoints((Decimal(3),), ties=("o'neil",))
    assert """("frequency" > 3 OR ("frequency" = 3 AND CAST(customer_key AS VARCHAR) >= 'o''neil'))""" in score_of(
        F, cuts
    )


def test_nested_cut_points_are_chosen_by_the_better_metrics_scores():
    cuts = CutPoints((None,), within={"1-2": (Decimal(7),), "1-1": (None,)})
    assert 'WHEN "r" = 1 AND "f" = 1 THEN 1 WHEN "r" = 1 AND "f" = 2 THEN CASE WHEN' in score_of(M, cuts)
