"""Assumed: what was taken for granted about the sources and the model, as a table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.cli.show.page import grid, said, section
from quintile.cli.show.palette import QUIET

if TYPE_CHECKING:
    from rich.console import Group

    from quintile.export.assumed import Line

_WIDEST_VALUE = 64


def shown_assumptions(lines: list[Line]) -> Group:
    """Each assumption: what, how it was decided, the flag that changes it."""
    table = grid("lll")
    table.columns[1].max_width, table.columns[1].overflow = _WIDEST_VALUE, "fold"
    for what, value, flag in lines:
        table.add_row(said(what), said(value), said(flag, QUIET))
    return section("Assumed, and the flag that changes it", table)
