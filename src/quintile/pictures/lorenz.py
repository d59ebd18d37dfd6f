"""Lorenz: which share of the revenue the poorest part of the customers brings, against equal shares."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.pictures.base import PERCENT, Picture, PictureTable
from quintile.pictures.frame import ACCENT, INK, LINE, QUIET, TEXT, framed, values
from quintile.pictures.words import percent, several

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEIGHT = 380
_TENTH, _WHOLE = 10, 100
_FIFTH = 80


def lorenz(concentration: Mapping[str, Any]) -> Picture:
    """The Lorenz curve, and the straight line it would be if all customers brought the same.

    Args:
        concentration: run.json's ``concentration``. Without revenue above zero there is no curve.
    """
    shares = [None if share is None else Decimal(share) for share in concentration["lorenz"]]
    points = [share for share in shares if share is not None]
    caption = _caption(concentration, points)
    lowest = min([Decimal(0), *points])
    option = framed(
        caption,
        {
            "grid": {"left": 56, "right": 20, "top": 36, "bottom": 52},
            "legend": {"top": 0, "left": 0, "selectedMode": False, "textStyle": {"color": INK, "fontSize": TEXT}},
            "tooltip": {**framed("")["tooltip"], "trigger": "item"},
            "xAxis": _axis("Customers, those who bring least first", "x", 0),
            "yAxis": _axis("Revenue", "y", float((lowest * _WHOLE).to_integral_value(rounding="ROUND_FLOOR"))),
            "series": [_curve(points), _equal()],
        },
    )
    return Picture(
        name="lorenz",
        title="How the revenue lies on the customers",
        caption=caption,
        option=option,
        table=_table(points),
        height=_HEIGHT,
    )


def _axis(title: str, side: str, least: float) -> dict[str, Any]:
    return values(
        title,
        min=least,
        max=_WHOLE,
        nameLocation="middle",
        nameGap=32 if side == "x" else 44,
        axisLabel={"formatter": PERCENT},
        axisLine={"show": True, "onZero": True, "lineStyle": {"color": LINE}},
    )


def _curve(points: list[Decimal]) -> dict[str, Any]:
    return {
        "type": "line",
        "name": "This base",
        "symbol": "circle",
        "symbolSize": 5,
        "showAllSymbol": True,
        "lineStyle": {"color": ACCENT, "width": 2.5},
        "itemStyle": {"color": ACCENT},
        "areaStyle": {"color": ACCENT, "opacity": 0.12},
        "data": [
            {
                "value": [place, float(share * _WHOLE)],
                "symbolSize": 7 if place % _TENTH == 0 else 1,
                "tip": [f"The poorest {place}% of the customers", f"bring {percent(str(share))} of the revenue"],
            }
            for place, share in enumerate(points)
        ],
    }


def _equal() -> dict[str, Any]:
    return {
        "type": "line",
        "name": "If all brought the same",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": QUIET, "type": "dashed", "width": 1.5},
        "itemStyle": {"color": QUIET},
        "data": [{"value": [0, 0]}, {"value": [_WHOLE, _WHOLE]}],
    }


def _caption(concentration: Mapping[str, Any], points: list[Decimal]) -> str:
    if not points:
        return "Without revenue above zero there is nothing to share out."
    top = percent(str(1 - points[_FIFTH]))
    below = concentration["customers_below_zero"]
    gini = concentration["gini"]
    index = f" The Gini index is {gini} (0: all the same, 1: one has it all)." if gini is not None else ""
    beyond = " That is why the index is above 1." if gini is not None and Decimal(gini) > 1 else ""
    sunk = f" {several(below, 'customer is', 'customers are')} below zero after refunds.{beyond}" if below else ""
    return f"The best fifth of the customers brings {top} of the revenue.{index}{sunk}"


def _table(points: list[Decimal]) -> PictureTable:
    rows = tuple((f"{place}%", percent(str(share))) for place, share in enumerate(points) if place % _TENTH == 0)
    return PictureTable(("Poorest share of the customers", "Their share of the revenue"), rows, frozenset({1}))
