"""Shares are rounded so that rounding them once more goes well."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.share import share

MILLIONTH = Fraction(1, 10**6)


def test_exact_shares_stay_and_others_never_end_on_a_false_half():
    assert [share(1, 4), share(1, 3), share(0, 7), share(-1, 8)] == ["0.250000", "0.333333", "0.000000", "-0.125000"]
    assert share(255499999, 10**9) == "0.255499"
    assert share(255500001, 10**9) == "0.255501"


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**12), st.integers(0, 5))
def test_rounding_twice_is_rounding_once(part, whole, digits):
    exactly = Fraction(part, whole)
    text = Decimal(share(part, whole))
    assert abs(Fraction(text) - exactly) < MILLIONTH
    twice = text.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    assert Fraction(twice) == Fraction(round(exactly * 10**digits), 10**digits)
