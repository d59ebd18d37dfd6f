"""Migrated: the ways of the customers between two snapshots, told as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.share import share
from quintile.insight.causes import CAUSES, DWELL, LOST, MERGED, NEW, PURCHASE, REMOVED
from quintile.insight.migration import Sum, summed
from quintile.jobs.moves.chain import is_cut
from quintile.jobs.project.shortened import cut_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.insight.causes import State
    from quintile.insight.migration import Flow
    from quintile.jobs.project.opened import Opened


def as_report(earlier: Opened, later: Opened, states: Sequence[State], found: Sequence[Flow]) -> dict[str, Any]:
    """What ``jobs.migration.migrated`` returns, without the statements.

    Args:
        earlier: Where the customers come from.
        later: Where they are.
        states: The states between them, as ``Chain.traced`` gives them.
        found: The customers by their way through these states.
    """
    rankings = _with_others(earlier.ranking, found, "first"), _with_others(later.ranking, found, "last")
    best_first = [{name: place for place, name in enumerate(names)} for names in rankings]
    ordered = sorted(found, key=lambda flow: _places(flow, best_first))
    return {
        "from": _told(earlier, rankings[0], [flow for flow in found if flow.first is not None], "first"),
        "to": _told(later, rankings[1], [flow for flow in found if flow.last is not None], "last"),
        "currency": later.report["currency"],
        "totals": _totals(ordered, states, _common_ranking(earlier, later)),
        "causes": _by_cause([flow for flow in ordered if flow.moved], _causes(states, CAUSES)),
        "new": _by_cause([flow for flow in ordered if flow.first is None], _causes(states, NEW)),
        "lost": _by_cause([flow for flow in ordered if flow.last is None], _causes(states, LOST)),
        "matrix": _matrix(ordered),
        "paths": _paths(ordered, states),
        "note": _note(earlier, later),
    }


def _note(*ends: Opened) -> str | None:
    """What retention leaves untold, of the snapshot whose orders are all there at the latest date; None: nothing."""
    cut = [one for one in ends if is_cut(one)]
    return cut_note(cut[-1].report, cut[-1].model, untold="why customers moved") if cut else None


def _common_ranking(earlier: Opened, later: Opened) -> tuple[str, ...] | None:
    """The segments, best first, if both snapshots rank the same ones in the same way."""
    same = earlier.ranking == later.ranking and earlier.is_ranked and later.is_ranked
    return earlier.ranking if same else None


def share_of(part: int, whole: int) -> str | None:
    """A share as text; None of nothing."""
    return share(part, whole) if whole else None


def _with_others(ranking: tuple[str, ...], found: Sequence[Flow], end: str) -> tuple[str, ...]:
    """The ranking, and behind it what no segment takes."""
    names = {getattr(flow, end) for flow in found} - {None, *ranking}
    return (*ranking, *sorted(names))


def _places(flow: Flow, best_first: Sequence[dict[str, int]]) -> tuple[int, ...]:
    return tuple(
        len(places) if end is None else places[end]
        for end, places in zip((flow.first, flow.last), best_first, strict=True)
    )


def _told(opened: Opened, ranking: Sequence[str], flows: Sequence[Flow], end: str) -> dict[str, Any]:
    sums = summed(flows, lambda flow: getattr(flow, end))
    everyone = summed(flows, lambda _flow: None).get(None, Sum())

    def revenue(found: Sum) -> str:
        return plain(found.before if end == "first" else found.after)

    return {
        "snapshot": opened.snapshot.id,
        "as_of": opened.snapshot.as_of,
        "known": opened.snapshot.known,
        "scheme": opened.model.scheme,
        "ranking": list(opened.ranking),
        "customers": everyone.customers,
        "revenue": revenue(everyone),
        "segments": [
            {"segment": name, "customers": sums.get(name, Sum()).customers, "revenue": revenue(sums.get(name, Sum()))}
            for name in ranking
        ],
    }


def _totals(found: Sequence[Flow], states: Sequence[State], ranking: Sequence[str] | None) -> dict[str, Any]:
    """How many stayed, moved, came and went; up and down only where both snapshots rank the same segments."""
    moved = [flow for flow in found if flow.moved]
    stayed = [flow for flow in found if flow.first == flow.last]
    both = _count(moved) + _count(stayed)
    place = {name: number for number, name in enumerate(ranking or ())}
    steps = [place[flow.last] - place[flow.first] for flow in moved if {flow.first, flow.last} <= place.keys()]  # type: ignore[index]
    ranked = [flow for flow in moved if {flow.first, flow.last} <= place.keys()]
    held = [flow for flow in stayed if flow.changes and states[flow.changes[-1]].cause == PURCHASE]
    up = sum(flow.customers for flow, step in zip(ranked, steps, strict=True) if step < 0)
    return {
        "both": both,
        "stay": _count(stayed),
        "held_by_purchase": None if states[-1].cause == REMOVED else _count(held),
        "moved": _count(moved),
        "moved_share": share_of(_count(moved), both),
        "up": up if ranking is not None else None,
        "down": _count(ranked) - up if ranking is not None else None,
        "new": _count([flow for flow in found if flow.first is None]),
        "lost": _count([flow for flow in found if flow.last is None and flow.cause != MERGED]),
        "merged": _count([flow for flow in found if flow.last is None and flow.cause == MERGED]),
    }


def _count(found: Sequence[Flow]) -> int:
    return sum(flow.customers for flow in found)


def _causes(states: Sequence[State], every: tuple[str, ...]) -> tuple[str, ...]:
    """The causes there can be; a dwell rule is one only where there is one, and nothing tells them without orders."""
    if states[-1].cause == REMOVED:
        return (REMOVED,)
    has_dwelt = every is CAUSES and any(state.cause == DWELL for state in states)
    return (*every, DWELL) if has_dwelt else every


def _by_cause(found: Sequence[Flow], every: Sequence[str]) -> list[dict[str, Any]]:
    """A line a cause, those that moved nobody included."""
    sums, everyone = summed(found, lambda flow: flow.cause), _count(found)
    return [
        {"cause": cause, **_sum(one), "share": share_of(one.customers, everyone)}
        for cause, one in ((cause, sums.get(cause, Sum())) for cause in every)
    ]


def _matrix(found: Sequence[Flow]) -> list[dict[str, Any]]:
    """A line for each pair of segments that has customers, with their share of the segment before."""
    sums, people = summed(found, lambda flow: (flow.first, flow.last)), summed(found, lambda flow: flow.first)
    causes = summed(found, lambda flow: (flow.first, flow.last, flow.cause))
    return [
        {
            "from": first,
            "to": last,
            **_sum(one),
            "share": None if first is None else share_of(one.customers, people[first].customers),
            "causes": {
                cause: sum_.customers
                for (before, after, cause), sum_ in causes.items()
                if (before, after) == (first, last) and cause is not None
            },
        }
        for (first, last), one in sums.items()
    ]


def _paths(found: Sequence[Flow], states: Sequence[State]) -> list[dict[str, Any]]:
    """The ways of all whose segment some step changed, the most travelled first; also of those who came back."""
    travelled = sorted((flow for flow in found if flow.changes), key=lambda flow: -flow.customers)
    return [
        {
            "from": flow.first,
            "to": flow.last,
            "cause": flow.cause,
            "steps": [{"cause": states[step].cause, "to": flow.states[step]} for step in flow.changes],
            "customers": flow.customers,
        }
        for flow in travelled
    ]


def _sum(one: Sum) -> dict[str, Any]:
    return {"customers": one.customers, "revenue_before": plain(one.before), "revenue": plain(one.after)}
