"""Scheme grid: the segment of every code, R down, F across, and M inside each F."""

from __future__ import annotations

import itertools
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

from quintile.pictures.base import LABEL, Picture, PictureTable
from quintile.pictures.frame import GROUND, INK, LINE, TEXT, categories, framed, short_name
from quintile.pictures.palette import FALLBACK, label_colour, segment_colours
from quintile.pictures.words import several

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW, _LEGEND_ROW, _REST = 44, 22, 60
_MOST_LETTERS = 5  # scores; with more the cells are too narrow for a letter
_LEGEND = 220
Codes = dict[tuple[int, int, int], str]


def scheme_grid(codes: Codes, *, ranking: Sequence[str], scale: int, best: str = "high") -> Picture:
    """The segments over the codes, a letter and a colour each; a code that nobody has is empty.

    Args:
        codes: The segment of each code ``(r, f, m)``, scores as they are shown.
        ranking: The segments, best first.
        scale: How many scores there are.
        best: Whether the best score is the highest (``high``) or 1 (``low``).
    """
    worst_first = list(range(1, scale + 1)) if best == "high" else list(range(scale, 0, -1))
    names = [*ranking, *sorted(set(codes.values()) - set(ranking))]
    colours = {**dict.fromkeys(names, FALLBACK), **segment_colours(ranking)}
    letters = dict(zip(names, itertools.cycle(ascii_uppercase + ascii_lowercase), strict=False))
    found = several(len(set(codes.values())), "segment")
    caption = (
        f"{found} over {len(codes):,} of {scale**3:,} codes; nobody is in an empty place."
        " R goes down from the best, F to the right, and inside each F so does M."
    )
    legend_height = _LEGEND_ROW * len(names)
    option = framed(
        caption,
        {
            "grid": {"left": 44, "right": _LEGEND, "top": 8, "bottom": 30},
            "xAxis": [_across(worst_first), _groups(worst_first)],
            "yAxis": categories([f"R {r}" for r in worst_first], axisLine={"show": False}),
            "visualMap": {
                "type": "piecewise",
                "dimension": 2,
                "selectedMode": False,
                "hoverLink": False,
                "inverse": True,
                "align": "left",
                "orient": "vertical",
                "right": 0,
                "left": "auto",
                "top": 4,
                "bottom": "auto",
                "itemWidth": 16,
                "itemHeight": 12,
                "itemGap": _LEGEND_ROW - 14,
                "textStyle": {"color": INK, "fontSize": TEXT, "width": _LEGEND - 40, "overflow": "truncate"},
                "pieces": [
                    {"value": place, "label": f"{letters[name]}  {short_name(name)}", "color": colours[name]}
                    for place, name in enumerate(names)
                ],
            },
            "series": [_cells(codes, worst_first, names, (letters, colours))],
        },
        narrow={
            "grid": {"right": 4, "bottom": legend_height + 40},
            "visualMap": {"left": 0, "right": "auto", "top": "auto", "bottom": 0},
            "series": [{"label": {"fontSize": 9}}],
        },
    )
    return Picture(
        name="scheme-grid",
        title="The segment of every code",
        caption=caption,
        option=option,
        table=_table(codes, names),
        height=scale * _ROW + _REST + legend_height,
    )


def _across(worst_first: list[int]) -> dict[str, Any]:
    """One place for each F and M; only its cells are seen."""
    return categories([f"{f}-{m}" for f in worst_first for m in worst_first], show=False, position="bottom")


def _groups(worst_first: list[int]) -> dict[str, Any]:
    return categories([f"F {f}" for f in worst_first], position="bottom", axisLine={"show": False}, splitLine=_lines())


def _lines() -> dict[str, Any]:
    return {"show": True, "lineStyle": {"color": LINE}}


def _cells(
    codes: Codes, worst_first: list[int], names: list[str], keys: tuple[dict[str, str], dict[str, str]]
) -> dict[str, Any]:
    letters, colours = keys
    place = {score: number for number, score in enumerate(worst_first)}
    return {
        "type": "heatmap",
        "itemStyle": {"borderColor": GROUND, "borderWidth": 1 if len(worst_first) <= _MOST_LETTERS else 0},
        "label": {"show": len(worst_first) <= _MOST_LETTERS, "formatter": LABEL, "fontSize": 12},
        "data": [
            {
                "value": [place[f] * len(worst_first) + place[m], place[r], names.index(name)],
                "said": letters[name],
                "tip": [short_name(name), f"R {r}, F {f}, M {m}"],
                "label": {"color": label_colour(colours[name])},
            }
            for (r, f, m), name in sorted(codes.items())
        ],
    }


def _table(codes: Codes, names: list[str]) -> PictureTable:
    mark = "-" if any(score > 9 for code in codes for score in code) else ""  # noqa: PLR2004 - a digit more
    found: dict[str, list[str]] = {name: [] for name in names}
    for code, name in sorted(codes.items(), reverse=True):
        found[name].append(mark.join(map(str, code)))
    rows = tuple((name, str(len(listed)), " ".join(listed)) for name, listed in found.items())
    return PictureTable(("Segment", "Codes", "Which"), rows, frozenset({1}))
