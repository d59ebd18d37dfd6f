"""The values that earn each score, as people read them: ``0-14``, ``15-45``, ``46+``."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from quintile.domain.words import amount

NOBODY, TIED = "-", "ties"


def value_ranges(receipt: dict[str, Any], fewest: int = 1, *, best: str = "high") -> list[str]:
    """The values of each score, best first, as people read them: ``0-14``, ``15-45``, ``46+``.

    A score that nobody has shows what would earn it, unless no value can. Money names the lower end alone
    (``from 146.00``), because its upper end would have to be "just below".

    Args:
        receipt: A tie receipt's dict.
        fewest: The fewest orders a customer can have: 1 for buyers, else 0.
        best: Whether the best score is the highest or the lowest.
    """
    metric, people = receipt["metric"], best_first(receipt, best)
    if receipt["method"] == "nested" and metric != "r":
        return ["by R" if metric == "f" else "by R and F"] * len(people)
    cuts = [None if cut is None else Decimal(cut) for cut in receipt["cuts"]]
    ranges = _days(cuts) if metric == "r" else _orders(cuts, fewest) if metric == "f" else _money(cuts)
    return [text or (TIED if count else NOBODY) for text, count in zip(ranges, people, strict=True)]


def best_first(receipt: dict[str, Any], best: str) -> list[int]:
    """The customers at each score, the best score first; the receipt shows scores as the model does."""
    return list(receipt["customers"] if best == "low" else receipt["customers"][::-1])


def _days(cuts: list[Decimal | None]) -> list[str]:
    """Days are whole numbers: a cut of 14.5 lets 14 in."""
    ranges, first = [], 0
    for cut in cuts:
        last = first - 1 if cut is None else math.floor(cut)
        ranges.append(_span(first, last))
        first = max(first, last + 1)
    return [*ranges, f"{first:,}+"]


def _orders(cuts: list[Decimal | None], fewest: int) -> list[str]:
    """Orders are whole numbers: a cut of 2.5 lets 3 in."""
    known = [None if cut is None else max(math.ceil(cut), fewest) for cut in cuts]
    ranges, above = [], None
    for cut in reversed(known):
        if cut is not None:
            ranges.append(f"{cut:,}+" if above is None else _span(cut, above - 1))
        else:
            ranges.append("")
        above = above if cut is None else cut
    return [*ranges, f"{fewest}+" if above is None else _span(fewest, above - 1)]


def _money(cuts: list[Decimal | None]) -> list[str]:
    ranges, above = [], None
    for cut in reversed(cuts):
        ranges.append("" if cut in {None, above} else f"from {amount(cut)}")
        above = above if cut is None else cut
    return [*ranges, "any" if above is None else f"below {amount(above)}"]


def _span(low: int, high: int) -> str:
    if high < low:
        return ""
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"
