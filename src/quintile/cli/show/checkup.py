"""Checkup: what is due, with dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET

if TYPE_CHECKING:
    from rich.console import Console

_CALLED = {
    "refresh": "Refresh",
    "review": "Definitions",
    "ids": "Customer ids and duplicates",
    "campaigns": "Campaigns",
}
_WANTS = ("due", "look")


def show_checkup(found: dict[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.checkup`` returns."""
    wanting = [line for line in found["checks"] if line["verdict"] in _WANTS]
    verb = "wants" if len(wanting) == 1 else "want"
    title = f"{len(wanting)} of {len(found['checks'])} checks {verb} a look" if wanting else "Nothing is due"
    table = grid("lllll")
    table.add_row(*quiet("check", "verdict", "since", "due", ""))
    for line in found["checks"]:
        style = DOUBTFUL if line["verdict"] in _WANTS else GOOD if line["verdict"] == "ok" else QUIET
        cells = [said(line[key] or "") for key in ("since", "due", "message")]
        table.add_row(said(_CALLED.get(line["check"], line["check"])), said(line["verdict"], style), *cells)
    put(
        console or stdout(),
        [
            said(f"{title} on {found['today']}", f"{HEADING} {DOUBTFUL if wanting else GOOD}"),
            table,
            said(f"The last analysis date is {found['as_of']}.", QUIET),
        ],
    )
