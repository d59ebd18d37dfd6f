"""Crossings: the borders of a segment, and what a customer at one of them must do, or leave, to cross it.

Who buys has the best recency at once, and by that order perhaps the next frequency or money too. Who does not buy
loses one score at a time, to the next that some value has.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.words import METRICS
from quintile.export.ranges import FREQUENCY, MONETARY, RECENCY, Ranges, days, orders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quintile.domain.scheme import Cell

_METRICS = (RECENCY, FREQUENCY, MONETARY)


@dataclass(frozen=True)
class Crossing:
    """Customers of segment ``source`` who are one order, or one lost score, from segment ``target``.

    ``trigger`` says what takes them there. ``cells`` are the places, in the grid of run.json, of the cells they are in.
    """

    source: str
    target: str
    trigger: str
    customers: int
    cells: tuple[int, ...]


def crossings(report: Mapping[str, Any], cells: Mapping[Cell, str], ranges: Ranges) -> list[Crossing]:
    """All crossings between segments that some customer is at, those with the most customers first."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for place, line in enumerate(report["grid"]):
        r, f, m = (ranges.shown(line[metric]) for metric in _METRICS)
        source = cells[r, f, m]
        for target, trigger in _steps((r, f, m), cells, ranges):
            if target != source:
                found.setdefault((source, target, trigger), []).append(place)
    counted = [
        Crossing(*key, sum(report["grid"][place]["customers"] for place in places), tuple(places))
        for key, places in found.items()
    ]
    return sorted(counted, key=lambda one: (-one.customers, one.source, one.target, one.trigger))


def _steps(cell: Cell, cells: Mapping[Cell, str], ranges: Ranges) -> Iterator[tuple[str, str]]:
    """The segments that one order, or one loss, leads to, each with what it takes."""
    best = max(ranges.reachable(RECENCY), default=cell[0])
    for axis, metric in enumerate(_METRICS):
        reachable = ranges.reachable(metric)
        if cell[axis] not in reachable:
            continue
        place = reachable.index(cell[axis])
        better = reachable[-1:] if metric == RECENCY else reachable[place + 1 : place + 2]
        for other in (*reachable[max(place - 1, 0) : place], *better):
            scores = [best if other > cell[axis] else cell[0], *cell[1:]]
            scores[axis] = other
            r, f, m = scores
            yield cells[r, f, m], _trigger(metric, cell[axis], other, ranges)


def _trigger(metric: str, score: int, other: int, ranges: Ranges) -> str:
    is_better = other > score
    if metric not in ranges.cuts:
        way = "rises" if is_better else "falls"
        return f"{METRICS[metric].lower()} score {way} to {ranges.shown(other)}"
    border = ranges.begins(metric, max(score, other)) or Decimal(0)
    if metric == RECENCY:
        return "orders again" if is_better else f"no order for more than {days(border)}"
    if metric == FREQUENCY:
        return f"{border:,} or more orders" if is_better else f"fewer than {orders(border)}"
    each = " an order" if ranges.average else ""
    return f"{ranges.money(border)}{each} or more" if is_better else f"less than {ranges.money(border)}{each}"
