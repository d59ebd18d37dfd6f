"""Cohorts: customers by the month of their first order, and the share that ordered again each month, as heat."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET, heat
from quintile.cli.show.plain import exact, number, short_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console, RenderableType
    from rich.text import Text

_ROWS, _COLUMNS = 24, 12


def show_cohorts(found: Mapping[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show what ``jobs.cohorts`` returns: the last 24 cohorts, twelve months of each.

    Args:
        found: The cohorts.
        out: The file that was written, if one was.
        console: Where to show it; the standard output if None.
    """
    shown = found["cohorts"][-_ROWS:]
    months = min(max((len(one["cells"]) for one in shown), default=0), _COLUMNS + 1)
    columns = range(1, months)
    every = [share for one in shown for since in columns if (share := _share(one, since)) is not None]
    table = grid("lrr" + "r" * len(columns))
    currency = found["currency"] or ""
    table.add_row(*quiet("first order", "new", f"revenue {currency}".strip(), *(f"+{since}" for since in columns)))
    for one in shown:
        revenue = [Decimal(cell["revenue"]) for cell in one["cells"] if cell["revenue"] is not None]
        size = "" if one["size"] is None else number(one["size"])
        money = exact(str(sum(revenue, Decimal(0)))) if revenue else ""
        cells = [_cell(_share(one, since), max(every, default=Decimal(0))) for since in columns]
        table.add_row(said(one["month"]), said(size), said(money), *cells)
    title = f"Who ordered again, by the month of the first order, as of {found['as_of']}"
    told = "Share of the cohort that ordered in the month; empty where it is not over. All of it: --out FILE.html"
    parts: list[RenderableType] = [said(title, f"{HEADING} {GOOD}"), section("Cohorts", table), said(told, QUIET)]
    if found["note"]:
        parts.append(said(found["note"], DOUBTFUL))
    if out is not None:
        parts.append(said(f"Written to {short_path(out)}", QUIET))
    put(console or stdout(), parts)


def _share(one: Mapping[str, Any], since: int) -> Decimal | None:
    """The retention; None where the month is not over or has not begun."""
    cells = one["cells"]
    text = cells[since]["retention"] if since < len(cells) else None
    return None if text is None else Decimal(text)


def _cell(share: Decimal | None, most: Decimal) -> Text:
    if share is None:
        return said("")
    return said(f"{share:.0%}", heat(share, most)) if share else said("·", QUIET)
