"""The shapes as the steps' own tables have them: a column that one side forgets breaks the agreement."""

from __future__ import annotations

from quintile.domain import columns
from quintile.domain.fate import DUPLICATE, EXCLUDED, KEPT, QUARANTINED, REASON_OF


def test_scores_are_rfm_with_three_scores_behind():
    assert (*columns.RFM, "r", "f", "m") == columns.SCORES


def test_the_metrics_are_columns_of_rfm():
    assert set(columns.METRICS) <= set(columns.RFM)


def test_a_row_has_one_fate_and_a_fate_one_name():
    codes = [KEPT, DUPLICATE, *QUARANTINED.values(), *EXCLUDED.values()]
    assert len(codes) == len(set(codes))
    assert {REASON_OF[code]: code for code in REASON_OF} == {**QUARANTINED, **EXCLUDED}
