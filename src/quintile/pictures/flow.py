"""Flow: how customers moved between segments from one snapshot to another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from quintile.pictures.bands import bands, height, link, node
from quintile.pictures.base import Picture, PictureTable
from quintile.pictures.frame import short_name
from quintile.pictures.palette import FALLBACK, segment_colours
from quintile.pictures.words import exact, money, number, several, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEW, GONE = "Not yet a customer", "No longer a customer"


def flow(moves: Sequence[Mapping[str, Any]], *, ranking: Sequence[str], currency: str | None) -> Picture:
    """The moves as bands from the segments before (left) to those after (right), best at the top.

    Args:
        moves: One dict a pair: ``from`` and ``to`` (segments; None: not a customer then), ``customers``, and
            ``revenue`` as exact text where it is known. Pairs without customers are left out.
        ranking: The segments, best first.
        currency: Of the revenue, if known.
    """
    place = {name: number for number, name in enumerate(ranking)}
    found = [line for line in moves if line["customers"]]
    found.sort(key=lambda line: tuple(place.get(line[end], len(place)) for end in ("from", "to")))
    caption = _caption(found)
    nodes = [*_nodes(found, "from", ranking), *_nodes(found, "to", ranking)]
    ends = max((len({line[end] for line in found}) for end in ("from", "to")), default=0)
    return Picture(
        name="flow",
        title="Who moved between the segments",
        caption=caption,
        option=bands(caption, nodes, [_link(line, ranking, currency) for line in found]),
        table=_table(found, currency),
        height=height(ends),
    )


def _nodes(moves: list[Mapping[str, Any]], end: str, ranking: Sequence[str]) -> list[dict[str, Any]]:
    colours = segment_colours(ranking)
    people = Counter[str | None]()
    for line in moves:
        people[line[end]] += line["customers"]
    return [
        node(
            _id(end, name, ranking),
            0 if end == "from" else 1,
            # the number first: a long name is cut at its end
            f"{number(people[name])}  {short_name(_named(name, end))}",
            [
                f"{short_name(_named(name, end))}, {'before' if end == 'from' else 'after'}",
                several(people[name], "customer"),
            ],
            colours.get(name or "", FALLBACK),
        )
        for name in sorted(people, key=lambda name: _id(end, name, ranking))
    ]


def _link(line: Mapping[str, Any], ranking: Sequence[str], currency: str | None) -> dict[str, Any]:
    colour = segment_colours(ranking).get(line["from"] or "", FALLBACK)
    tip = [
        f"{short_name(_named(line['from'], 'from'))} to {short_name(_named(line['to'], 'to'))}",
        several(line["customers"], "customer"),
        *([f"Revenue {money(line['revenue'], currency)}"] if "revenue" in line else []),
    ]
    ends = _id("from", line["from"], ranking), _id("to", line["to"], ranking)
    return link(ends, line["customers"], tip, colour)


def _id(end: str, name: str | None, ranking: Sequence[str]) -> str:
    """The name of a node: a number, because some names (``__proto__``) would break the drawing."""
    if name is None:
        return f"{end} {len(ranking):04}"
    return f"{end} {ranking.index(name):04}" if name in ranking else f"{end} ~{name}"


def _named(name: str | None, end: str) -> str:
    return name if name is not None else NEW if end == "from" else GONE


def _caption(moves: list[Mapping[str, Any]]) -> str:
    everyone = sum(line["customers"] for line in moves if None not in {line["from"], line["to"]})
    stayed = sum(line["customers"] for line in moves if line["from"] == line["to"])
    moved = [line for line in moves if line["from"] != line["to"]]
    if not moved:
        return f"Nobody of {several(everyone, 'customer')} moved."
    most = max(moved, key=lambda line: line["customers"])
    before, after = (short_name(_named(most[end], end)) for end in ("from", "to"))
    return (
        f"{number(stayed)} of {several(everyone, 'customer')} stayed where they were."
        f" The largest move is from {before} to {after}: {several(most['customers'], 'customer')}."
    )


def _table(moves: list[Mapping[str, Any]], currency: str | None) -> PictureTable:
    rows = tuple((_named(line["from"], "from"), _named(line["to"], "to"), number(line["customers"])) for line in moves)
    if not all("revenue" in line for line in moves):
        return PictureTable(("From", "To", "Customers"), rows, frozenset({2}))
    rich = tuple((*row, exact(line["revenue"])) for row, line in zip(rows, moves, strict=True))
    return PictureTable(("From", "To", "Customers", titled("Revenue", currency)), rich, frozenset({2, 3}))
