"""Ladder: the cut points of one metric as steps for one customer: which value earns which score, and how far it is.

The database scores whole tables; this says the same of one value, and where the next border lies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.rfm_model import CutPoints

EXACT = Context(prec=100)


@dataclass(frozen=True)
class Border:
    """The nearest value that has another score than the present one, and that score."""

    score: int
    at: Decimal


@dataclass(frozen=True)
class Ladder:
    """The steps of one metric, the best first: a score, and the worst value that earns it.

    Values are multiples of ``unit``. ``few_is_better`` holds for recency.
    """

    steps: tuple[tuple[int, Decimal], ...]
    unit: Decimal
    few_is_better: bool

    @classmethod
    def of(cls, metric: str, cuts: CutPoints, cell: str, *, customer: str, unit: Decimal) -> Ladder:
        """The steps for one customer.

        Args:
            metric: ``r``, ``f`` or ``m``.
            cuts: Its cut points.
            cell: The better metrics' scores that nested cut points are looked up by: ``4`` or ``4-2``.
            customer: The key by which customers on a cut point are told apart, where the method does that.
            unit: Values are its multiples.
        """
        few, ties = metric == "r", cuts.ties
        values: Sequence[Decimal | None] = cuts.values
        if cell in cuts.within:
            values, ties = cuts.within[cell], ()
        rungs = list(zip(values, ties or (None,) * len(values), strict=True))
        steps = [
            (score, _worst(cut, unit, few_is_better=few, reached=first is None or customer >= first))
            for score, (cut, first) in zip(range(len(rungs) + 1, 1, -1), rungs if few else rungs[::-1], strict=True)
            if cut is not None
        ]
        return cls(tuple(steps), unit, few)

    def score(self, value: Decimal | int) -> int:
        """The score of a value."""
        return next((score for score, at in self.steps if self._earns(value, at)), 1)

    def better(self, value: Decimal | int) -> Border | None:
        """The nearest value with a better score; None: there is none."""
        now = self.score(value)
        ahead = [at for score, at in self.steps if score > now]
        if not ahead:
            return None
        at = max(ahead) if self.few_is_better else min(ahead)
        return Border(self.score(at), at)

    def worse(self, value: Decimal | int) -> Border | None:
        """The nearest value with a worse score; None: there is none."""
        held = next((at for _, at in self.steps if self._earns(value, at)), None)
        if held is None:
            return None
        at = EXACT.add(held, self.unit if self.few_is_better else self.unit.copy_negate())
        return Border(self.score(at), at)

    def _earns(self, value: Decimal | int, at: Decimal) -> bool:
        return value <= at if self.few_is_better else value >= at


def multiple(value: Decimal, unit: Decimal, *, up: bool) -> Decimal:
    """The nearest multiple of a unit that is not below a value, or not above it."""
    count = Fraction(value) / Fraction(unit)
    return EXACT.multiply(Decimal(math.ceil(count) if up else math.floor(count)), unit)


def _worst(cut: Decimal, unit: Decimal, *, few_is_better: bool, reached: bool) -> Decimal:
    """The worst value that reaches a cut point; ``reached`` says whether the cut point itself does."""
    at = multiple(cut, unit, up=not few_is_better)
    if reached or at != cut:
        return at
    return EXACT.add(at, unit.copy_negate() if few_is_better else unit)
