"""Migration: customers counted by the way they took from one snapshot to another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING, TypeVar

from quintile.engine.render import joined, render
from quintile.insight.causes import column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

_EXACT = Context(prec=100)
_FLOWS = """
SELECT {states}, cause, count(*), sum(revenue_before), sum(revenue_after) FROM {traced} GROUP BY ALL ORDER BY ALL
"""
Key = TypeVar("Key")


@dataclass(frozen=True)
class Flow:
    """Customers who took the same way: the segment in every state (None: not scored), and why.

    ``cause`` is None for those who are where they were. ``before`` and ``after`` are their revenue in the windows of
    the earlier and of the later snapshot.
    """

    states: tuple[str | None, ...]
    cause: str | None
    customers: int
    before: Decimal
    after: Decimal

    @property
    def first(self) -> str | None:
        """The segment in the earlier snapshot."""
        return self.states[0]

    @property
    def last(self) -> str | None:
        """The segment in the later snapshot."""
        return self.states[-1]

    @property
    def moved(self) -> bool:
        """Whether they are in both snapshots, in two segments."""
        return None not in {self.first, self.last} and self.first != self.last

    @property
    def changes(self) -> tuple[int, ...]:
        """The steps that changed the segment, in order."""
        pairs = enumerate(zip(self.states, self.states[1:], strict=False), start=1)
        return tuple(step for step, (before, after) in pairs if before != after)


@dataclass(frozen=True)
class Sum:
    """How many customers, and their revenue before and after."""

    customers: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)

    def plus(self, flow: Flow) -> Sum:
        """The sum with some more, to the last digit."""
        before, after = _EXACT.add(self.before, flow.before), _EXACT.add(self.after, flow.after)
        return Sum(self.customers + flow.customers, before, after)


def flows(engine: Engine, traced: Sql, states: int) -> list[Flow]:
    """Count the customers by their way.

    Args:
        engine: Where the table is.
        traced: What ``causes.trace`` made.
        states: Of how many states.
    """
    columns = joined(column_of(step) for step in range(states))
    rows = engine.rows(render(_FLOWS, states=columns, traced=traced))
    return [Flow(tuple(row[:states]), *row[states:]) for row in rows]


def summed(found: Iterable[Flow], key: Callable[[Flow], Key]) -> dict[Key, Sum]:
    """The flows added up by a key, in the order in which the keys are met."""
    sums: dict[Key, Sum] = defaultdict(Sum)
    for flow in found:
        sums[key(flow)] = sums[key(flow)].plus(flow)
    return dict(sums)
