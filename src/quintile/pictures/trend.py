"""Trend: the customers of each segment, and its share of the revenue, at one analysis date after the other."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.pictures.base import COUNT, LABEL, PERCENT, Picture, PictureTable
from quintile.pictures.frame import GROUND, TEXT, categories, framed, short_name, values
from quintile.pictures.palette import FALLBACK, segment_colours
from quintile.pictures.words import exact, money, number, percent, several, titled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PANEL, _ROW = 190, 17
_TOP, _BETWEEN, _BOTTOM = 34, 66, 26
_LEFT, _NAMES, _NAMES_NARROW = 52, 170, 104
_WHOLE = 100
_ASIDE = 8
_ROUND = (1, 2, 3, 4, 5, 6, 8, 10)
_APART = 14  # pixels from one name beside the last bar to the next
_Line = dict[str, Any]


def trend(dates: Sequence[Mapping[str, Any]], *, ranking: Sequence[str], currency: str | None) -> Picture:
    """A stack of bars a date, the best segment at the top: customers above, shares of the revenue below.

    Args:
        dates: ``as_of`` and ``segments`` of each run.json, the earliest first. A date that knows nothing of a segment
            has no bar and an empty cell for it.
        ranking: The segments, best first: the order and the colours.
        currency: Of the revenue, if known.
    """
    shown = [(_day(one), {line["segment"]: line for line in one["segments"]}) for one in dates]
    names = list(dict.fromkeys([*ranking, *(name for _, lines in shown for name in lines)]))
    caption, panel = _caption(shown, names), max(_PANEL, _ROW * len(names))
    tops = (_TOP, _TOP + panel + _BETWEEN)
    height = tops[1] + panel + _BOTTOM
    colours = segment_colours(ranking)
    tops_of_axes = (_round_top(shown), None if _is_any_below_zero(shown) else _WHOLE)
    series = [
        _bars((place, key), name, shown, colours.get(name, FALLBACK), currency, shifts.get(name, 0))
        for place, key in enumerate(("customers", "revenue_share"))
        for shifts in [_shifts(_last(shown, names, key), tops_of_axes[place], panel)]
        for name in reversed(names)  # the first one lies at the bottom
    ]
    option = framed(
        caption,
        {
            # In parts of the whole, because paper gives it less height.
            "grid": [
                {"left": _LEFT, "right": _NAMES, "top": f"{top / height:.2%}", "height": f"{panel / height:.2%}"}
                for top in tops
            ],
            "xAxis": [
                categories(
                    [day for day, _ in shown], gridIndex=place, axisLabel={"interval": "auto", "hideOverlap": True}
                )
                for place in range(len(tops))
            ],
            "yAxis": [
                values(
                    "Customers",
                    gridIndex=0,
                    nameTextStyle={"align": "left"},
                    axisLabel={"formatter": COUNT},
                    max=tops_of_axes[0],
                ),
                values(
                    "Share of revenue",
                    gridIndex=1,
                    nameTextStyle={"align": "left"},
                    axisLabel={"formatter": PERCENT},
                    # Rounded shares may add up to a little more than all.
                    **({} if tops_of_axes[1] is None else {"max": _WHOLE}),
                ),
            ],
            "series": series,
        },
        narrow={
            "grid": [{"right": _NAMES_NARROW} for _ in tops],
            "series": [{"label": {"width": _NAMES_NARROW - _ASIDE}} for _ in series],
        },
    )
    return Picture(
        name="trend",
        title="The segments over time",
        caption=caption,
        option=option,
        table=_table(shown, names, currency),
        height=height,
    )


def _day(one: Mapping[str, Any]) -> str:
    return str(one["as_of"]).replace("T", " ")


def _round_top(shown: Sequence[tuple[str, dict[str, _Line]]]) -> int:
    """The end of the axis of customers: the first round number that no bar exceeds."""
    most = max((sum(line["customers"] for line in lines.values()) for _, lines in shown), default=0)
    step: int = 10 ** (len(str(most)) - 1)
    return next(steps * step for steps in _ROUND if steps * step >= most)


def _last(shown: Sequence[tuple[str, dict[str, _Line]]], names: Sequence[str], key: str) -> dict[str, float]:
    """What each name that is drawn at the last date stands for there, from the foot of the bar."""
    lines = shown[-1][1] if shown else {}
    found = {name: _height(lines[name], key) for name in reversed(names) if name in lines}
    return {name: value for name, value in found.items() if value > 0}


def _shifts(last: dict[str, float], top: int | None, panel: int) -> dict[str, float]:
    """How many pixels each name beside the last bar goes down (or up, below 0), so that no two of them overlap."""
    if not top:
        return {}
    wanted, foot = [], 0.0
    for value in last.values():
        wanted.append((foot + value / 2) * panel / top)
        foot += value
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + _APART if placed else height))
    for place in reversed(range(len(placed))):
        most = panel if place == len(placed) - 1 else placed[place + 1] - _APART
        placed[place] = min(placed[place], most)
    return {name: round(was - now, 1) for name, was, now in zip(last, wanted, placed, strict=True)}


def _bars(
    where: tuple[int, str],
    name: str,
    shown: Sequence[tuple[str, dict[str, _Line]]],
    colour: str,
    currency: str | None,
    shift: float,
) -> dict[str, Any]:
    panel, key = where
    data: list[dict[str, Any]] = [
        {"value": "-"} if name not in lines else _bar(day, lines[name], key, currency) for day, lines in shown
    ]
    if data and data[-1]["value"] not in {"-", 0}:
        data[-1]["label"] = {"show": True}
    return {
        "type": "bar",
        "stack": key,
        "xAxisIndex": panel,
        "yAxisIndex": panel,
        "barMaxWidth": 56,
        "barCategoryGap": "22%",
        "itemStyle": {"color": colour, "borderColor": GROUND, "borderWidth": 0.5},
        "emphasis": {"focus": "series"},
        # The name stands beside the last bar, so that colour is not all there is; names too close move apart.
        "label": {
            "show": False,
            "position": "right",
            "formatter": LABEL,
            "color": "role:ink",
            "fontSize": TEXT - 1,
            "width": _NAMES - _ASIDE,
            "overflow": "truncate",
        },
        "labelLayout": {"hideOverlap": True, "dy": shift},
        "data": data,
    }


def _bar(day: str, line: _Line, key: str, currency: str | None) -> dict[str, Any]:
    return {
        "value": line[key] if key == "customers" else _height(line, key),
        "said": short_name(line["segment"]),
        "tip": [
            short_name(line["segment"]),
            day,
            f"{several(line['customers'], 'customer')}, {percent(line['customers_share'])}",
            f"Revenue {money(line['revenue'], currency)}, {percent(line['revenue_share'])}",
        ],
    }


def _height(line: _Line, key: str) -> float:
    return float(line[key]) if key == "customers" else float(Decimal(line[key]) * _WHOLE)


def _is_any_below_zero(shown: Sequence[tuple[str, dict[str, _Line]]]) -> bool:
    return any(Decimal(line["revenue_share"]) < 0 for _, lines in shown for line in lines.values())


def _caption(shown: Sequence[tuple[str, dict[str, _Line]]], names: Sequence[str]) -> str:
    if not shown:
        return "There is no analysis date."
    (first, then), (last, now) = shown[0], shown[-1]
    people = [sum(line["customers"] for line in lines.values()) for lines in (then, now)]
    said = f"{several(people[0], 'customer')} on {first}, {number(people[1])} on {last}."
    changes = {name: _share(now, name) - _share(then, name) for name in names if name in then and name in now}
    most = max(changes, key=lambda name: abs(changes[name]), default=None)
    if most is None or not changes[most]:
        return f"{said} Every segment has the share of the customers that it had."
    way = "grew" if changes[most] > 0 else "shrank"
    shares = (percent(lines[most]["customers_share"]) for lines in (then, now))
    return f"{said} {short_name(most)} {way} most, from {' to '.join(shares)} of the customers."


def _share(lines: dict[str, _Line], name: str) -> Decimal:
    return Decimal(str(lines[name]["customers_share"]))


def _table(shown: Sequence[tuple[str, dict[str, _Line]]], names: Sequence[str], currency: str | None) -> PictureTable:
    columns = (
        "Analysis date",
        "Segment",
        "Customers",
        "Share of customers",
        titled("Revenue", currency),
        "Share of revenue",
    )
    rows = tuple((day, name, *_cells(lines.get(name))) for day, lines in shown for name in names)
    return PictureTable(columns, rows, frozenset(range(2, len(columns))))


def _cells(line: _Line | None) -> tuple[str, ...]:
    if line is None:
        return "", "", "", ""
    return (
        number(line["customers"]),
        percent(line["customers_share"]),
        exact(line["revenue"]),
        percent(line["revenue_share"]),
    )
