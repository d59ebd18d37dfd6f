"""Palette: the colours of ``quintile.pictures`` as a terminal needs them.

A segment has the colour it has everywhere. It shows on light and dark terminals, but too faint for small letters:
names stand in the terminal's own colour, bars and grounds in the segment's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.pictures import palette

if TYPE_CHECKING:
    from decimal import Decimal

HEADING = "bold"
QUIET, GOOD, DOUBTFUL, BAD = palette.QUIET, palette.GOOD, palette.DOUBTFUL, palette.BAD
segment_colours = palette.segment_colours


def on_ground(ground: str) -> str:
    """The style of letters on a colour of their own, so that the terminal's background does not matter."""
    return f"{palette.label_colour(ground)} on {ground}"


def heat(value: float | Decimal, most: float | Decimal) -> str:
    """The style of a cell in a heat grid; nothing is left uncoloured."""
    return on_ground(palette.HEAT[palette.heat_step(float(value), float(most))]) if value else QUIET
