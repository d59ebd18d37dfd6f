"""Heat: customers, revenue or revenue per customer at every pair of R and F."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any, Literal

from quintile.pictures.base import LABEL, Picture, PictureTable
from quintile.pictures.frame import GROUND, LINE, categories, framed
from quintile.pictures.palette import heat_step
from quintile.pictures.words import exact, money, number, several, short, titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Show = Literal["customers", "revenue", "mean"]
_TITLES = {"customers": "Customers", "revenue": "Revenue", "mean": "Revenue per customer"}
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")
_MOST_LABELS = 6  # more columns leave no room for numbers on a telephone
_SPACIOUS, _ROW, _DENSE_ROW, _REST = 5, 58, 38, 60
Cells = dict[tuple[int, int], tuple[int, Decimal]]


def heat(
    grid: Iterable[Mapping[str, Any]], *, scale: int, best: str = "high", currency: str | None, show: Show = "customers"
) -> Picture:
    """The pairs of R and F as a grid of heat: R down from the best, F across up to the best.

    A pair that nobody has is empty: no number and no colour.

    Args:
        grid: run.json's ``grid``; M is summed up in each pair.
        scale: How many scores there are.
        best: Whether the best score is the highest (``high``) or 1 (``low``).
        currency: Of the money, if known.
        show: What a cell says; with ``revenue`` and ``mean`` it is the M of the grid.
    """
    cells = _summed(grid)
    worst_first = list(range(1, scale + 1)) if best == "high" else list(range(scale, 0, -1))
    title = f"{_TITLES[show]} by recency (R) and frequency (F)"
    caption = _caption(cells, show, currency)
    most = max((_amount(cell, show) for cell in cells.values()), default=Decimal(0))
    series = {
        "type": "heatmap",
        "itemStyle": {"borderColor": GROUND, "borderWidth": 1},
        "label": {"show": True, "formatter": LABEL, "fontSize": 13 if scale <= _SPACIOUS else 11},
        "data": [
            _cell(worst_first, pair, cells[pair], most, (show, currency))
            for pair in ((r, f) for r in worst_first for f in worst_first)
            if pair in cells
        ],
    }
    option = framed(
        caption,
        {
            "grid": {"left": 44, "right": 4, "top": 8, "bottom": 32},
            "xAxis": categories([f"F {f}" for f in worst_first], splitLine=_lines(), axisLine={"show": False}),
            "yAxis": categories([f"R {r}" for r in worst_first], splitLine=_lines(), axisLine={"show": False}),
            # a heat map demands one; every cell has its own colour instead
            "visualMap": {"show": False, "min": 0, "max": 1},
            "series": [series],
        },
        narrow={"series": [{"label": {"show": scale <= _MOST_LABELS, "fontSize": 12}}]},
    )
    return Picture(
        name=f"heat-{show}",
        title=title,
        caption=caption,
        option=option,
        table=_table(cells, worst_first, show, currency),
        height=scale * (_ROW if scale <= _SPACIOUS else _DENSE_ROW) + _REST,
    )


def _summed(grid: Iterable[Mapping[str, Any]]) -> Cells:
    people: dict[tuple[int, int], int] = defaultdict(int)
    revenue: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for cell in grid:
        pair = cell["r"], cell["f"]
        people[pair] += cell["customers"]
        revenue[pair] = _EXACT.add(revenue[pair], Decimal(cell["revenue"]))
    return {pair: (people[pair], revenue[pair]) for pair in people if people[pair]}


def _amount(cell: tuple[int, Decimal], show: Show) -> Decimal:
    customers, revenue = cell
    if show == "customers":
        return Decimal(customers)
    return revenue if show == "revenue" else _EXACT.divide(revenue, Decimal(customers)).quantize(_CENT, context=_EXACT)


def _cell(
    worst_first: list[int],
    pair: tuple[int, int],
    cell: tuple[int, Decimal],
    most: Decimal,
    shown: tuple[Show, str | None],
) -> dict[str, Any]:
    show, currency = shown
    amount = _amount(cell, show)
    step = heat_step(float(amount), float(most))
    return {
        "value": [worst_first.index(pair[1]), worst_first.index(pair[0]), float(amount)],
        "visualMap": False,
        "said": number(cell[0]) if show == "customers" else short(amount),
        "tip": [
            f"R {pair[0]}, F {pair[1]}",
            several(cell[0], "customer"),
            f"Revenue {money(cell[1], currency)}",
            f"Per customer {money(_amount(cell, 'mean'), currency)}",
        ],
        "itemStyle": {"color": f"role:heat{step}"},
        "label": {"color": f"role:heat{step}-ink"},
    }


def _lines() -> dict[str, Any]:
    return {"show": True, "lineStyle": {"color": LINE}}


def _caption(cells: Cells, show: Show, currency: str | None) -> str:
    if not cells:
        return "Nobody is scored."
    pair = max(sorted(cells, reverse=True), key=lambda found: _amount(cells[found], show))
    amount = _amount(cells[pair], show)
    said = several(int(amount), "customer") if show == "customers" else money(amount, currency)
    letters = "K is a thousand, M a million, B a billion"
    unit = f" Numbers are {currency or 'money'}; {letters}." if show != "customers" else ""
    legend = "The stronger the colour, the more; an empty cell has nobody."
    return f"The most is at R {pair[0]}, F {pair[1]}: {said}. {legend}{unit}"


def _table(cells: Cells, worst_first: list[int], show: Show, currency: str | None) -> PictureTable:
    title = _TITLES[show] if show == "customers" else titled(_TITLES[show], currency)
    rows = tuple(
        (f"R {r}", *(exact(str(_amount(cells[r, f], show))) if (r, f) in cells else "" for f in worst_first))
        for r in reversed(worst_first)
    )
    columns = (title, *(f"F {f}" for f in worst_first))
    return PictureTable(columns, rows, frozenset(range(1, len(columns))))
