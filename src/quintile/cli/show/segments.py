"""Segments: who they are, how many, what they bring; and the grid of recency and frequency they are cut from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.measure import Measurement
from rich.padding import Padding
from rich.text import Text

from quintile.cli.show.page import INDENT, bar, grid, quiet, said, section
from quintile.cli.show.palette import HEADING, QUIET, heat, segment_colours
from quintile.cli.show.plain import exact, number, percent

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.table import Table

_WIDE, _UNBOUND = 116, 1_000
_SHARES = ("customers_share", "revenue_share")
_LONGEST_NAME = 28
_WIDEST_BAR, _NARROWEST_BAR = 24, 3
_CELL, _LABEL = (0, 1, 0, 2), (0, 1, 0, 0)  # blanks above, right, below, left


def segments(report: dict[str, Any], console: Console) -> list[Group]:
    """Customers and revenue of every segment, their shares as bars; how they buy beside it, on narrow pages below."""
    lines, colours = _ranked(report)
    wide = console.width >= _WIDE
    habits = [_habit_titles(report), *(_habit_cells(line) for line in lines)] if wide else []
    bare = _table(report, [_line(line, [Text(), Text()]) for line in lines], habits)
    measured = Measurement.get(console, console.options.update(width=_UNBOUND), bare)
    room = (console.width - INDENT - measured.maximum) // 2
    width = min(room, _WIDEST_BAR) if room >= _NARROWEST_BAR else 0
    most = max((float(line[share]) for line in lines for share in _SHARES), default=0) or 1
    drawn = []
    for line in lines:
        bars = [bar(float(line[share]) / most, width, colours[line["segment"]], console) for share in _SHARES]
        drawn.append(_line(line, bars))
    shown = [section("Segments", _table(report, drawn, habits))]
    return shown if wide else [*shown, section("How they buy", _habits(report, lines))]


def _ranked(report: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The segments best first where the scheme ranks them, else in its own order, and each one's colour."""
    lines: list[dict[str, Any]] = report["segments"]
    names = report["ranking"]
    place = {name: number for number, name in enumerate(names)}
    ranked = sorted(lines, key=lambda line: place.get(line["segment"], len(place)))
    return ranked, {**{line["segment"]: QUIET for line in lines}, **segment_colours(names)}


def _table(report: dict[str, Any], lines: list[list[Text]], habits: list[list[Text]]) -> Table:
    table = grid("lrrlrrl" + ("rrr" if habits else ""))
    revenue = f"revenue {report['currency'] or ''}".strip()
    header = quiet("", "customers", "share", "", revenue, "share", "")
    for place, line in enumerate([header, *lines]):
        table.add_row(*line, *(habits[place] if habits else ()))
    return table


def _line(line: dict[str, Any], bars: list[Text]) -> list[Text]:
    people, money = bars
    return [
        _name(line),
        said(number(line["customers"])),
        said(percent(line["customers_share"])),
        people,
        said(exact(line["revenue"])),
        said(percent(line["revenue_share"])),
        money,
    ]


def _habits(report: dict[str, Any], lines: list[dict[str, Any]]) -> Table:
    table = grid("lrrr")
    table.add_row(said(""), *_habit_titles(report))
    for line in lines:
        table.add_row(_name(line), *_habit_cells(line))
    return table


def _habit_titles(report: dict[str, Any]) -> list[Text]:
    return quiet("median days", "mean orders", f"mean {report['currency'] or 'money'}")


def _habit_cells(line: dict[str, Any]) -> list[Text]:
    return [said(exact(line[key])) for key in ("median_recency", "mean_frequency", "mean_monetary")]


def _name(line: dict[str, Any]) -> Text:
    text = said(line["segment"], HEADING)
    text.truncate(_LONGEST_NAME, overflow="ellipsis")
    return text


def heat_grid(report: dict[str, Any]) -> Group:
    """Customers at every pair of R and F, R down from the best, F across up to the best; empty where nobody is."""
    model = report["model"]
    people = Counter[tuple[int, int]]()
    for cell in report["grid"]:
        people[cell["r"], cell["f"]] += cell["customers"]
    rising = list(range(1, model["scale"] + 1))
    worst_first = rising if model["best"] == "high" else rising[::-1]
    most = max(people.values(), default=1)
    table = grid("l" + "r" * len(rising))
    table.padding = (0, 0, 0, 0)
    table.add_row(said(""), *(Padding(said(f"F {f}", QUIET), _CELL) for f in worst_first))
    for r in reversed(worst_first):
        cells = [_pair(people[r, f], most) for f in worst_first]
        table.add_row(Padding(said(f"R {r}", HEADING), _LABEL), *cells)
    return section("Customers by recency (R) and frequency (F)", table)


def _pair(people: int, most: int) -> Padding:
    return Padding(said(number(people) if people else ""), _CELL, style=heat(people, most))
