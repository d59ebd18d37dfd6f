"""Ladders: cut points as steps, best score first, the way a program written down for others tries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from quintile.domain.rfm_model import CutPoints
    from quintile.domain.scale import Scale


@dataclass(frozen=True)
class Step:
    """From which value on a score is reached; ``first_id`` parts equal values where the method splits ties."""

    score: int
    value: Decimal
    first_id: str | None = None


@dataclass(frozen=True)
class Ladder:
    """The steps of one metric, best score first, as scores are shown; who reaches none has ``else_score``.

    ``cells`` holds further ladders that count instead for customers whose better metrics have the given scores.
    """

    steps: tuple[Step, ...]
    else_score: int
    cells: tuple[tuple[tuple[int, ...], Ladder], ...] = ()


def ladder_of(cuts: CutPoints, scale: Scale, *, few_is_better: bool) -> Ladder:
    """A metric's cut points with the best score first; of equal ones only the best score is ever reached."""
    worst = scale.shown(1)
    cells = tuple(
        (
            tuple(scale.shown(int(score)) for score in key.split("-")),
            Ladder(_steps(values, (), scale, few_is_better=few_is_better), worst),
        )
        for key, values in sorted(cuts.within.items())
    )
    return Ladder(_steps(cuts.values, cuts.ties, scale, few_is_better=few_is_better), worst, cells)


def _steps(
    values: tuple[Decimal | None, ...], ties: tuple[str | None, ...], scale: Scale, *, few_is_better: bool
) -> tuple[Step, ...]:
    rungs = list(zip(values, ties or (None,) * len(values), strict=True))
    best_first = rungs if few_is_better else rungs[::-1]
    steps: list[Step] = []
    for score, (value, first_id) in zip(range(len(rungs) + 1, 1, -1), best_first, strict=True):
        known = [(step.value, step.first_id) for step in steps]
        if value is not None and (value, first_id) not in known:
            steps.append(Step(scale.shown(score), value, first_id))
    return tuple(steps)
