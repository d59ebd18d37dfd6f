"""Colours on the terminal: the same as everywhere, readable on black and on white."""

from __future__ import annotations

import pytest

from quintile.cli.show import palette
from quintile.cli.show.palette import heat, on_ground
from quintile.pictures.palette import HEAT, contrast

LEAST_CONTRAST = 4.4  # the most that black and white can have alike is 4.58


@pytest.mark.parametrize("colour", [palette.QUIET, palette.GOOD, palette.DOUBTFUL, palette.BAD])
@pytest.mark.parametrize("background", ["#000000", "#ffffff"])
def test_every_colour_of_letters_is_readable_on_black_and_on_white(colour, background):
    assert contrast(colour, background) > LEAST_CONTRAST


def test_letters_on_a_ground_are_those_that_read_better():
    assert on_ground("#0b3c6f") == "#ffffff on #0b3c6f"
    assert on_ground("#dce9f5") == "#000000 on #dce9f5"


def test_heat_grows_with_the_number():
    assert heat(0, 100) == palette.QUIET
    assert heat(1, 100) == on_ground(HEAT[0])
    assert heat(100, 100) == heat(1, 1) == on_ground(HEAT[-1])
