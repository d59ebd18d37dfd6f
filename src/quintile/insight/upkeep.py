"""Upkeep: how often a base wants new segments, and whether the ids of a source are worse than they used to be."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from quintile.insight.recommend import LARGE_BASE

if TYPE_CHECKING:
    from collections.abc import Sequence

SLOW_DAYS = 91
"""Where half of the returns take longer than a quarter of a year, a month changes little."""
NOTICEABLE, UNUSUAL, TIMES = Fraction(1, 100), Fraction(1, 10), 2
_MONTH, _QUARTER = 1, 3


@dataclass(frozen=True)
class Refreshed:
    """One refresh: its rows, those whose customer is missing or doubtful, and those that came twice."""

    rows: int
    doubtful: int
    repeated: int


def refresh_months(customers: int, half_back: int | None) -> tuple[int, str]:
    """How many months may lie between two refreshes, and why.

    Args:
        customers: Of the base.
        half_back: The days within which half of the returns fall; None where too few returned to tell.
    """
    if customers >= LARGE_BASE:
        return _MONTH, f"monthly: {customers:,} customers, a large base"
    if half_back is None:
        return _QUARTER, "quarterly: too few purchases to measure the gaps between them"
    back = f"half of those who come back are back within {half_back:,} days"
    return (_QUARTER, f"quarterly: {back}") if half_back > SLOW_DAYS else (_MONTH, f"monthly: {back}")


def worse(refreshes: Sequence[Refreshed]) -> list[str]:
    """In what the last refresh is worse than those before it: ``doubtful``, ``repeated``, both or neither.

    A share of its rows counts from 1 % on, if it is more than twice that of all earlier refreshes together; of a first
    refresh, above 10 %.
    """
    if not refreshes:
        return []
    *earlier, last = refreshes
    return [kind for kind in ("doubtful", "repeated") if _is_worse(kind, last, earlier)]


def _is_worse(kind: str, last: Refreshed, earlier: Sequence[Refreshed]) -> bool:
    share, rows = _share(kind, [last]), sum(one.rows for one in earlier)
    if not rows:
        return share > UNUSUAL
    return share >= NOTICEABLE and share > TIMES * _share(kind, earlier)


def _share(kind: str, refreshes: Sequence[Refreshed]) -> Fraction:
    rows = sum(one.rows for one in refreshes)
    return Fraction(sum(getattr(one, kind) for one in refreshes), rows) if rows else Fraction(0)
