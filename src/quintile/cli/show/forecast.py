"""Forecast: what becomes of the segments if nobody buys, and the coming days with the most who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import bar, grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET, segment_colours
from quintile.cli.show.plain import exact, number, several, short_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console, Group

_MOST_MOVES, _BAR = 15, 24


def show_forecast(found: Mapping[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show what ``jobs.forecast`` returns.

    Args:
        found: What the job returned.
        out: The list that was written, if one was.
        console: Where to show it; the standard output if None.
    """
    console = console or stdout()
    first, *others = found["statements"] or [f"Nobody leaves a segment by {found['until']}."]
    later = several(found["orders_later"], "order of the analysis date or later does", "orders from then on do")
    parts = [
        said(first, f"{HEADING} {GOOD}"),
        *([section("What is coming", *(said(one) for one in others))] if others else []),
        _segments(found, console),
        _moves(found, console),
        said(f"note: {later} not count here", DOUBTFUL) if found["orders_later"] else None,
        said("note: by the scores; the dwell rule publishes a move later", DOUBTFUL) if found["dwell"] else None,
        said(f"Written to {short_path(out)} ({several(found['listed']['moves'], 'move')})", QUIET) if out else None,
    ]
    put(console, parts)


def _segments(found: Mapping[str, Any], console: Console) -> Group:
    table = grid("lrrl")
    table.add_row(*quiet("", found["as_of"], found["until"], ""))
    most = max(line[key] for line in found["segments"] for key in ("customers", "customers_at_end"))
    colours = segment_colours([line["segment"] for line in found["segments"]])
    for line in found["segments"]:
        counts = [said(number(line[key])) for key in ("customers", "customers_at_end")]
        drawn = bar(line["customers_at_end"] / (most or 1), _BAR, colours.get(line["segment"], QUIET), console)
        table.add_row(said(line["segment"]), *counts, drawn)
    return section("Customers now and at the end, if nobody buys", table)


def _moves(found: Mapping[str, Any], console: Console) -> Group | None:
    if not found["moves"]:
        return None
    largest = sorted(found["moves"], key=lambda line: (-line["customers"], line["on"]))[:_MOST_MOVES]
    most = largest[0]["customers"]
    table = grid("lllrrl")
    table.add_row(*quiet("on", "from", "to", "customers", f"revenue {found['currency'] or ''}".rstrip(), ""))
    for line in sorted(largest, key=lambda one: one["on"]):
        ends = [line["on"], line["from"], line["to"] or "scored no more"]
        figures = [number(line["customers"]), exact(line["revenue"])]
        drawn = bar(line["customers"] / most, _BAR, QUIET, console)
        table.add_row(*map(said, [*ends, *figures]), drawn)
    more = len(found["moves"]) - len(largest)
    rest = said(f"and {several(more, 'smaller one')}; all of them: --json, or --out FILE.csv", QUIET) if more else None
    return section("The largest moves", table, rest)
