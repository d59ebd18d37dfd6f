"""Scheme: a named set of segments over the scores.

Inside quintile a score is 1..n with n the best. A source may count from 0 or call 1 the best: its codes are
translated once, when a scheme is loaded, and ``Scheme.code`` writes them back the way the source does.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal

from quintile.errors import SettingsError

Cell = tuple[int, int, int]
Bounds = tuple[Fraction, Fraction]

UNCLASSIFIED = "Unclassified"
SINGLE_DIGIT = 9
_RECENCY_COUNTS = 2
HALVED, TWICE = 5, 10  # a scheme written for 5 serves 10: 9 and 10 count as 5

# What to name when a scheme does not fit a scale; a test keeps these shipped and fitting.
FITTING = {3: "six-27", 4: "pymc-5", 5: "rfm-9", 10: "rfm-9"}


@dataclass(frozen=True)
class Rule:
    """Ranges of scores, both ends included; a metric without a range is free.

    ``fm`` bounds the exact average of F and M, so 3 and 4 make three and a half.
    """

    r: Bounds | None = None
    f: Bounds | None = None
    m: Bounds | None = None
    fm: Bounds | None = None

    def takes(self, cell: Cell) -> bool:
        """Whether all ranges hold for one (r, f, m)."""
        r, f, m = cell
        values = ((self.r, r), (self.f, f), (self.m, m), (self.fm, Fraction(f + m, 2)))
        return all(bounds is None or bounds[0] <= value <= bounds[1] for bounds, value in values)


@dataclass(frozen=True)
class Segment:
    """A name, what the business wants from these customers, and the cells that belong here (by rules or by codes)."""

    name: str
    intent: str
    rules: tuple[Rule, ...] = ()
    codes: frozenset[Cell] = frozenset()

    def takes(self, cell: Cell) -> bool:
        """Whether one of the rules or the code list takes the cell."""
        return cell in self.codes or any(rule.takes(cell) for rule in self.rules)


@dataclass(frozen=True)
class Group:
    """Several segments under one name, for a coarser view."""

    name: str
    segments: tuple[str, ...]


@dataclass(frozen=True)
class Scheme:
    """Segments in order: the first one that takes a cell has it.

    ``scale`` is the number of scores the scheme is written for. ``best`` and ``lowest`` say how its source writes
    scores. ``ranking`` orders all segments from best to worst; None means the source does not rank them.
    ``fallback`` is the name shown where no segment takes a cell.
    """

    name: str
    title: str
    source: str
    scale: int
    segments: tuple[Segment, ...]
    best: Literal["high", "low"] = "high"
    lowest: int = 1
    fallback: str = UNCLASSIFIED
    ranking: tuple[str, ...] | None = None
    groups: tuple[Group, ...] = ()
    notes: str = ""

    @property
    def best_first(self) -> tuple[str, ...]:
        """All segments in the ranking; where the source does not rank them, in an order for lists and colours.

        It is the scheme's own if that begins with the segment of the best scores. Else it goes by the average scores
        of a segment's cells, recency counted twice: who bought lately comes before who bought much long ago.
        """
        names = tuple(segment.name for segment in self.segments)
        if self.ranking or names[:1] == (_own_cells(self)[self.scale, self.scale, self.scale],):
            return self.ranking or names
        return tuple(segment.name for segment in sorted(self.segments, key=self._standing, reverse=True))

    @property
    def highest(self) -> int:
        """The highest score as published."""
        return self.lowest + self.scale - 1

    def translated(self, score: Fraction) -> Fraction:
        """A published score (or a half) as an internal one."""
        return score - self.lowest + 1 if self.best == "high" else self.highest + 1 - score

    def code(self, cell: Cell) -> str:
        """The cell as the scheme's source writes it: ``545``, or ``10-5-9`` beyond single digits."""
        shown = [score + self.lowest - 1 if self.best == "high" else self.highest + 1 - score for score in cell]
        return ("" if self.highest <= SINGLE_DIGIT else "-").join(str(score) for score in shown)

    def takers(self, cell: Cell) -> tuple[str, ...]:
        """All segments that would take a cell of the scheme's own scale, in order; the first one has it."""
        return tuple(segment.name for segment in self.segments if segment.takes(cell))

    def cells(self, scores: int) -> dict[Cell, str | None]:
        """The segment of every (r, f, m) on a scale of ``scores``, in rising order of r, f, m.

        None where no segment takes the cell. A scheme written for 5 serves 10 by halves: 9 and 10 count as 5.

        Raises:
            SettingsError: The scheme is written for another scale.
        """
        if scores == self.scale:
            return dict(_own_cells(self))
        if (self.scale, scores) != (HALVED, TWICE):
            raise self._misfit(scores)
        own = _own_cells(self)
        return {(r, f, m): own[(r + 1) // 2, (f + 1) // 2, (m + 1) // 2] for r, f, m in every_cell(TWICE)}

    def _standing(self, segment: Segment) -> Fraction:
        """How good the cells of a segment are; of one that others leave no cell, those it would take."""
        own = [cell for cell, name in _own_cells(self).items() if name == segment.name]
        cells = own or [cell for cell in every_cell(self.scale) if segment.takes(cell)]
        return Fraction(sum(_RECENCY_COUNTS * r + f + m for r, f, m in cells), max(len(cells), 1))

    def _misfit(self, scores: int) -> SettingsError:
        other = f"take the scheme '{FITTING[scores]}'" if scores in FITTING else f"write a scheme with scale = {scores}"
        own = f"{HALVED} or {TWICE}" if self.scale == HALVED else str(self.scale)
        return SettingsError(
            "scheme",
            f"the scheme '{self.name}' is written for {self.scale} scores, the scale has {scores}",
            fix=f"{other}, or a scale of {own}",
        )


def every_cell(scores: int) -> list[Cell]:
    """All (r, f, m) of a scale, in rising order."""
    steps = range(1, scores + 1)
    return list(product(steps, steps, steps))


@lru_cache(maxsize=64)
def _own_cells(scheme: Scheme) -> dict[Cell, str | None]:
    """The segment of every cell of the scheme's own scale; a run asks for it several times."""
    return {cell: next(iter(scheme.takers(cell)), None) for cell in every_cell(scheme.scale)}
