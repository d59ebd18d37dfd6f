"""Share: a part of a whole as text, as files say it; pages round it once more, to a tenth of a percent."""

from __future__ import annotations

from decimal import ROUND_05UP, Context, Decimal
from fractions import Fraction

# A last digit that stands for more than itself is never 0 or 5, so that whoever rounds the text to fewer digits finds
# what rounding the share itself would have given: 0.2554999 does not become 25.55 % and then 25.6 %.
_EXACT = Context(prec=100, rounding=ROUND_05UP)
_DIGITS = Decimal("0.000001")


def share(part: int | Decimal | Fraction, whole: int | Decimal | Fraction) -> str:
    """A part of a whole, with six decimals; they differ from the exact share by less than one of the last.

    Args:
        part: Of the whole; it may be below zero.
        whole: Not zero.
    """
    exactly = Fraction(part) / Fraction(whole)
    divided = _EXACT.divide(Decimal(exactly.numerator), Decimal(exactly.denominator))
    return format(divided.quantize(_DIGITS, context=_EXACT), "f")
