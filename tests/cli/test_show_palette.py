"""Colours: one a segment, readable on black and on white."""

from __future__ import annotations

import pytest

from quintile.cli.show import palette
from quintile.cli.show.palette import best_first, heat, segment_colours
from quintile.segments.load import load_scheme

LEAST_CONTRAST = 4.4


def brightness(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [*palette._SEGMENTS, palette.QUIET, palette.GOOD, palette.DOUBTFUL, palette.BAD])
@pytest.mark.parametrize("background", ["#000000", "#ffffff"])
def test_every_colour_is_readable_on_black_and_on_white(colour, background):
    assert contrast(colour, background) > LEAST_CONTRAST


@pytest.mark.parametrize("style", palette._HEAT)
def test_numbers_in_the_heat_grid_are_readable_on_their_own_ground(style):
    assert contrast(*style.split(" on ")) > 4


def test_the_best_segment_is_green_and_the_worst_grey_however_many_there_are():
    for count in range(2, 13):
        colours = list(segment_colours([str(place) for place in range(count)]).values())
        assert (colours[0], colours[-1]) == (palette._SEGMENTS[0], palette._SEGMENTS[-1])
        assert len(set(colours)) == count


def test_one_segment_or_many_have_colours():
    assert segment_colours(["A"]) == {"A": palette._SEGMENTS[0]}
    assert len(segment_colours([str(place) for place in range(27)])) == 27


def test_segments_stand_in_their_ranking():
    assert best_first(load_scheme("rfm-9"))[-2:] == ("Hibernating", "Lost")
    assert best_first(load_scheme("braze-10"))[0] == load_scheme("braze-10").segments[0].name


def test_heat_grows_with_the_number():
    assert heat(0, 100) == palette.QUIET
    assert heat(1, 100) == palette._HEAT[0]
    assert heat(100, 100) == palette._HEAT[-1]
    assert heat(1, 1) == palette._HEAT[-1]
