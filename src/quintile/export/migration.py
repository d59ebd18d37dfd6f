"""Migration: who moved and why, in sentences and as one HTML file; it names no customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.export.embedding import page, placed
from quintile.export.headlines import day_text
from quintile.pictures.flow import flow
from quintile.pictures.words import exact, money, number, percent, several, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CALLED = {
    "refund_or_late_data": "refunds and late data",
    "passing_time": "passing time",
    "own_purchase": "own purchases",
    "moved_cut_points": "moved cut points",
    "changed_settings": "changed settings",
    "dwell_rule": "the dwell rule",
    "first_purchase": "bought for the first time",
    "returned": "came back",
    "late_data": "came with late data",
    "listed": "came onto the list",
    "left_window": "left the window",
    "refunded": "had orders refunded or corrected",
    "merged": "merged into another customer",
    "unlisted": "left the list",
    "orders_removed": "not known, the orders are gone",
}
_UNKNOWN = "orders_removed"
_BY_SETTINGS = "came or went by changed settings"
WHO = {"causes": "moved", "new": "new", "lost": "gone"}  # whose causes stand under which key
_CONTENTS = (("summary", "In short"), ("flow", "The flow"), ("causes", "Why"), ("segments", "Segments"))
_MOST_MOVES = 3


def statements(found: Mapping[str, Any]) -> list[str]:
    """What happened, in sentences, the weightiest first.

    Args:
        found: What ``jobs.migration.migrated`` found; names of segments in it may be a stranger's.
    """
    totals = found["totals"]
    said = [f"{_when(found)} {_moved(totals)}"]
    why = [f"{number(line['customers'])} by {CALLED[line['cause']]}" for line in _largest(found["causes"])]
    if found.get("note"):
        said.append(found["note"])
    elif why:
        said.append(f"Why they moved: {', '.join(why)}.")
    said += [_move(line) for line in _largest([line for line in found["matrix"] if _is_move(line)])[:_MOST_MOVES]]
    if totals["held_by_purchase"]:
        held = several(totals["held_by_purchase"], "customer is", "customers are")
        said.append(f"{held} where they were only because they bought again.")
    said += _came_and_went(found)
    ends = [money(found[end]["revenue"], found["currency"]) for end in ("from", "to")]
    said.append(f"The revenue in the window was {ends[0]} and is {ends[1]}.")
    return said


def migration_page(found: Mapping[str, Any], *, version: str) -> str:
    """The page of a migration.

    Args:
        found: What ``jobs.migration.migrated`` found.
        version: Of quintile.

    Returns:
        A whole HTML document.
    """
    ranking = list(dict.fromkeys(name for end in ("to", "from") for name in found[end].get("ranking", ()))) or _ranking(
        found
    )
    drawn = [flow(flow_lines(found["matrix"]), ranking=ranking, currency=found["currency"])]
    return page(
        "migration.html.j2",
        drawn,
        version=version,
        title=_title(found),
        headline=_moved(found["totals"]).removesuffix("."),
        statements=found["statements"][1:],
        contents=_CONTENTS,
        pictures=placed(drawn),
        causes=[_cause(who, line) for kind, who in WHO.items() for line in _largest(found[kind])],
        segments=_segments(found),
        revenue=titled("Revenue", found["currency"]),
    )


def flow_lines(matrix: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The matrix as ``pictures.flow`` draws it; those who are gone bring what they brought before."""
    return [{**line, "revenue": line["revenue_before" if line["to"] is None else "revenue"]} for line in matrix]


def _title(found: Mapping[str, Any]) -> str:
    ends = [day_text(found[end]["as_of"]) for end in ("from", "to")]
    return f"Who moved between {ends[0]} and {ends[1]}" if ends[0] != ends[1] else f"What changed as of {ends[0]}"


def _when(found: Mapping[str, Any]) -> str:
    ends = [day_text(found[end]["as_of"]) for end in ("from", "to")]
    if ends[0] != ends[1]:
        return f"From {ends[0]} to {ends[1]},"
    return f"As of {ends[0]}, as known in ledger {found['to']['known']} against ledger {found['from']['known']},"


def _moved(totals: Mapping[str, Any]) -> str:
    if not totals["moved"]:
        return f"nobody of {several(totals['both'], 'customer')} moved."
    ways = f", {number(totals['up'])} up and {number(totals['down'])} down" if totals["up"] is not None else ""
    whole = f"{number(totals['moved'])} of {several(totals['both'], 'customer')} ({percent(totals['moved_share'])})"
    return f"{whole} moved to another segment{ways}."


def _move(line: Mapping[str, Any]) -> str:
    before, share = line["customers"], percent(line["share"])
    causes = sorted(line["causes"].items(), key=lambda cause: (-cause[1], cause[0]))
    why = ", ".join(f"{number(count)} by {CALLED[cause]}" for cause, count in causes)
    where = f"{number(before)} of {line['from']} ({share}) became {line['to']}"
    return f"{where}." if _UNKNOWN in line["causes"] else f"{where}: {why}."


def _came_and_went(found: Mapping[str, Any]) -> list[str]:
    said = []
    for kind, called in (("new", "new"), ("lost", "gone")):
        people = sum(line["customers"] for line in found[kind])
        if people:
            why = "; ".join(f"{number(line['customers'])} {_called(line['cause'])}" for line in _largest(found[kind]))
            who = f"{several(people, 'customer is', 'customers are')} {called}"
            said.append(f"{who}." if found.get("note") else f"{who}: {why}.")
    return said


def _called(cause: str) -> str:
    return _BY_SETTINGS if cause == "changed_settings" else CALLED[cause]


def _is_move(line: Mapping[str, Any]) -> bool:
    return None not in {line["from"], line["to"]} and line["from"] != line["to"]


def _largest(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted((line for line in lines if line["customers"]), key=lambda line: -line["customers"])


def _cause(who: str, line: Mapping[str, Any]) -> tuple[str, ...]:
    money = exact(line["revenue_before"]), exact(line["revenue"])
    return f"{who.capitalize()}: {CALLED[line['cause']]}", number(line["customers"]), *money


def _ranking(found: Mapping[str, Any]) -> list[str]:
    names = [line["segment"] for end in ("to", "from") for line in found[end]["segments"]]
    return list(dict.fromkeys(names))


def _segments(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A line a segment: customers and revenue before and after."""
    sides = [{line["segment"]: line for line in found[end]["segments"]} for end in ("from", "to")]
    lines = []
    for name in _ranking(found):
        before, after = (side.get(name) for side in sides)
        counts = [number(line["customers"]) if line else "" for line in (before, after)]
        lines.append((name, *counts, *(exact(line["revenue"]) if line else "" for line in (before, after))))
    return lines
