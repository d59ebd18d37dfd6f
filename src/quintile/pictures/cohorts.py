"""Cohorts: how many of each month's new customers ordered again, or what they brought, month after month, as heat."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

from quintile.pictures.base import LABEL, Picture, PictureTable
from quintile.pictures.frame import GROUND, LINE, categories, framed
from quintile.pictures.palette import heat_step
from quintile.pictures.words import exact, money, number, percent, several, short, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EXACT = Context(prec=100)
Show = Literal["retention", "revenue"]
_TITLES = {
    "retention": "Who ordered again, by month of the first order",
    "revenue": "Revenue by month of the first order",
}
_ROW, _REST = 26, 70
_MOST = 24  # rows and columns that can still be read
_MOST_LABELS = 13


def cohort_heat(cohorts: Sequence[Mapping[str, Any]], *, currency: str | None, show: Show = "retention") -> Picture:
    """A row for each cohort, the latest at the bottom; a column for each month since. What is not over is empty.

    The picture shows the last 24 cohorts and 24 months; its table has all.

    Args:
        cohorts: What ``jobs.cohorts`` found.
        currency: Of the revenue, if known.
        show: What a cell says.
    """
    # Everybody ordered in the first month, so that only returns are worth a column there.
    begin = 1 if show == "retention" else 0
    drawn = cohorts[-_MOST:]
    columns = range(begin, max((cell["months_since"] + 1 for one in drawn for cell in one["cells"]), default=0))[:_MOST]
    caption = _caption(cohorts, currency, show)
    cells = [
        (row, columns.index(cell["months_since"]), one, cell)
        for row, one in enumerate(drawn)
        for cell in one["cells"]
        if cell["months_since"] in columns and cell[show] is not None
    ]
    most = max((Decimal(cell[show]) for *_, cell in cells), default=Decimal(0))
    series = {
        "type": "heatmap",
        "itemStyle": {"borderColor": GROUND, "borderWidth": 1},
        "label": {"show": len(columns) <= _MOST_LABELS, "formatter": LABEL, "fontSize": 11},
        "data": [_cell(row, column, one, cell, (show, most, currency)) for row, column, one, cell in cells],
    }
    lines = {"splitLine": {"show": True, "lineStyle": {"color": LINE}}}
    option = framed(
        caption,
        {
            "grid": {"left": 70, "right": 4, "top": 8, "bottom": 32},
            "xAxis": categories([f"+{since}" for since in columns], axisLine={"show": False}, **lines),
            "yAxis": categories([one["month"] for one in drawn], inverse=True, axisLine={"show": False}, **lines),
            # a heat map demands one; every cell has its own colour instead
            "visualMap": {"show": False, "min": 0, "max": 1},
            "series": [series],
        },
        narrow={"series": [{"label": {"show": False}}]},
    )
    return Picture(
        name=f"cohorts-{show}",
        title=_TITLES[show],
        caption=caption,
        option=option,
        table=_table(cohorts, currency, show),
        height=len(drawn) * _ROW + _REST,
    )


def _cell(
    row: int,
    column: int,
    one: Mapping[str, Any],
    cell: Mapping[str, Any],
    shown: tuple[Show, Decimal, str | None],
) -> dict[str, Any]:
    show, most, currency = shown
    value = Decimal(cell[show])
    step = heat_step(float(value), float(most))
    return {
        "value": [column, row, float(value)],
        "visualMap": False,
        "said": percent(cell[show]) if show == "retention" else short(value),
        "tip": [
            f"First order in {one['month']}, {cell['months_since']} months later",
            f"{number(cell['ordered_again'])} of {several(one['size'], 'customer')} ordered again",
            f"Revenue {money(cell['revenue'], currency)}",
        ],
        "itemStyle": {"color": f"role:heat{step}"},
        "label": {"color": f"role:heat{step}-ink"},
    }


def _caption(cohorts: Sequence[Mapping[str, Any]], currency: str | None, show: Show) -> str:
    empty = " A cell of a month that is not over is empty."
    cells = [(one, cell) for one in cohorts for cell in one["cells"] if cell[show] is not None]
    if show == "revenue":
        brought = reduce(_EXACT.add, (Decimal(cell["revenue"]) for _, cell in cells), Decimal(0))
        return f"All cohorts brought {money(brought, currency)} in months that are over.{empty}"
    next_month = [(cell["ordered_again"], one["size"]) for one, cell in cells if cell["months_since"] == 1]
    people = sum(size for _, size in next_month)
    if not people:
        return f"No cohort has a month after its first one that is over.{empty}"
    share = percent(float(sum(again for again, _ in next_month)) / people)
    return f"{share} of {several(people, 'new customer')} ordered again in the month after their first order.{empty}"


def _table(cohorts: Sequence[Mapping[str, Any]], currency: str | None, show: Show) -> PictureTable:
    longest = max((len(one["cells"]) for one in cohorts), default=0)
    shown = percent if show == "retention" else exact
    rows = []
    for one in cohorts:
        cells = [shown(cell[show]) for cell in one["cells"]]
        size = "" if one["size"] is None else number(one["size"])
        rows.append((one["month"], size, *cells, *[""] * (longest - len(cells))))
    title = "First order" if show == "retention" else titled("First order; revenue", currency)
    columns = (title, "New customers", *(f"+{since}" for since in range(longest)))
    return PictureTable(columns, tuple(rows), frozenset(range(1, len(columns))))
