"""Distribution: how many customers lie in each stretch of a metric's values, in at most forty bins with round borders.

Days and orders are counted in equal steps of 1, 2, 5, 10 and so on; money in steps that are equal on a scale of
powers (1, 1.25, 1.6, 2, 2.5 .. 10), because money spreads over powers of ten. The thin ends of orders and money go
into one open bin each; nothing is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.engine.base import Engine

_COUNTED = "SELECT abs(worth) AS value, customers FROM {values} WHERE worth IS NOT NULL ORDER BY value"
_EXTENT = """
SELECT min(worth) FILTER (worth > 0), max(worth), coalesce(sum(customers) FILTER (worth IS NULL), 0),
       coalesce(sum(customers) FILTER (worth < 0), 0), coalesce(sum(customers) FILTER (worth = 0), 0)
FROM {values}
"""
_BINNED = "SELECT {bin}, sum(customers) FROM {values} WHERE worth > 0 GROUP BY ALL ORDER BY ALL"
_NEVER = "SELECT coalesce(sum(customers), 0) FROM {values} WHERE worth IS NULL"
_HALVES = "CASE WHEN worth < {border} THEN {below} ELSE {above} END"

MOST_BINS = 40
# An open bin at a thin end holds at most one customer in so many.
_THIN = 200
_STEPS = (1, 2, 5)
# Renard's preferred numbers: ten, five, three or one equal steps to a power of ten.
_POWERS = (
    ("1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8"),
    ("1", "1.6", "2.5", "4", "6.3"),
    ("1", "2", "5"),
    ("1",),
)
Bins = list[tuple[Decimal | None, Decimal | None, int]]


def whole_numbers(engine: Engine, values: Sql, *, open_end: bool) -> dict[str, Any]:
    """The distribution of recency or of frequency.

    Args:
        engine: Where ``values`` is.
        values: Counted values: ``worth`` (its sign does not matter, NULL: no order in the window), ``customers``.
        open_end: Gather the thin end (half a percent of the customers) in one bin without an end, as orders need it.

    Returns:
        JSON values: ``bins``, each ``from`` a value up to but not including ``to`` (None: without end) with its
        ``customers``, and ``without``, the customers who have no value.
    """
    rows = [(int(value), int(customers)) for value, customers in engine.rows(render(_COUNTED, values=values))]
    return _distribution(_stepped(rows, open_end=open_end), engine.rows(render(_NEVER, values=values))[0][0])


def money(engine: Engine, values: Sql) -> dict[str, Any]:
    """The distribution of monetary; the same values as ``whole_numbers``, with bins that grow with the amount.

    Below zero is one bin, and so is everything from zero to the first border.
    """
    least, most, without, below_zero, nothing = engine.rows(render(_EXTENT, values=values))[0]
    bins: Bins = [(None, Decimal(0), int(below_zero))] if below_zero else []
    if least is None:
        return _distribution([*bins, *([(Decimal(0), None, int(nothing))] if nothing else [])], without)
    borders = _powers(Decimal(least), Decimal(most), _POWERS[0])
    counted = [0] * (len(borders) - 1)
    for place, customers in engine.rows(render(_BINNED, bin=_halved(borders, 0, len(counted)), values=values)):
        counted[place] = int(customers)
    return _distribution([*bins, *_thinned(borders, counted, int(nothing))], without)


def _distribution(bins: Bins, without: int) -> dict[str, Any]:
    return {
        "bins": [{"from": _text(low), "to": _text(high), "customers": count} for low, high, count in bins],
        "without": int(without),
    }


def _text(border: Decimal | None) -> str | None:
    return None if border is None else format(border, "f")


def _stepped(rows: list[tuple[int, int]], *, open_end: bool) -> Bins:
    if not rows:
        return []
    end = _thin_from(rows) if open_end else rows[-1][0] + 1
    first = rows[0][0]
    step = next(step for step in _steps() if (end - first + step) // step < MOST_BINS)
    start = first if step == 1 else first // step * step
    stop = start + -(-(end - start) // step) * step
    counted = [0] * ((stop - start) // step)
    rest = 0
    for value, customers in rows:
        if value < stop:
            counted[(value - start) // step] += customers
        else:
            rest += customers
    bins: Bins = [
        (Decimal(start + place * step), Decimal(start + (place + 1) * step), customers)
        for place, customers in enumerate(counted)
    ]
    return [*bins, (Decimal(stop), None, rest)] if rest else bins


def _thin_from(rows: list[tuple[int, int]]) -> int:
    """The value after the last one that the thin end does not hold."""
    everyone = sum(customers for _, customers in rows)
    end, left = rows[-1][0] + 1, everyone
    for value, customers in rows:
        left -= customers
        if left * _THIN <= everyone:
            return min(end, value + 1)
    return end


def _steps() -> Iterable[int]:
    power = 1
    while True:
        yield from (step * power for step in _STEPS)
        power *= 10


def _powers(least: Decimal, most: Decimal, series: tuple[str, ...]) -> list[Decimal]:
    """The borders from the last one not above the least to the first one above the most."""
    first, last = least.adjusted(), most.adjusted()
    every = [Decimal(step).scaleb(power) for power in range(first, last + 1) for step in series]
    every.append(Decimal(1).scaleb(last + 1))
    return every[bisect_right(every, least) - 1 : bisect_right(every, most) + 1]


def _halved(borders: list[Decimal], low: int, high: int) -> Sql:
    """The bin of a worth between two borders, by halving: few comparisons, all of them exact."""
    if high - low == 1:
        return literal(low)
    middle = (low + high) // 2
    return render(
        _HALVES,
        border=literal(borders[middle]),
        below=_halved(borders, low, middle),
        above=_halved(borders, middle, high),
    )


def _thinned(borders: list[Decimal], counted: list[int], nothing: int) -> Bins:
    """Bins in the finest steps that fit, the thin ends gathered."""
    everyone = sum(counted) + nothing
    upto = [0, *accumulate(counted)]
    low = max(place for place, worse in enumerate(upto[:-1]) if worse * _THIN <= everyone)
    high = min(place for place in range(low + 1, len(upto)) if (upto[-1] - upto[place]) * _THIN <= everyone)
    for series in _POWERS:
        coarse = _powers(borders[low], borders[high - 1], series)
        if len(coarse) <= MOST_BINS - 2:
            break
    # borders without a counted bin beside them lie beyond all values
    below = dict(zip(borders, upto, strict=True))
    worse = [below.get(border, 0 if border < borders[0] else upto[-1]) for border in coarse]
    bins: Bins = [(a, b, n - m) for (a, m), (b, n) in pairwise(zip(coarse, worse, strict=True))]
    under, over = worse[0] + nothing, upto[-1] - worse[-1]
    first: Bins = [(Decimal(0), coarse[0], under)] if under else []
    return [*first, *bins, *([(coarse[-1], None, over)] if over else [])]
