from __future__ import annotations

import pytest

from quintile.insight.upkeep import Refreshed, refresh_months, worse


@pytest.mark.parametrize(
    ("customers", "half_back", "months"),
    [(50_000, 400, 1), (50_000, None, 1), (49_999, None, 3), (300, 91, 1), (300, 92, 3)],
)
def test_large_and_quick_bases_are_refreshed_monthly_slow_ones_quarterly(customers, half_back, months):
    found, why = refresh_months(customers, half_back)
    assert (found, why.startswith("monthly" if months == 1 else "quarterly")) == (months, True)


def test_a_refresh_is_held_against_all_before_it():
    before = [Refreshed(1000, 20, 0), Refreshed(1000, 40, 0)]  # 3 %
    assert worse([*before, Refreshed(100, 6, 0)]) == []
    assert worse([*before, Refreshed(100, 7, 1)]) == ["doubtful", "repeated"]
    assert worse([*before, Refreshed(1000, 7, 9)]) == []


def test_a_first_refresh_may_have_a_tenth():
    assert worse([Refreshed(100, 10, 10)]) == []
    assert worse([Refreshed(100, 11, 0)]) == ["doubtful"]
    assert worse([]) == []
