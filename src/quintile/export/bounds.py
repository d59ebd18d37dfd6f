"""Bounds: what a customer's value must reach, and must not, to have one of a range of scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.errors import SettingsError
from quintile.export.definitions import covering

if TYPE_CHECKING:
    from quintile.domain.scheme import Cell
    from quintile.export.definitions import Box
    from quintile.export.ladders import Ladder, Step
    from quintile.export.recipe import Recipe

METRICS = ("recency_days", "frequency", "monetary")


@dataclass(frozen=True)
class Bound:
    """One metric's part of a way into a segment; None on a side that is open, ``nobody`` where no value fits."""

    reached: Step | None = None
    missed: Step | None = None
    nobody: bool = False


def segment_boxes(recipe: Recipe) -> dict[str, list[Box]]:
    """For each segment the ranges of r, f, m, as scores are shown, that together are its codes; the best first."""
    held: dict[str, list[Cell]] = {}
    for cell in sorted(recipe.segments, reverse=recipe.model.scale.best == "high"):
        held.setdefault(recipe.segments[cell], []).append(cell)
    return {segment: covering(cells) for segment, cells in held.items()}


def bounds_of(recipe: Recipe, box: Box) -> tuple[Bound, ...]:
    """The bounds of recency, frequency and monetary value that stand for a box of scores.

    Raises:
        SettingsError: ``nested``, the cut points of one metric hang on the scores of another.
    """
    if any(ladder.cells for ladder in recipe.ladders):
        message = "nested scores have other cut points for each score of recency: no values can be said for a segment"
        raise SettingsError("nested", message, fix="take --predicates scores, or fit with another --method")
    best_high = recipe.model.scale.best == "high"
    return tuple(
        _bound(ladder, *((high, low) if best_high else (low, high)), recipe)
        for ladder, (low, high) in zip(recipe.ladders, box, strict=True)
    )


def _bound(ladder: Ladder, best: int, worst: int, recipe: Recipe) -> Bound:
    """Scores are tried from the best on, so the last step that is good enough has the least to reach."""
    sign = 1 if recipe.model.scale.best == "high" else -1
    reached = [step for step in ladder.steps if sign * step.score >= sign * worst]
    missed = [step for step in ladder.steps if sign * step.score > sign * best]
    if worst == ladder.else_score:
        return Bound(None, missed[-1] if missed else None)
    if len(reached) == len(missed):
        return Bound(nobody=True)
    return Bound(reached[-1], missed[-1] if missed else None)
