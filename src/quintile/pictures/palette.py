"""Palette: the only place that names colours; one segment has one colour in every picture, page and terminal.

Neighbours in a ranking differ in brightness as well as in hue, so that they stay apart for people who see two kinds
of colour only. Every colour shows on black and on white alike, and no picture says anything by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# From the best segment to the worst, then one for what no segment takes.
SEGMENTS = (
    "#039d42",
    "#107372",
    "#499add",
    "#545bd2",
    "#9085fd",
    "#9f47a8",
    "#c22670",
    "#bc8602",
    "#a84f03",
    "#fd574b",
    "#935849",
    "#8c9299",
)
# The same for schemes of many segments. They were searched for: any two lie as far apart as 27 can for people of every
# kind of sight, and neighbours further. Beyond 27 segments colours come again.
MANY_SEGMENTS = (
    *("#20a008", "#107830", "#609838", "#0088f8", "#809898", "#3060c0", "#6060a0", "#9818e0", "#b000b8"),
    *("#f838f8", "#c81868", "#d08068", "#a84828", "#e05818", "#e07848", "#b04000", "#b06048", "#b88078"),
    *("#985850", "#886070", "#d000d8", "#c078d8", "#9000f8", "#9888b0", "#706088", "#6880b8", "#788090"),
)
FALLBACK = "#666666"
QUIET, GOOD, DOUBTFUL, BAD = "#777777", "#098a3f", "#b8600c", "#d84039"
WHITE, BLACK = "#ffffff", "#000000"
# From few to many; on a dark page from dark to bright, so that few stays near the page.
HEAT = ("#dce9f5", "#a8cbe8", "#6ba3d6", "#2d6fb0", "#0b3c6f")
HEAT_ON_DARK = ("#1b3350", "#24517f", "#3374b2", "#6aa6da", "#b9daf5")

_GROWTH = 0.7
_SMALL, _DIVISOR, _SHIFT, _SCALE, _POWER = 0.04045, 12.92, 0.055, 1.055, 2.4  # sRGB, IEC 61966-2-1
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_FLARE = 0.05


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 reckons it: 1 (equal) to 21 (black on white); text needs 4.5."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + _FLARE) / (dark + _FLARE)


def label_colour(ground: str) -> str:
    """Black or white, whichever reads better on a ground; one of them always has a contrast above 4.5."""
    return max((WHITE, BLACK), key=lambda colour: contrast(colour, ground))


def segment_colours(ranking: Sequence[str]) -> dict[str, str]:
    """A colour for each segment, best to worst; they are spread over the whole palette."""
    colours = SEGMENTS if len(ranking) <= len(SEGMENTS) else MANY_SEGMENTS
    last, steps = len(colours) - 1, max(len(ranking) - 1, 1)
    if steps > last:
        return {name: colours[place % len(colours)] for place, name in enumerate(ranking)}
    return {name: colours[place * last // steps] for place, name in enumerate(ranking)}


def heat_step(value: float, most: float) -> int:
    """The place of a value in ``HEAT``, 0 to 4: steps grow, because one cell often has most of all."""
    return min(int((value / most) ** _GROWTH * len(HEAT)), len(HEAT) - 1) if value > 0 and most > 0 else 0


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _RED * _linear(red) + _GREEN * _linear(green) + _BLUE * _linear(blue)


def _linear(part: float) -> float:
    return part / _DIVISOR if part <= _SMALL else float(((part + _SHIFT) / _SCALE) ** _POWER)


def _roles(ground: str, ink: str, quiet: str, line: str, accent: str, heat: Sequence[str]) -> dict[str, str]:
    steps = {f"role:heat{step}": colour for step, colour in enumerate(heat)}
    labels = {f"role:heat{step}-ink": label_colour(colour) for step, colour in enumerate(heat)}
    plain = {"ground": ground, "ink": ink, "quiet": quiet, "line": line, "accent": accent}
    return {**{f"role:{name}": colour for name, colour in plain.items()}, **steps, **labels}


# The colours that a page's mode decides, by the names that pictures use for them.
ROLES = {
    "light": _roles("#ffffff", "#1c2430", "#5b6673", "#d5dbe2", "#2f6db5", HEAT),
    "dark": _roles("#14181d", "#e8ecf1", "#9aa5b1", "#343c46", "#5b9bdc", HEAT_ON_DARK),
}
