"""Segment bars: each segment's share of the customers against its share of the revenue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.pictures.base import LABEL, Picture, PictureTable
from quintile.pictures.frame import INK, QUIET, TEXT, categories, framed, short_name, values
from quintile.pictures.palette import FALLBACK, segment_colours
from quintile.pictures.words import exact, money, number, percent, several, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROW, _REST = 46, 60
# The bars of the customers; a colour with its own alpha leaves their labels as they are.
_PALE, _PALE_HEX = 0.45, "73"
_PEOPLE, _MONEY = "Share of customers", "Share of revenue"
_NAMES, _NAMES_NARROW = 190, 104


def segment_bars(segments: Sequence[Mapping[str, Any]], *, ranking: Sequence[str], currency: str | None) -> Picture:
    """Two bars a segment, best first: pale its share of the customers, full its share of the revenue.

    Args:
        segments: run.json's ``segments``.
        ranking: run.json's ``ranking``: the order and the colours.
        currency: Of the revenue, if known.
    """
    colours = {**{line["segment"]: FALLBACK for line in segments}, **segment_colours(ranking)}
    place = {name: number for number, name in enumerate(ranking)}
    lines = sorted(segments, key=lambda line: place.get(line["segment"], len(place)))
    caption = _caption(lines)
    option = framed(
        caption,
        {
            "grid": {"left": _NAMES + 10, "right": 60, "top": 34, "bottom": 6},
            "legend": {
                "top": 0,
                "left": 0,
                "selectedMode": False,
                "textStyle": {"color": INK, "fontSize": TEXT},
                "data": [{"name": _PEOPLE, "itemStyle": {"opacity": _PALE}}, {"name": _MONEY}],
            },
            "xAxis": values("", axisLabel={"show": False}, splitLine={"show": False}),
            "yAxis": categories(
                [short_name(line["segment"]) for line in lines],
                inverse=True,
                axisLabel={"width": _NAMES, "overflow": "truncate"},
            ),
            "series": [
                _bars(
                    _PEOPLE,
                    "customers_share",
                    lines,
                    {name: f"{colour}{_PALE_HEX}" for name, colour in colours.items()},
                    currency,
                ),
                _bars(_MONEY, "revenue_share", lines, colours, currency),
            ],
        },
        narrow={"grid": {"left": _NAMES_NARROW + 8}, "yAxis": {"axisLabel": {"width": _NAMES_NARROW}}},
    )
    return Picture(
        name="segment-bars",
        title="What each segment brings",
        caption=caption,
        option=option,
        table=_table(lines, currency),
        height=_ROW * len(lines) + _REST,
    )


def _bars(
    title: str,
    share: str,
    lines: list[Mapping[str, Any]],
    colours: dict[str, str],
    currency: str | None,
) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": title,
        "barWidth": 15,
        "barGap": "10%",
        "itemStyle": {"color": QUIET},
        "label": {"show": True, "position": "right", "formatter": LABEL, "color": INK, "fontSize": 12},
        "data": [
            {
                "value": max(float(line[share]), 0.0),
                "said": percent(line[share]),
                "tip": [
                    short_name(line["segment"]),
                    f"{several(line['customers'], 'customer')}, {percent(line['customers_share'])}",
                    f"Revenue {money(line['revenue'], currency)}, {percent(line['revenue_share'])}",
                ],
                "itemStyle": {"color": colours[line["segment"]]},
            }
            for line in lines
        ],
    }


def _caption(lines: list[Mapping[str, Any]]) -> str:
    if not lines:
        return "There is no segment."
    if all(Decimal(line["revenue_share"]) == 0 for line in lines):
        return "There is no revenue to share out."
    gain = max(lines, key=_gain)
    if _gain(gain) <= 0:
        return "Each segment brings as large a share of the revenue as it has of the customers."
    return (
        f"{short_name(gain['segment'])} stands out most: {percent(gain['customers_share'])} of the customers"
        f" bring {percent(gain['revenue_share'])} of the revenue."
    )


def _gain(line: Mapping[str, Any]) -> Decimal:
    """How much more of the revenue than of the customers."""
    return Decimal(line["revenue_share"]) - Decimal(line["customers_share"])


def _table(lines: list[Mapping[str, Any]], currency: str | None) -> PictureTable:
    columns = (
        "Segment",
        "Share of customers",
        "Share of revenue",
        "Median days since the last order",
        "Orders per customer",
        titled("Revenue per customer", currency),
        "Customers",
    )
    rows = tuple(
        (
            line["segment"],
            percent(line["customers_share"]),
            percent(line["revenue_share"]),
            exact(line["median_recency"]),
            exact(line["mean_frequency"]),
            exact(line["mean_monetary"]),
            number(line["customers"]),
        )
        for line in lines
    )
    return PictureTable(columns, rows, frozenset(range(1, len(columns))))
