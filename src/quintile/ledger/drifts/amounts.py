"""Amounts: other sizes than usual (cents for units), turned signs, nothing but zeros, another currency.

Sizes are compared as powers of ten, each currency with itself: the middle amount, and the amounts that a tenth of the
rows lie below and above.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING

from quintile.domain.drift import BUCKETS, CLUMP, Finding, unlikely

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quintile.domain.drift import Amounts

REFUSED_FACTOR, DOUBTFUL_FACTOR, REFUSED_TAIL = 8, 3, 20
MOVED_SHARE = 0.5
_FEWEST_ROWS, _FEWEST_IN_TAILS = 8, 50
_MIDDLE, _TAILS = 0.5, (0.1, 0.9)
# A middle moves by chance: 1.25 standard deviations of one amount, divided by the root of the rows. Five such moves
# are no chance, three are worth a word. The quarters of a bell curve lie 1.35 standard deviations apart; nobody's
# amounts are nearer than 2 buckets.
_MOVE, _MOVES, _MOVES_TOLD, _QUARTERS, _NARROWEST = 1.25, 5, 3, 1.35, 2.0
_MOST_OF = 0.9
_NEAR_POWER = 4
_ACCEPT = "--accept distribution_shift"


def amount_drift(now: Amounts, earlier: Amounts, columns: Mapping[str, str]) -> Iterator[Finding]:
    """What is different about the amounts of two sources; ``columns`` by role are named in what is found."""
    column = columns.get("amount") or columns.get("unit_price")
    yield from _currency(now, earlier, columns.get("currency"))
    yield from _sizes(now, earlier, column)
    for what, hits, usual in (("below zero", now.negative, earlier.negative), ("zero", now.zero, earlier.zero)):
        if _moved(hits, now.rows, usual, earlier.rows):
            message = (
                f"{hits / now.rows:.0%} of the amounts in '{column}' are {what}; before it was"
                f" {usual / earlier.rows:.0%}"
            )
            fix = f"look how refunds and amounts are exported; if it is right: {_ACCEPT}"
            yield Finding("distribution_shift", message, fix, column, rows=hits)


def _moved(hits: int, rows: int, usual_hits: int, usual_rows: int) -> bool:
    """Whether a share of the rows has moved by half of all rows, and not by chance."""
    if not rows or not usual_rows:
        return False
    moved = abs(hits / rows - usual_hits / usual_rows) > MOVED_SHARE
    return moved and unlikely(hits / CLUMP, rows / CLUMP, (usual_hits + 1) / (usual_rows + 2))


def _currency(now: Amounts, earlier: Amounts, column: str | None) -> Iterator[Finding]:
    was, rows_by_currency = _rows(earlier), _rows(now)
    if not was or not rows_by_currency or "" in {*was, *rows_by_currency}:
        return
    main, usual = (max(sorted(found), key=lambda one: found[one]) for found in (rows_by_currency, was))
    total = sum(rows_by_currency.values())
    hits = rows_by_currency[main]
    if main == usual or hits < _MOST_OF * total:
        return
    if _moved(hits, total, was.get(main, 0), sum(was.values())):
        message = f"nearly all amounts are in {main}; before most were in {usual}"
        fix = f"look whether the currency is right; if it is: {_ACCEPT}"
        yield Finding("distribution_shift", message, fix, column, rows=hits)


def _rows(amounts: Amounts) -> dict[str, int]:
    return {currency: sum(sizes.values()) for currency, sizes in amounts.buckets.items() if sizes}


def _sizes(now: Amounts, earlier: Amounts, column: str | None) -> Iterator[Finding]:
    new, old = _comparable(now, earlier)
    rows, usual_rows = sum(new.values()), sum(old.values())
    if rows < _FEWEST_ROWS or usual_rows < _FEWEST_ROWS:
        return
    spread = max((_quantile(old, 0.75) - _quantile(old, 0.25)) / _QUARTERS, _NARROWEST)
    by_chance = _MOVE * spread * math.sqrt(CLUMP * (1 / rows + 1 / usual_rows))
    move = _quantile(new, _MIDDLE) - _quantile(old, _MIDDLE)
    refused = abs(move) >= max(_buckets(REFUSED_FACTOR), _MOVES * by_chance)
    if refused or abs(move) >= max(_buckets(DOUBTFUL_FACTOR), _MOVES_TOLD * by_chance):
        message = f"the middle amount of '{column}' was about {_about(old)} before and is about {_about(new)} now"
        message += _power_of_ten(move) if refused else ""
        fix = f"look whether the amounts are in the same unit; if they are right: {_ACCEPT}"
        if not refused:
            fix = "look whether the amounts are in the same unit"
        code = "distribution_shift" if refused else "amount_scale_shift"
        yield Finding(code, message, fix, column, error=refused)
        return
    tails = [_quantile(new, share) - _quantile(old, share) for share in _TAILS]
    if rows >= _FEWEST_IN_TAILS and max(map(abs, tails)) >= max(_buckets(REFUSED_TAIL), 2 * _MOVES * by_chance):
        which = "smallest" if abs(tails[0]) > abs(tails[1]) else "largest"
        message = f"the {which} tenth of the amounts of '{column}' has another size than before, by more than"
        fix = f"look whether some amounts are in another unit; if they are right: {_ACCEPT}"
        yield Finding("distribution_shift", f"{message} {REFUSED_TAIL} times", fix, column)


def _comparable(now: Amounts, earlier: Amounts) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """The sizes in the commonest currency that both know; of all rows where the currency is not told."""
    rows = _rows(now)
    both = sorted({*rows} & {*_rows(earlier)})
    if both:
        main = max(both, key=lambda one: rows[one])
        return _sized(now, [main]), _sized(earlier, [main])
    if "" in {*now.buckets, *earlier.buckets}:
        return _sized(now, list(now.buckets)), _sized(earlier, list(earlier.buckets))
    return {}, {}


def _sized(amounts: Amounts, currencies: list[str]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for currency in currencies:
        for bucket, rows in amounts.buckets[currency].items():
            sizes[int(bucket)] = sizes.get(int(bucket), 0) + rows
    return dict(sorted(sizes.items()))


def _quantile(sizes: Mapping[int, int], share: float) -> int:
    """The bucket in which the row at a share of all rows lies."""
    wanted = share * sum(sizes.values())
    return next(bucket for bucket, upto in zip(sizes, accumulate(sizes.values()), strict=True) if upto >= wanted)


def _buckets(factor: int) -> float:
    return BUCKETS * math.log10(factor)


def _about(sizes: Mapping[int, int]) -> str:
    middle = 10 ** ((_quantile(sizes, _MIDDLE) + 0.5) / BUCKETS)
    digits = 1 - math.floor(math.log10(middle))
    return f"{round(middle, digits):,.{max(digits, 0)}f}"


def _power_of_ten(move: int) -> str:
    power = round(move / BUCKETS)
    if not power or abs(move - power * BUCKETS) > _NEAR_POWER:
        return ""
    times = 10 ** abs(power)
    return (
        f", about {times:,} times as {'much' if power > 0 else 'little'}: another unit, such as cents, or a lost mark"
    )
