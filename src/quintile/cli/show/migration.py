"""Migration: who moved and why, with the matrix as heat; or a whole series, one line from date to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET, heat
from quintile.cli.show.plain import exact, listed, number, percent, several, short_path
from quintile.export.migration import CALLED, WHO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console, Group, RenderableType
    from rich.table import Table

_NEW, _LOST = "new", "lost"
_SHORT = {
    "refund_or_late_data": "late",
    "passing_time": "time",
    "own_purchase": "bought",
    "moved_cut_points": "cuts",
    "changed_settings": "settings",
    "dwell_rule": "dwell",
}
_MOST_NAMES = 12
_RESTATED = {"added": "came later", "changed": "changed", "gone": "are gone"}


def show_migration(found: Mapping[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show who moved from one snapshot to another.

    Args:
        found: What ``jobs.migration`` or ``jobs.delta`` returns.
        out: The file that was written, if one was.
        console: Where to show it; the standard output if None.
    """
    first, *others = found["statements"]
    parts: list[RenderableType | None] = [
        said(first, f"{HEADING} {GOOD}"),
        *([_orders(found)] if "orders" in found else []),
        section("What happened", *(said(one) for one in others)),
        section("From (rows) to (columns)", _matrix(found), _legend(found)),
        section("Why", _causes(found)),
    ]
    if out is not None:
        count = f" ({several(found['listed']['customers'], 'customer')})" if "listed" in found else ""
        parts.append(said(f"Written to {short_path(out)}{count}", QUIET))
    put(console or stdout(), parts)


def show_series(found: Mapping[str, Any], console: Console | None = None) -> None:
    """Show a series: for each date who stayed, moved, came and went since the one before, and why they moved.

    Args:
        found: What ``jobs.migration.migration_series`` returns.
        console: Where to show it; the standard output if None.
    """
    steps = found["steps"]
    told = dict.fromkeys(line["cause"] for step in steps if not step["note"] for line in step["causes"])
    causes = list(told)
    table = grid("l" + "r" * (7 + len(causes)))
    table.add_row(*quiet("to", "stayed", "moved", "", "up", "down", _NEW, _LOST, *(_SHORT[cause] for cause in causes)))
    for step in steps:
        totals = step["totals"]
        ways = ["-" if totals[way] is None else number(totals[way]) for way in ("up", "down")]
        share = "-" if totals["moved_share"] is None else percent(totals["moved_share"])
        people = [number(totals[key]) for key in ("stay", "moved")]
        ends = [number(totals[key]) for key in (_NEW, _LOST)]
        counted = {line["cause"]: number(line["customers"]) for line in step["causes"]}
        why = [counted.get(cause, "-") for cause in causes]
        table.add_row(*map(said, [step["to"]["as_of"], *people, share, *ways, *ends, *why]))
    title = f"Who moved from date to date, {found['snapshots'][0]['as_of']} to {found['snapshots'][-1]['as_of']}"
    notes = dict.fromkeys(step["note"] for step in steps if step["note"])
    put(
        console or stdout(),
        [
            said(title, f"{HEADING} {GOOD}"),
            section("Since the date before", table),
            *(said(note, DOUBTFUL) for note in notes),
        ],
    )


def _orders(found: Mapping[str, Any]) -> Group:
    table = grid("lrrr")
    table.add_row(*quiet("orders that", "", "net before", "net after"))
    for kind, line in found["orders"].items():
        money = [said(exact(line["net"][end])) for end in ("before", "after")]
        table.add_row(said(_RESTATED[kind]), said(number(max(line["orders"].values()))), *money)
    return section(f"Restated since ledger {found['from']['known']}", table)


def _matrix(found: Mapping[str, Any]) -> Table:
    """Customers from each segment to each; the darker, the more, among those who moved, and bare where nobody is."""
    rows, columns = _names(found, "from"), _names(found, "to")
    counts = {(line["from"], line["to"]): line["customers"] for line in found["matrix"]}
    most = max((count for (before, after), count in counts.items() if before != after), default=0)
    table = grid("l" + "r" * (len(columns) + 1))
    table.add_row(*quiet("", *(str(place + 1) for place in range(len(columns))), _LOST))
    for place, before in enumerate([*rows, None]):
        called = _NEW if before is None else f"{place + 1} {before}"
        cells = [_cell(counts.get((before, after), 0), most, stays=before == after) for after in columns]
        gone = Text("") if before is None else _cell(counts.get((before, None), 0), most, stays=False)
        table.add_row(said(called), *cells, gone)
    return table


def _cell(count: int, most: int, *, stays: bool) -> Text:
    if not count:
        return said("·", QUIET)
    return said(number(count), HEADING if stays else heat(count, most))


def _legend(found: Mapping[str, Any]) -> Text | None:
    """The names of the columns, where they are not those of the rows."""
    columns = _names(found, "to")
    if columns == _names(found, "from"):
        return None
    return said("Columns: " + listed([f"{place + 1} {name}" for place, name in enumerate(columns)], _MOST_NAMES), QUIET)


def _names(found: Mapping[str, Any], end: str) -> list[str]:
    return [line["segment"] for line in found[end]["segments"]]


def _causes(found: Mapping[str, Any]) -> Table:
    revenue = f"revenue {found['currency'] or ''}".strip()
    table = grid("lrrrr")
    table.add_row(*quiet("", "customers", "share", f"{revenue} before", "after"))
    for kind, who in WHO.items():
        for line in found[kind]:
            if line["customers"]:
                money = [said(exact(line[key])) for key in ("revenue_before", "revenue")]
                counts = [said(number(line["customers"])), said(percent(line["share"]))]
                table.add_row(said(f"{who}: {CALLED[line['cause']]}"), *counts, *money)
    if len(table.rows) == 1:
        table.add_row(said("nobody moved", QUIET))
    return table
