from __future__ import annotations

from datetime import date
from fractions import Fraction

from quintile.insight.own_rhythm import own_rhythm

JULY = date(2025, 7, 1)


def test_gaps_lie_between_days_of_purchase():
    days = [date(2025, 6, 1), date(2025, 1, 1), date(2025, 1, 11), date(2025, 1, 11)]
    assert own_rhythm(days, JULY) == (2, Fraction(151, 2), 10, 141, 30, 1)


def test_who_came_once_has_no_rhythm():
    assert own_rhythm([date(2025, 6, 1)] * 2, JULY) is None
    assert own_rhythm([], JULY) is None
