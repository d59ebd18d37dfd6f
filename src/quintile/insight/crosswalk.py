"""Crosswalk: the same customers under several schemes, and where each segment of one is found in the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_EXACT = Context(prec=100)


@dataclass(frozen=True)
class Together:
    """Customers and revenue that share a segment under every scheme; ``segments`` has one name a scheme, in order."""

    segments: tuple[str, ...]
    customers: int
    revenue: Decimal


@dataclass(frozen=True)
class Crossing:
    """Customers and revenue in one segment of the first scheme and one of the second."""

    first: str
    second: str
    customers: int
    revenue: Decimal


def crosswalk(
    groups: Iterable[Together], rankings: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], list[Crossing]]:
    """For every pair of schemes the crossings that have customers, best segments first.

    Args:
        groups: The customers, in the order of ``rankings``; the same segments may come several times.
        rankings: For each scheme its segments, best first. A segment it does not name comes last.
    """
    names, every = list(rankings), list(groups)
    pairs = {}
    for one, other in combinations(range(len(names)), 2):
        people: dict[tuple[str, str], int] = defaultdict(int)
        money: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for group in every:
            ends = group.segments[one], group.segments[other]
            people[ends] += group.customers
            money[ends] = _EXACT.add(money[ends], group.revenue)
        places = [{name: place for place, name in enumerate(rankings[names[scheme]])} for scheme in (one, other)]
        found = sorted(
            people,
            key=lambda ends: [(place.get(end, len(place)), end) for place, end in zip(places, ends, strict=True)],
        )
        pairs[names[one], names[other]] = [Crossing(*ends, people[ends], money[ends]) for ends in found]
    return pairs


def sizes(groups: Iterable[Together], scheme: int, ranking: Sequence[str]) -> list[tuple[str, int, Decimal]]:
    """Customers and revenue of each segment of a scheme, best first; those it ranks are there even without customers.

    Args:
        groups: The customers.
        scheme: The place of the scheme in their ``segments``.
        ranking: Its segments, best first.
    """
    people = dict.fromkeys(ranking, 0)
    money = dict.fromkeys(ranking, Decimal(0))
    for group in sorted(groups, key=lambda group: group.segments[scheme]):
        segment = group.segments[scheme]
        people[segment] = people.get(segment, 0) + group.customers
        money[segment] = _EXACT.add(money.get(segment, Decimal(0)), group.revenue)
    return [(segment, count, money[segment]) for segment, count in people.items()]


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum, with every digit; the usual context would round beyond 28."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total
