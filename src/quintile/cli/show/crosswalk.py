"""Crosswalk: for each segment of one scheme, where its customers are in the other."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import bar, grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import GOOD, HEADING, QUIET, segment_colours
from quintile.cli.show.plain import exact, number, percent, several, short_path

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console, Group
    from rich.table import Table

_BAR = 16


def show_crosswalk(found: dict[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show a crosswalk.

    Args:
        found: What ``jobs.crosswalk`` returns.
        out: The page it was written to, if it was.
        console: Where to show it; the standard output if None.
    """
    console = console or stdout()
    title = f"{several(found['customers'], 'customer')} under {len(found['schemes'])} schemes as of {found['as_of']}"
    pairs = [_pair(pair, found, console) for pair in found["pairs"]]
    written = [said(f"As a page: {short_path(out)}", QUIET)] if out else []
    schemes = section("The schemes", _schemes(found["schemes"]))
    put(console, [said(title, f"{HEADING} {GOOD}"), schemes, *pairs, *written])


def _schemes(schemes: list[dict[str, Any]]) -> Table:
    table = grid("lrrl")
    table.add_row(*quiet("", "scores", "segments", ""))
    for scheme in schemes:
        counts = said(str(scheme["scale"])), said(number(len(scheme["segments"])))
        table.add_row(said(scheme["scheme"], HEADING), *counts, said(scheme["title"], QUIET))
    return table


def _pair(pair: dict[str, Any], found: dict[str, Any], console: Console) -> Group:
    """Each segment of the first scheme, below it the segments of the second that its customers are in."""
    colours = {scheme["scheme"]: _colours(scheme) for scheme in found["schemes"]}
    table = grid("lrrrl")
    table.add_row(*quiet("", "customers", "share", f"revenue {found['currency'] or ''}".strip(), ""))
    totals = {
        line["segment"]: line
        for scheme in found["schemes"]
        if scheme["scheme"] == pair["from"]
        for line in scheme["segments"]
    }
    for segment, crossings in groupby(pair["flow"], key=lambda line: line["from"]):
        total = totals[segment]
        name = said(segment, f"bold {colours[pair['from']][segment]}")
        table.add_row(name, said(number(total["customers"])), said(""), said(exact(total["revenue"])), said(""))
        for line in sorted(crossings, key=lambda line: -line["customers"]):
            colour = colours[pair["to"]][line["to"]]
            table.add_row(
                said(f"  {line['to']}", colour),
                said(number(line["customers"])),
                said(percent(line["customers_share"])),
                said(exact(line["revenue"])),
                bar(float(line["customers_share"]), _BAR, colour, console),
            )
    return section(f"From {pair['from']} to {pair['to']}", table)


def _colours(scheme: dict[str, Any]) -> dict[str, str]:
    return segment_colours([line["segment"] for line in scheme["segments"]])
