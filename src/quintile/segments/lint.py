"""Lint a scheme: codes in no segment, codes in several, segments never reached, improvements that demote.

The scheme is judged on its own scale and in its source's own codes, because its author has to find them again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from reprlib import repr as short
from typing import TYPE_CHECKING, Any

from quintile.domain.scheme import Scheme, every_cell
from quintile.errors import SchemeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.scheme import Cell


@dataclass(frozen=True)
class Demotion:
    """One score rises by one, and the customer lands in a lower segment."""

    code: str
    segment: str
    better_code: str
    worse_segment: str

    def __str__(self) -> str:
        return f"{self.code}({self.segment})->{self.better_code}({self.worse_segment})"


@dataclass(frozen=True)
class LintReport:
    """What is the matter with a scheme; codes are written as its source writes them.

    ``overlaps`` holds for each code taken by several segments their names, the one that has it first.
    ``demotions`` is None where the scheme does not rank its segments; steps from or to a gap are not judged.
    """

    scheme: str
    cells: int
    gaps: tuple[str, ...]
    overlaps: Mapping[str, tuple[str, ...]]
    unreachable: tuple[str, ...]
    cells_per_segment: Mapping[str, int]
    demotions: tuple[Demotion, ...] | None

    @property
    def complete(self) -> bool:
        """Every code has a segment and every segment has a code."""
        return not self.gaps and not self.unreachable

    @property
    def partition(self) -> bool:
        """Complete, and no code is taken by two segments: the order of the segments does not matter."""
        return self.complete and not self.overlaps

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values; ``demotions`` is null where the scheme does not rank its segments."""
        return {
            "scheme": self.scheme,
            "cells": self.cells,
            "complete": self.complete,
            "partition": self.partition,
            "gaps": list(self.gaps),
            "overlaps": {code: list(names) for code, names in self.overlaps.items()},
            "unreachable": list(self.unreachable),
            "cells_per_segment": dict(self.cells_per_segment),
            "demotions": None if self.demotions is None else [asdict(demotion) for demotion in self.demotions],
        }


def lint(scheme: Scheme) -> LintReport:
    """Judge a scheme over all codes of its own scale, 125 for five scores.

    Raises:
        SchemeError: It is no scheme, perhaps the name of one.
    """
    if not isinstance(scheme, Scheme):
        name = short(scheme if isinstance(scheme, str) else "rfm-9")
        fix = f"load it first: quintile.lint(quintile.load_scheme({name}))"
        raise SchemeError("scheme", f"{short(scheme)} is no scheme", fix=fix)
    takers = {cell: scheme.takers(cell) for cell in every_cell(scheme.scale)}
    held = {segment.name: 0 for segment in scheme.segments}
    for names in takers.values():
        if names:
            held[names[0]] += 1
    return LintReport(
        scheme=scheme.name,
        cells=len(takers),
        gaps=tuple(scheme.code(cell) for cell, names in takers.items() if not names),
        overlaps={scheme.code(cell): names for cell, names in takers.items() if len(names) > 1},
        unreachable=tuple(name for name, cells in held.items() if cells == 0),
        cells_per_segment=held,
        demotions=_demotions(scheme),
    )


def _demotions(scheme: Scheme) -> tuple[Demotion, ...] | None:
    if scheme.ranking is None:
        return None
    segment_of = {cell: name for cell, name in scheme.cells(scheme.scale).items() if name is not None}
    place = {name: number for number, name in enumerate(scheme.ranking)}
    return tuple(
        Demotion(scheme.code(cell), name, scheme.code(better), segment_of[better])
        for cell, name in segment_of.items()
        for better in _one_better(cell)
        if better in segment_of and place[segment_of[better]] > place[name]
    )


def _one_better(cell: Cell) -> tuple[Cell, Cell, Cell]:
    r, f, m = cell
    return (r + 1, f, m), (r, f + 1, m), (r, f, m + 1)


def grid(scheme: Scheme) -> list[list[tuple[str, ...]]]:
    """The scheme as a picture's content, on its own scale: R down from the best, F across from the worst.

    Each cell holds the segment names for M from the worst to the best, the fallback's name where there is a gap.
    """
    names = {cell: name or scheme.fallback for cell, name in scheme.cells(scheme.scale).items()}
    scores = range(1, scheme.scale + 1)
    return [[tuple(names[r, f, m] for m in scores) for f in scores] for r in reversed(scores)]
