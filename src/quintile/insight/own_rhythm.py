"""Own rhythm: the days between one customer's purchases, and how long the present pause is beside them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class OwnRhythm(NamedTuple):
    """The gaps from one day of purchase to the next, in days; ``longer`` counts the gaps longer than the pause."""

    gaps: int
    median: Fraction
    shortest: int
    longest: int
    pause: int
    longer: int


def own_rhythm(days: Iterable[date], as_of: date) -> OwnRhythm | None:
    """The rhythm of a customer; None for one who never came back.

    Args:
        days: The days of all purchases before the analysis date.
        as_of: The analysis date; the pause lasts until it.
    """
    bought = sorted(set(days))
    gaps = sorted((later - earlier).days for earlier, later in pairwise(bought))
    if not gaps:
        return None
    middle = len(gaps) // 2
    median = Fraction(gaps[middle] + gaps[-1 - middle], 2)
    pause = (as_of - bought[-1]).days
    return OwnRhythm(len(gaps), median, gaps[0], gaps[-1], pause, sum(gap > pause for gap in gaps))
