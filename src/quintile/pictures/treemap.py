"""Treemap: the segments as areas, by customers or by revenue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from quintile.pictures.base import FIT, LABEL, Picture, PictureTable
from quintile.pictures.frame import GROUND, framed, short_name
from quintile.pictures.palette import FALLBACK, label_colour, segment_colours
from quintile.pictures.words import exact, money, number, percent, several, short, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEIGHT = 420
_SHORT_FROM = 10_000  # a number that is cut off in a small area would be read as another one
_SMALLEST = Decimal("0.0001")  # a share below cannot be seen; its segment stands in the table


def treemap(
    segments: Sequence[Mapping[str, Any]],
    *,
    ranking: Sequence[str],
    currency: str | None,
    size: Literal["customers", "revenue"] = "customers",
) -> Picture:
    """The segments as areas of their colour, the largest first.

    A segment with nobody, or with no revenue above zero, has no area; the table names it.

    Args:
        segments: run.json's ``segments``.
        ranking: run.json's ``ranking``; it decides the colours.
        currency: Of the revenue, if known.
        size: What an area stands for.
    """
    colours = segment_colours(ranking)
    place = {name: number for number, name in enumerate(ranking)}
    lines = sorted(segments, key=lambda line: place.get(line["segment"], len(place)))
    drawn = [line for line in lines if _is_seen(line, size)]
    drawn.sort(key=lambda line: Decimal(str(line[size])), reverse=True)
    caption = _caption(drawn, len(lines), size, currency)
    series = {
        "type": "treemap",
        "roam": False,
        "nodeClick": False,
        "breadcrumb": {"show": False},
        "left": 0,
        "top": 0,
        "right": 0,
        "bottom": 0,
        "itemStyle": {"borderColor": GROUND, "borderWidth": 0, "gapWidth": 3},
        "labelLayout": FIT,
        # lineHeight keeps the lines apart; without it they overlap
        "label": {
            "show": True,
            "formatter": LABEL,
            "fontSize": 14,
            "lineHeight": 19,
            "position": [0, 0],
            "padding": [5, 8],
        },
        "data": [_area(line, colours.get(line["segment"], FALLBACK), (size, currency)) for line in drawn],
    }
    return Picture(
        name=f"treemap-{size}",
        title=f"Segments by {size}",
        caption=caption,
        option=framed(caption, {"series": [series]}),
        table=_table(lines, currency),
        height=_HEIGHT,
    )


def has_areas(segments: Sequence[Mapping[str, Any]], size: Literal["customers", "revenue"]) -> bool:
    """Whether any segment has an area."""
    return any(_is_seen(line, size) for line in segments)


def _is_seen(line: Mapping[str, Any], size: str) -> bool:
    return Decimal(str(line[f"{size}_share"])) >= _SMALLEST


def _area(line: Mapping[str, Any], colour: str, shown: tuple[str, str | None]) -> dict[str, Any]:
    size, currency = shown
    people = [several(line["customers"], "customer"), percent(line["customers_share"])]
    revenue = [money(line["revenue"], currency), percent(line["revenue_share"])]
    name, share = short_name(line["segment"]), percent(line[f"{size}_share"])
    # In an area numbers stand without their unit, which the caption says: there is room for little.
    amount = number(line["customers"]) if size == "customers" else money(line["revenue"])
    if abs(Decimal(line[size])) >= _SHORT_FROM:
        amount = short(line[size])
    return {
        "value": float(line[size]),
        "said": f"{name}\n{amount}\n{share}",
        "tip": [name, ", ".join(people), "Revenue " + ", ".join(revenue)],
        "itemStyle": {"color": colour},
        "label": {"color": label_colour(colour)},
    }


def _caption(drawn: list[Mapping[str, Any]], count: int, size: str, currency: str | None) -> str:
    if not drawn:
        return f"No segment has {size} to show."
    best = drawn[0]
    amount = several(best["customers"], "customer") if size == "customers" else money(best["revenue"], currency)
    hidden = count - len(drawn)
    share = percent(best[f"{size}_share"])
    rest = f" {several(hidden, 'segment')} too small to see, or not above zero: see the table." if hidden else ""
    unit = "" if size == "customers" else f" Numbers are {currency or 'money'}."
    largest = f"The largest is {short_name(best['segment'])} with {amount} ({share})."
    return f"The area is the segment's {size}. {largest}{unit}{rest}"


def _table(lines: list[Mapping[str, Any]], currency: str | None) -> PictureTable:
    rows = tuple(
        (
            line["segment"],
            number(line["customers"]),
            percent(line["customers_share"]),
            exact(line["revenue"]),
            percent(line["revenue_share"]),
        )
        for line in lines
    )
    columns = ("Segment", "Customers", "Share of customers", titled("Revenue", currency), "Share of revenue")
    return PictureTable(columns, rows, frozenset({1, 2, 3, 4}))
