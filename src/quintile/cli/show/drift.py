"""Drift: the cut points of a project beside those of today, and who would move; the verdict first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import exact, number, percent, several, short_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_UNITS = {"r": "days", "f": "orders"}
_UNREACHED = "nobody"
_MOST_MOVES = 12


def show_drift(found: Mapping[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show what ``jobs.cut_drift`` returns.

    Args:
        found: It.
        out: The list that was written, if one was.
        console: Where to show it; the standard output if None.
    """
    since = f"Cut points of {found['fitted_on']}, customers as of {found['as_of']}"
    parts: list[RenderableType | None] = [
        _verdict(found),
        section(since, _cuts(found)),
        section("Who would change segment by a refit alone", *_moves(found)),
    ]
    if out is not None:
        listed = several(found["listed"]["customers"], "customer")
        parts.append(said(f"Written to {short_path(out)} ({listed})", QUIET))
    put(console or stdout(), parts)


def held_and_moved(report: Mapping[str, Any]) -> Text | None:
    """Whom a run moved only by new cut points, and whom a dwell rule holds back; nothing where neither plays a part."""
    told = []
    if "refit" in report:
        customers = several(report["refit"]["customers"], "customer")
        told.append(f"{customers} ({percent(report['refit']['share'] or '0')}) moved only because of new cut points")
    if "dwell" in report:
        told.append(f"{several(report['dwell']['held_back'], 'customer')} held back by the dwell rule")
    return said("; ".join(told)) if told else None


def _verdict(found: Mapping[str, Any]) -> Text:
    if found["due"]:
        return said(f"A refit is due: {'; '.join(found['reasons'])}", f"{HEADING} {DOUBTFUL}")
    if found["customers"] < found["fewest_customers"]:
        fewest = several(found["fewest_customers"], "customer")
        return said(f"Fewer than {fewest}: cut points move by chance, and no refit is called for", HEADING)
    return said("No refit is due", f"{HEADING} {GOOD}")


def _cuts(found: Mapping[str, Any]) -> Table:
    table = grid("lrrrr")
    table.add_row(*quiet("score", "from", "after a refit", "worse at the fit", "worse now"))
    for cut in found["cuts"]:
        unit = _UNITS.get(cut["metric"], found["currency"] or "")
        values = [_UNREACHED if cut[key] is None else f"{exact(cut[key])} {unit}".strip() for key in ("now", "after")]
        shares = ["-" if cut[key] is None else percent(cut[key]) for key in ("share_at_fit", "share")]
        style = QUIET if cut["now"] == cut["after"] else ""
        cells = (f"{cut['metric'].upper()} {cut['score']}", *values, *shares)
        table.add_row(*(said(cell, style) for cell in cells))
    return table


def _moves(found: Mapping[str, Any]) -> list[Text | Table]:
    share = percent(found["moved_share"] or "0")
    told = said(f"{several(found['moved'], 'customer')} of {number(found['customers'])} ({share})")
    table = grid("lr")
    moves = sorted(found["moves"], key=lambda move: -move["customers"])
    for move in moves[:_MOST_MOVES]:
        table.add_row(said(f"{move['from']} to {move['to']}"), said(number(move["customers"])))
    more = len(moves) - _MOST_MOVES
    if more > 0:
        table.add_row(said(f"and {several(more, 'other way')}", QUIET))
    return [told, table] if moves else [told]
