"""Distribution: how many customers have each value of R, F or M, with the cut points drawn."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.pictures.base import COUNT, Picture, PictureTable
from quintile.pictures.frame import ACCENT, INK, QUIET, TEXT, categories, framed, values
from quintile.pictures.words import exact, measured, number, percent, several, short, titled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = {"r": "Recency", "f": "Frequency", "m": "Monetary"}
_AXES = {"r": "Days since the last order", "f": "Orders"}
_UNITS = {"r": ("day", "days"), "f": ("order", "orders")}
_HEIGHT = 320
# The labels of cut points stand in tiers where they are near: nearer than this part of the width.
_TIERS, _TIER, _NEAR = 4, 15, 0.16
_ROOM = 22
_LONGEST_BIN = 9
_LONGEST = 7  # letters of a label; longer ones would lie on each other on a telephone


def distribution(found: Mapping[str, Any], *, currency: str | None) -> Picture:
    """A bar for each stretch of values, and a dashed line at each cut point between two scores.

    A line stands where its value lies inside the bar; cut points without a value, and equal ones, are drawn once.

    Args:
        found: One of run.json's ``distributions``.
        currency: Of the money, if known.
    """
    metric, bins = found["metric"], found["bins"]
    labels = [bin_label(metric, line["from"], line["to"]) for line in bins]
    everyone = sum(line["customers"] for line in bins) + found["without"]
    caption = _caption(found, everyone, currency)
    bars = {
        "type": "bar",
        "barCategoryGap": "12%",
        "itemStyle": {"color": ACCENT},
        "data": [
            {
                "value": line["customers"],
                "tip": [
                    _with_noun(metric, label, currency),
                    several(line["customers"], "customer"),
                    percent(_part(line["customers"], everyone)),
                ],
            }
            for label, line in zip(labels, bins, strict=True)
        ],
        "z": 2,
    }
    lines, tiers = _cut_lines(metric, bins, found["cuts"])
    option = framed(
        caption,
        {
            "grid": {"left": 52, "right": 16, "top": _ROOM + _TIER * tiers, "bottom": 52},
            "xAxis": [
                categories(
                    [short_label(metric, line["from"], line["to"]) for line in bins],
                    name=_AXES.get(metric, titled("Money", currency)),
                    nameLocation="middle",
                    nameGap=32,
                    nameTextStyle={"color": QUIET, "fontSize": TEXT},
                    axisLabel={"interval": "auto", "hideOverlap": True, "fontSize": 12, "color": QUIET},
                ),
                {"type": "value", "min": 0, "max": max(len(bins), 1), "show": False, "position": "bottom"},
            ],
            "yAxis": values(
                "Customers", axisLabel={"formatter": COUNT}, minInterval=1, nameLocation="middle", nameGap=38
            ),
            "series": [bars, _marked(lines)],
        },
    )
    return Picture(
        name=f"distribution-{metric}",
        title=f"{_NAMES[metric]} and its cut points",
        caption=caption,
        option=option,
        table=_table(found, labels, everyone, currency),
        height=_HEIGHT,
    )


def bin_label(metric: str, low: str | None, high: str | None) -> str:
    """A bin as people read it: ``10-19`` days, ``3`` orders, ``12.5-16`` of money, ``23+``."""
    if low is None:
        return f"below {exact(high)}"
    if high is None:
        return f"{exact(low)}+"
    if metric == "m":
        return f"{exact(low)}-{exact(high)}"
    last = int(high) - 1
    return exact(low) if int(low) == last else f"{exact(low)}-{last:,}"


def short_label(metric: str, low: str | None, high: str | None) -> str:
    """The same where there is little room: large amounts in three digits, ``2.00B-2.50B``."""
    exactly = bin_label(metric, low, high)
    if metric != "m" or len(exactly) <= _LONGEST_BIN:
        return exactly
    if low is None:
        return f"below {short(high or '0')}"
    return f"{short(low)}+" if high is None else f"{short(low)}-{short(high)}"


def place_of(value: Decimal, bins: Sequence[Mapping[str, Any]]) -> float:
    """Where a value stands among bins, 0 at the left end, 1 after the first bin; in an open bin at its border."""
    for place, line in enumerate(bins):
        low, high = line["from"], line["to"]
        if high is None or value < Decimal(high):
            if low is None:
                return place + 1
            inside = 0.0 if high is None else float((value - Decimal(low)) / (Decimal(high) - Decimal(low)))
            return place + max(inside, 0.0)
    return len(bins)


def drawn_cuts(metric: str, cuts: Sequence[str | None]) -> list[Decimal]:
    """Where the lines stand, each once: days after the last day of the better score, else at the first better value."""
    known = sorted({Decimal(cut) for cut in cuts if cut is not None})
    return [cut + 1 if metric == "r" else cut for cut in known]


def _cut_lines(
    metric: str, bins: Sequence[Mapping[str, Any]], cuts: Sequence[str | None]
) -> tuple[list[dict[str, Any]], int]:
    """A line for each cut point, and how many tiers of labels they need."""
    ends = [-float(len(bins))] * _TIERS
    lines, tiers = [], 0
    for cut in drawn_cuts(metric, cuts):
        place = place_of(cut, bins)
        far = (tier for tier, end in enumerate(ends) if place - end >= _NEAR * len(bins))
        tier = next(far, ends.index(min(ends)))
        ends[tier] = place
        tiers = max(tiers, tier + 1)
        lines.append({"xAxis": place, "label": {"formatter": _label(metric, cut), "distance": 4 + tier * _TIER}})
    return lines, tiers


def _label(metric: str, cut: Decimal) -> str:
    """The cut point in a few letters; the caption has it in full."""
    value = cut - 1 if metric == "r" else cut
    exactly = measured(format(value, "f"))
    return exactly if len(exactly) <= _LONGEST else short(value)


def _marked(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "line",
        "xAxisIndex": 1,
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": INK, "type": "dashed", "width": 1.5},
            "label": {"position": "end", "color": INK, "fontSize": 12},
            "data": lines,
        },
        "z": 3,
    }


def _part(count: int, everyone: int) -> str:
    return str(Decimal(count) / everyone) if everyone else "0"


def _with_noun(metric: str, label: str, currency: str | None) -> str:
    if metric == "m":
        return with_unit(label, currency)
    one, many = _UNITS[metric]
    return f"{label} {one if label == '1' else many}"


def _caption(found: Mapping[str, Any], everyone: int, currency: str | None) -> str:
    metric, value = found["metric"], found["common_value"]
    cuts = [measured(cut) for cut in dict.fromkeys(found["cuts"]) if cut is not None]
    share = percent(found["common_share"])
    common = "no order in the window" if value is None else _with_noun(metric, measured(value), currency)
    cut_points = f" Cut points: {'; '.join(cuts)}." if cuts else ""
    without = f" {several(found['without'], 'customer')} without an order in the window." if found["without"] else ""
    everybody = several(everyone, "customer")
    return f"{everybody}; the most common value is {common}, shared by {share}.{cut_points}{without}"


def _table(found: Mapping[str, Any], labels: list[str], everyone: int, currency: str | None) -> PictureTable:
    rows = [
        (label, number(line["customers"]), percent(_part(line["customers"], everyone)))
        for label, line in zip(labels, found["bins"], strict=True)
    ]
    if found["without"]:
        rows.append(("no order", number(found["without"]), percent(_part(found["without"], everyone))))
    title = _AXES.get(found["metric"], titled("Money", currency))
    return PictureTable((title, "Customers", "Share of customers"), tuple(rows), frozenset({1, 2}))
