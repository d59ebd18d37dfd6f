"""Words: numbers as people read them, with thousands marks and units; the same in every picture and document."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from quintile.domain.words import amount

_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
_CENT, _WHOLE = Decimal("0.01"), Decimal(1)
_ROUNDED_FROM = 1000
_SHORT = (("", 0), ("K", 3), ("M", 6), ("B", 9))
_DIGITS_SHOWN = 3


def number(count: int) -> str:
    """A count with thousands marks: ``8,871``."""
    return f"{count:,}"


def several(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 customer``, ``2 customers``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def exact(value: str | None) -> str:
    """An exact decimal with thousands marks, without zeros beyond cents; nothing where there is none."""
    return "" if value is None else amount(Decimal(value))


def measured(value: str | None) -> str:
    """A value of R, F or M as it was measured, without the zeros that say nothing; nothing where there is none."""
    return "" if value is None else amount(Decimal(value))


def percent(share: str | float | None) -> str:
    """A share with one decimal: ``18.3%``; nothing where there is none."""
    return "" if share is None else f"{Decimal(str(share)):.1%}"


def money(value: str | Decimal | None, currency: str | None = None) -> str:
    """An amount to be read in passing, with its currency: in cents below 1,000, above it in whole units."""
    if value is None:
        return ""
    exactly = Decimal(value)
    rounded = exactly.quantize(_WHOLE if abs(exactly) >= _ROUNDED_FROM else _CENT, context=_EXACT)
    return with_unit(f"{rounded:,f}", currency)


def short(value: str | Decimal) -> str:
    """An amount or a count for the smallest place, three digits: ``181K``, ``1.82M``, ``12.5``."""
    rounded = Decimal(f"{Decimal(value):.{_DIGITS_SHOWN - 1}e}")
    letter, power = next(
        (step for step in reversed(_SHORT) if rounded and rounded.adjusted() >= step[1]),
        _SHORT[0],
    )
    return format(rounded.scaleb(-power) if rounded else Decimal(0), ",f") + letter


def with_unit(text: str, unit: str | None) -> str:
    """A number and its unit, if it has one; a space that does not break stands between."""
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def titled(text: str, unit: str | None) -> str:
    """A column's or an axis' title with its unit: ``Revenue, EUR``."""
    return f"{text}, {unit}" if unit else text
