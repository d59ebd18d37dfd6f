"""Definitions: which customers a segment holds, in words, from its cells and the cut points.

The words come from the cells a segment really has, not from its rules: of two rules that take a cell the first wins,
and a reader should not have to subtract.
"""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

from quintile.export.ranges import FREQUENCY, MONETARY, RECENCY, Ranges

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from quintile.domain.scheme import Cell

_METRICS = (RECENCY, FREQUENCY, MONETARY)
Box = tuple[tuple[int, int], ...]  # a range of places, both ends included, for each metric


def definitions(cells: Mapping[Cell, str], ranges: Ranges) -> dict[str, list[str]]:
    """For each segment the ways to be in it, each a sentence; a segment that no customer can reach has none.

    Args:
        cells: The segment of every (r, f, m) of the result's scale.
        ranges: The result's cut points.
    """
    reachable = [ranges.reachable(metric) for metric in _METRICS]
    places: dict[str, set[Cell]] = {name: set() for name in cells.values()}
    for place in product(*(range(len(scores)) for scores in reachable)):
        r, f, m = (scores[at] for scores, at in zip(reachable, place, strict=True))
        places[cells[r, f, m]].add((place[0], place[1], place[2]))
    said = {}
    for name, held in places.items():
        boxes = [
            tuple((scores[low], scores[high]) for scores, (low, high) in zip(reachable, box, strict=True))
            for box in covering(held)
        ]
        said[name] = [_sentence(box, ranges) for box in boxes]
    return said


def covering(held: Collection[Cell]) -> list[Box]:
    """Boxes that together hold exactly these cells, the one with the best cell first; they may overlap."""
    left, boxes = set(held), list[Box]()
    while left:
        start = max(left)
        grown = [_grown(start, held, order) for order in permutations(range(len(start)))]
        best = max(grown, key=lambda box: (len(left.intersection(_cells(box))), box))
        boxes.append(best)
        left.difference_update(_cells(best))
    return boxes


def _grown(start: Cell, held: Collection[Cell], order: tuple[int, ...]) -> Box:
    """The box around a cell that cannot grow any more, after growing along one metric after the other."""
    box = [(score, score) for score in start]
    for metric in order:
        for step in (-1, 1):
            while True:
                low, high = box[metric]
                edge = low + step if step < 0 else high + step
                slab = [*box]
                slab[metric] = (edge, edge)
                if not all(cell in held for cell in _cells(tuple(slab))):
                    break
                box[metric] = (min(low, edge), max(high, edge))
    return tuple(box)


def _cells(box: Box) -> list[Cell]:
    r, f, m = (range(low, high + 1) for low, high in box)
    return list(product(r, f, m))


def _sentence(box: Box, ranges: Ranges) -> str:
    said = [ranges.words(metric, low, high) for metric, (low, high) in zip(_METRICS, box, strict=True)]
    parts = [text for text in said if text is not None]
    if not parts:
        return "Everybody."
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
