"""Palette: the only place that names colours; one segment has one colour everywhere.

Every colour has the same brightness, with a contrast of about 4.5 to black and to white, so that light and dark
terminals can show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.scheme import Scheme

HEADING = "bold"
QUIET = "#777777"
GOOD, DOUBTFUL, BAD = "#098a3f", "#b8600c", "#d84039"

# From the best segment to the worst; the last is for those who are gone.
_SEGMENTS = (
    "#098a3f",
    "#068676",
    "#138297",
    "#2977d3",
    "#6a67e8",
    "#9b55db",
    "#c243ad",
    "#977108",
    "#b8600c",
    "#d84039",
    "#9c6c56",
    "#777777",
)
# Own foregrounds, so that the terminal's background does not matter.
_HEAT = ("#12304f on #dbe9f6", "#12304f on #a9cbe8", "#ffffff on #3a7fc0", "#ffffff on #1f5c99", "#ffffff on #0b3c6f")


def best_first(scheme: Scheme) -> tuple[str, ...]:
    """The segments in the scheme's ranking, or in its own order where it has none."""
    return scheme.ranking or tuple(segment.name for segment in scheme.segments)


def segment_colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each segment, best to worst; few segments are spread over the whole palette."""
    last = len(_SEGMENTS) - 1
    if len(names) > len(_SEGMENTS):
        return {name: _SEGMENTS[place % len(_SEGMENTS)] for place, name in enumerate(names)}
    return {name: _SEGMENTS[place * last // max(len(names) - 1, 1)] for place, name in enumerate(names)}


def heat(value: int, most: int) -> str:
    """The style of a cell in a heat grid; nothing is left uncoloured."""
    if not value:
        return QUIET
    return _HEAT[min(value * len(_HEAT) // most, len(_HEAT) - 1)]
