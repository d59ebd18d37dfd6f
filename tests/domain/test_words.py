"""Words for counts and amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.words import amount, either


@pytest.mark.parametrize(
    ("parts", "said"), [(["2"], "2"), (["2", "3"], "2 or 3"), (["2", "3", "4", "5"], "2, 3, 4 or 5")]
)
def test_one_of_several(parts, said):
    assert either(parts) == said


@pytest.mark.parametrize(("value", "said"), [("1040.650000", "1,040.65"), ("2.000", "2.00"), ("12", "12")])
def test_digits_that_say_nothing_are_left_out(value, said):
    assert amount(Decimal(value)) == said
