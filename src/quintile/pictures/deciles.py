"""Deciles: what each tenth of the customers brings, the best tenth first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.pictures.base import LABEL, Picture, PictureTable
from quintile.pictures.frame import ACCENT, INK, QUIET, TEXT, categories, framed, values
from quintile.pictures.words import exact, money, percent, titled

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEIGHT = 300


def deciles(concentration: Mapping[str, Any], *, currency: str | None) -> Picture:
    """A bar for each tenth of the customers; below, the folk sayings and what this base says to them.

    Args:
        concentration: run.json's ``concentration``.
        currency: Of the revenue, if known.
    """
    tenths = concentration["deciles"]
    caption = " ".join(verdict(claim) for claim in concentration["claims"]) or "There is no customer."
    bars = {
        "type": "bar",
        "barCategoryGap": "18%",
        "itemStyle": {"color": ACCENT},
        "label": {"show": True, "position": "top", "formatter": LABEL, "color": INK, "fontSize": 12},
        "data": [
            {
                "value": float(tenth["share"] or 0),
                "said": percent(tenth["share"]),
                "tip": [_named(tenth), money(tenth["revenue"], currency), percent(tenth["share"])],
            }
            for tenth in tenths
        ],
    }
    option = framed(
        caption,
        {
            "grid": {"left": 4, "right": 4, "top": 24, "bottom": 48},
            "xAxis": categories(
                [str(place) for place in range(1, len(tenths) + 1)],
                name="Tenths of the customers, the best first",
                nameLocation="middle",
                nameGap=28,
                nameTextStyle={"color": QUIET, "fontSize": TEXT},
            ),
            "yAxis": values("", axisLabel={"show": False}, splitLine={"show": False}),
            "series": [bars],
        },
        narrow={"series": [{"label": {"fontSize": 10}}]},
    )
    return Picture(
        name="deciles",
        title="Revenue by tenths of the customers",
        caption=caption,
        option=option,
        table=PictureTable(
            ("Customers, the best first", titled("Revenue", currency), "Share of revenue"),
            tuple((_named(tenth), exact(tenth["revenue"]), percent(tenth["share"])) for tenth in tenths),
            frozenset({1, 2}),
        ),
        height=_HEIGHT,
    )


def verdict(claim: Mapping[str, Any]) -> str:
    """A folk saying, and whether it holds here: one sentence with the figure."""
    word = "True here" if claim["holds"] else "Not so here"
    figure = claim["figure"]
    if claim["claim"] == "top_40_bring_80":
        found = f"they bring {percent(figure)}" if figure is not None else "there is no revenue to share out"
    else:
        found = f"{exact(figure)} times" if figure is not None else "the bottom tenth brings nothing, or less"
    return f'"{claim["says"]}": {word[0].lower() + word[1:]}, {found}.'


def _named(tenth: Mapping[str, Any]) -> str:
    return f"{tenth['from']}-{tenth['to']}%"
