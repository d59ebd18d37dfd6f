"""Crossing: the segments of one scheme, and where their customers are in another."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from quintile.pictures.bands import bands, height, link, node
from quintile.pictures.base import Picture, PictureTable
from quintile.pictures.frame import short_name
from quintile.pictures.palette import FALLBACK, segment_colours
from quintile.pictures.words import exact, money, number, percent, several, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def crossing(pair: Mapping[str, Any], schemes: Sequence[Mapping[str, Any]], *, currency: str | None) -> Picture:
    """Bands from the segments of one scheme (left) to those of the other (right).

    On the left they stand in the scheme's order, on the right by where their customers are on the left, so that bands
    cross little even where a scheme does not rank its segments. A name that both have is one colour on both sides.

    Args:
        pair: One of a crosswalk's ``pairs``: ``from`` and ``to`` are schemes, ``flow`` has a line a crossing.
        schemes: The crosswalk's ``schemes``, each with its segments, best first. A segment with nobody is not drawn.
        currency: Of the revenue, if known.
    """
    sides = [_segments(schemes, pair[end]) for end in ("from", "to")]
    first, second = (segment_colours(_ranking(schemes, pair[end])) for end in ("from", "to"))
    colours = first, second | {name: colour for name, colour in first.items() if name in second}
    flow = [line for line in pair["flow"] if line["customers"]]
    caption = _caption(pair, flow)
    nodes = [
        node(
            _id(side, segments, line["segment"]),
            side,
            f"{number(line['customers'])}  {short_name(line['segment'])}",
            [
                f"{short_name(line['segment'])}, {short_name(pair[end])}",
                several(line["customers"], "customer"),
                f"Revenue {money(line['revenue'], currency)}",
            ],
            colours[side].get(line["segment"], FALLBACK),
        )
        for side, (end, segments) in enumerate(zip(("from", "to"), sides, strict=True))
        for line in (segments if side == 0 else _untangled(pair, *sides))
        if line["customers"]
    ]
    links = [
        link(
            (_id(0, sides[0], line["from"]), _id(1, sides[1], line["to"])),
            line["customers"],
            [
                f"{short_name(line['from'])} to {short_name(line['to'])}",
                f"{several(line['customers'], 'customer')}, {percent(line['customers_share'])} of the first",
                f"Revenue {money(line['revenue'], currency)}",
            ],
            colours[0].get(line["from"], FALLBACK),
        )
        for line in flow
    ]
    return Picture(
        name=f"crossing-{_place(schemes, pair['from'])}-{_place(schemes, pair['to'])}",
        title=f"From {short_name(pair['from'])} to {short_name(pair['to'])}",
        caption=caption,
        option=bands(caption, nodes, links),
        table=_table(pair, currency),
        height=height(max((sum(1 for line in side if line["customers"]) for side in sides), default=0)),
    )


def _place(schemes: Sequence[Mapping[str, Any]], name: str) -> int:
    return [scheme["scheme"] for scheme in schemes].index(name) + 1


def _ranking(schemes: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """The scheme's own segments, best first: what no segment takes has no colour among them."""
    found = next(scheme for scheme in schemes if scheme["scheme"] == name)
    return list(found.get("ranking") or (line["segment"] for line in found["segments"]))


def _segments(schemes: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return next(list(scheme["segments"]) for scheme in schemes if scheme["scheme"] == name)


def _untangled(
    pair: Mapping[str, Any], left: list[Mapping[str, Any]], right: list[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The segments of the right by the mean place that their customers have on the left."""
    place = {line["segment"]: number for number, line in enumerate(left)}
    places = dict.fromkeys((line["segment"] for line in right), Fraction(0))
    people = {line["segment"]: max(line["customers"], 1) for line in right}
    for line in pair["flow"]:
        places[line["to"]] += Fraction(place[line["from"]] * line["customers"], people[line["to"]])
    return sorted(right, key=lambda line: places[line["segment"]])


def _id(side: int, segments: list[Mapping[str, Any]], name: str) -> str:
    """The name of a node: a number, because some names (``__proto__``) would break the drawing."""
    place = [line["segment"] for line in segments].index(name)
    return f"{side} {place:04}"


def _caption(pair: Mapping[str, Any], flow: list[Mapping[str, Any]]) -> str:
    """How many segments stay whole, and where most customers go."""
    if not flow:
        return "There is no customer."
    everyone = sum(line["customers"] for line in flow)
    bands_of = Counter(line["from"] for line in flow)
    whole = list(bands_of.values()).count(1)
    largest = max(flow, key=lambda line: line["customers"])
    together = "No segment" if not whole else several(whole, "segment")
    lies = "lie" if whole > 1 else "lies"
    return (
        f"{several(everyone, 'customer')}. {together} of {short_name(pair['from'])} {lies} wholly inside one of"
        f" {short_name(pair['to'])}."
        f" The widest band is from {short_name(largest['from'])} to {short_name(largest['to'])}:"
        f" {several(largest['customers'], 'customer')}, {percent(largest['customers_share'])} of the first."
    )


def _table(pair: Mapping[str, Any], currency: str | None) -> PictureTable:
    columns = (pair["from"], pair["to"], "Customers", "Share of the first", titled("Revenue", currency))
    rows = tuple(
        (line["from"], line["to"], number(line["customers"]), percent(line["customers_share"]), exact(line["revenue"]))
        for line in pair["flow"]
    )
    return PictureTable(columns, rows, frozenset({2, 3, 4}))
