"""History: which past snapshots were added, and which dates were left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import number, several

if TYPE_CHECKING:
    from rich.console import Console, Group


def show_history(found: dict[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.history`` returns, on the standard output unless told otherwise."""
    added = sum(line["added"] for line in found["snapshots"])
    there = len(found["snapshots"]) - added
    title = f"{several(added, 'past snapshot')} added" + (f", {number(there)} there already" if there else "")
    put(
        console or stdout(),
        [
            *(said(f"note: {stopped}", DOUBTFUL) for stopped in found["stopped_runs"]),
            said(title, f"{HEADING} {GOOD}"),
            _snapshots(found["snapshots"]),
            _left_out(found["left_out"]),
            said(f"The past as ledger {found['known']['ledger']} knows it. The current snapshot stays.", QUIET),
        ],
    )


def _snapshots(lines: list[dict[str, Any]]) -> Group | None:
    if not lines:
        return None
    table = grid("lrrl")
    table.add_row(*quiet("as of", "customers", "buyers", ""))
    for line in lines:
        counts = (said(number(line[key])) for key in ("customers", "buyers"))
        there = "its table written anew" if line.get("rewritten") else "there already"
        table.add_row(said(line["as_of"]), *counts, said("added" if line["added"] else there, QUIET))
    return section("Snapshots", table)


def _left_out(lines: list[dict[str, Any]]) -> Group | None:
    if not lines:
        return None
    table = grid("ll")
    for line in lines:
        table.add_row(said(line["as_of"]), said(line["message"]))
    return section("Left out", table)
