"""Bands: customers flowing from nodes on the left to nodes on the right; what such drawings have alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.pictures.base import LABEL
from quintile.pictures.frame import GROUND, INK, framed

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW, _LEAST = 52, 320
_SIDES = ("right", "left")


def bands(caption: str, nodes: Sequence[dict[str, Any]], links: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The option of such a drawing; nodes stand in the order they are given."""
    series = {
        "type": "sankey",
        "left": 2,
        "right": 2,
        "top": 12,
        "bottom": 12,
        "nodeWidth": 12,
        "nodeGap": 18,
        "draggable": False,
        "layoutIterations": 0,  # the order is that of the segments
        "emphasis": {"focus": "adjacency"},
        "label": {
            "formatter": LABEL,
            "color": INK,
            "fontSize": 13,
            "width": 300,
            "overflow": "truncate",
            "textBorderColor": GROUND,
            "textBorderWidth": 3,
        },
        "data": list(nodes),
        "links": list(links),
    }
    return framed(caption, {"series": [series]}, narrow={"series": [{"label": {"width": 140}}]})


def node(name: str, side: int, said: str, tip: list[str], colour: str) -> dict[str, Any]:
    """A node on the left (0) or the right (1); its name is for links alone and must be no stranger's text."""
    return {
        "name": name,
        "said": said,
        "tip": tip,
        "itemStyle": {"color": colour, "borderWidth": 0},
        "label": {"position": _SIDES[side]},
        "depth": side,
    }


def link(ends: tuple[str, str], customers: int, tip: list[str], colour: str) -> dict[str, Any]:
    """A band between two nodes, in the colour of the one on the left."""
    return {
        "source": ends[0],
        "target": ends[1],
        "value": customers,
        "tip": tip,
        "lineStyle": {"color": colour, "opacity": 0.3, "curveness": 0.5},
    }


def height(ends: int) -> int:
    """Pixels for so many nodes on the fuller side."""
    return max(_ROW * ends, _LEAST)
