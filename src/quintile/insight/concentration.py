"""Concentration: how unevenly the revenue lies on the customers, exact, and two folk sayings put to the test.

Customers stand in the order of their revenue. A border (a tenth, a hundredth) that falls among customers of equal
revenue, or into one customer, takes the fitting share of it; so no order among equals is ever asked for. Customers
below zero (refunds beyond their purchases) stay as they are: all parts add up to the scored revenue, and the Lorenz
curve may dip below zero.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quintile.domain.share import share
from quintile.engine.render import literal, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

_TOTALS = """
SELECT coalesce(sum(customers), 0), coalesce(sum(customers) FILTER (worth < 0), 0), max(abs(worth)) FROM {values}
"""
# A part is a hundredth of the customers, the poorest first. ``ranks`` is twice the sum of rank times revenue.
_PARTS = """
WITH running AS (
    SELECT coalesce(worth, 0) AS revenue, customers,
           CAST(sum(customers) OVER (
               ORDER BY coalesce(worth, 0) ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS BIGINT) AS upto
    FROM {values}
)
SELECT max(upto), sum(revenue * customers), min(revenue), {ranks}
FROM running
GROUP BY (100 * upto + {customers} - 1) // {customers}
ORDER BY max(upto)
"""
_RANKS = "sum(revenue * (customers * (2 * upto - customers + 1)))"
_ENGINE_DIGITS = 38
_SHARE_DIGITS = 4
_RATIO_DIGITS = 1
_CENTS = 2
_PARTS_OF_ALL, _TENTH = 100, 10
_FORTY, _EIGHTY, _TIMES = 40, Fraction(80, 100), 10


def concentration(engine: Engine, values: Sql) -> dict[str, Any]:
    """Deciles, Lorenz curve and Gini of the customers' revenue, and the two sayings.

    Args:
        engine: Where ``values`` is.
        values: A table of counted revenues: ``worth`` (NULL is nothing) and ``customers``; as ``scoring`` counts the
            values of M.

    Returns:
        JSON values. ``deciles``: ten parts of the customers, the best first, ``from`` and ``to`` in percent of them,
        each with its revenue and share. ``lorenz``: 101 shares of the revenue that the poorest 0, 1 .. 100 percent of
        the customers bring. ``gini``: four digits, None where the money is too large to be multiplied exactly.
        ``claims``: the sayings, with the figure found and whether it holds; a figure is None where nothing can be
        divided. Shares and Gini are None too unless the revenue is above zero; no customers, no deciles.
    """
    customers, below_zero, largest = engine.rows(render(_TOTALS, values=values))[0]
    customers = int(customers)
    ranks = render(_RANKS if _multipliable(largest, customers) else "NULL")
    parts = engine.rows(render(_PARTS, values=values, customers=literal(customers), ranks=ranks)) if customers else []
    digits = max((_decimals(part[1]) for part in parts), default=0)
    finer = max(digits, _CENTS)  # tenths part a customer's money
    curve = _curve(customers, parts)
    total = curve[-1]
    return {
        "customers": customers,
        "revenue": _text(total, digits),
        "customers_below_zero": int(below_zero),
        "gini": _gini(customers, total, [part[3] for part in parts]),
        "deciles": _deciles(curve, finer) if customers else [],
        "lorenz": [_share(point, total) for point in curve] if customers else [],
        "claims": _claims(curve) if customers else [],
    }


def _multipliable(largest: Decimal | None, customers: int) -> bool:
    """Whether the sum behind the Gini stays below the engine's widest number, with two digits to spare."""
    if largest is None:
        return False
    units = Fraction(largest) * 10 ** _decimals(largest)
    return bool(units * customers * customers < 10 ** (_ENGINE_DIGITS - 2))


def _decimals(amount: Decimal) -> int:
    exponent = Decimal(amount).as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _curve(customers: int, parts: Sequence[tuple[Any, ...]]) -> list[Fraction]:
    """The revenue of the poorest 0, 1 .. 100 percent of the customers."""
    points, people, money = [Fraction(0)], 0, Fraction(0)
    ahead = iter([*parts, None])
    part = next(ahead)
    for percent in range(1, _PARTS_OF_ALL + 1):
        place = Fraction(percent * customers, _PARTS_OF_ALL)
        while part is not None and part[0] <= place:
            people, money = part[0], money + Fraction(part[1])
            part = next(ahead)
        points.append(money + ((place - people) * Fraction(part[2]) if part is not None else 0))
    return points


def _gini(customers: int, total: Fraction, ranks: list[Decimal | None]) -> str | None:
    known = [Fraction(part) for part in ranks if part is not None]
    if total <= 0 or len(known) < len(ranks):
        return None
    return _text(sum(known) / (customers * total) - Fraction(customers + 1, customers), _SHARE_DIGITS)


def _deciles(curve: list[Fraction], digits: int) -> list[dict[str, Any]]:
    """The best tenth first; borders are rounded and then subtracted, so that the tenths add up to the whole."""
    total, borders = curve[-1], curve[::_TENTH][::-1]
    return [
        {
            "from": place * _TENTH,
            "to": (place + 1) * _TENTH,
            "revenue": _text(_rounded(upper, digits) - _rounded(lower, digits), digits),
            "share": _share(upper - lower, total),
        }
        for place, (upper, lower) in enumerate(pairwise(borders))
    ]


def _claims(curve: list[Fraction]) -> list[dict[str, Any]]:
    total, top, bottom = curve[-1], curve[-1] - curve[-1 - _TENTH], curve[_TENTH]
    most = total - curve[-1 - _FORTY]
    return [
        {
            "claim": "top_40_bring_80",
            "says": "40% of the customers bring over 80% of the turnover",
            "figure": _share(most, total),
            "holds": total > 0 and most > _EIGHTY * total,
        },
        {
            "claim": "top_tenth_ten_times",
            "says": "The top tenth spends ten times what the bottom tenth spends",
            "figure": _text(top / bottom, _RATIO_DIGITS) if bottom > 0 else None,
            "holds": top > 0 and top >= _TIMES * bottom,
        },
    ]


def _share(part: Fraction, total: Fraction) -> str | None:
    return share(part, total) if total > 0 else None


def _rounded(amount: Fraction, digits: int) -> Fraction:
    """Half to even, as everywhere in a report."""
    return Fraction(round(amount * 10**digits), 10**digits)


def _text(amount: Fraction, digits: int) -> str:
    """A decimal with so many digits after the point, exact for any size."""
    units = round(amount * 10**digits)
    whole, rest = divmod(abs(units), 10**digits)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"
