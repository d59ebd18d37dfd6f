"""One colour a segment, readable on black and on white, and told apart by those who see two kinds of colour."""

from __future__ import annotations

import itertools
import math

import pytest

from quintile.pictures import palette
from quintile.pictures.palette import MANY_SEGMENTS, ROLES, SEGMENTS, contrast, heat_step, label_colour, segment_colours
from quintile.segments.load import load_scheme, shipped_schemes

# What people see who lack one kind of cone; linear RGB. G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: A
# physiologically-based model for simulation of color vision deficiency, IEEE TVCG 15 (2009), severity 1.0.
SEEN_BY = {
    "everybody": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# CIELAB distances; from about 2.3 on two colours side by side are told apart.
NEIGHBOURS, ANY_TWO = 15, 12
MANY_NEIGHBOURS, ANY_TWO_OF_MANY = 14, 9


def linear(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(rgb):
    red, green, blue = rgb
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one, other, people):
    def seen(colour):
        rgb = linear(colour)
        return lab([min(max(sum(a * b for a, b in zip(row, rgb, strict=True)), 0), 1) for row in SEEN_BY[people]])

    return math.dist(seen(one), seen(other))


def colours(count):
    return list(segment_colours([str(place) for place in range(count)]).values())


@pytest.mark.parametrize("people", SEEN_BY)
@pytest.mark.parametrize("count", range(2, 13))
def test_neighbours_of_a_ranking_are_told_apart_by(people, count):
    assert min(distance(*pair, people) for pair in itertools.pairwise(colours(count))) >= NEIGHBOURS


@pytest.mark.parametrize("people", SEEN_BY)
def test_any_two_segments_are_told_apart_by(people):
    assert min(distance(*pair, people) for pair in itertools.combinations(SEGMENTS, 2)) >= ANY_TWO


@pytest.mark.parametrize("people", SEEN_BY)
def test_any_two_of_many_segments_are_told_apart_by(people):
    assert len(set(MANY_SEGMENTS)) == 27
    assert min(distance(*pair, people) for pair in itertools.combinations(MANY_SEGMENTS, 2)) >= ANY_TWO_OF_MANY
    assert min(distance(*pair, people) for pair in itertools.pairwise(MANY_SEGMENTS)) >= MANY_NEIGHBOURS


def test_the_simulation_sees_what_it_should():
    assert distance("#d84039", "#6b7a00", "deuteranopia") < distance("#d84039", "#6b7a00", "everybody") / 2
    assert distance("#000000", "#ffffff", "protanopia") == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize("colour", [*SEGMENTS, *MANY_SEGMENTS, palette.FALLBACK])
def test_areas_show_on_light_and_dark_pages_and_terminals(colour):
    for ground in ("#ffffff", "#000000", ROLES["light"]["role:ground"], ROLES["dark"]["role:ground"]):
        assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("ground", [*SEGMENTS, *MANY_SEGMENTS, palette.FALLBACK, *palette.HEAT, *palette.HEAT_ON_DARK])
def test_labels_are_readable_on_their_ground(ground):
    assert contrast(label_colour(ground), ground) >= 4.5


@pytest.mark.parametrize("mode", ROLES)
def test_text_is_readable_on_the_page(mode):
    roles = ROLES[mode]
    assert contrast(roles["role:ink"], roles["role:ground"]) >= 7
    assert contrast(roles["role:quiet"], roles["role:ground"]) >= 4.5
    for step in range(len(palette.HEAT)):
        assert contrast(roles[f"role:heat{step}-ink"], roles[f"role:heat{step}"]) >= 4.5


def test_both_modes_know_the_same_roles():
    assert ROLES["light"].keys() == ROLES["dark"].keys()


def test_the_contrast_of_wcag():
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_best_segment_is_green_and_the_worst_grey_however_many_there_are():
    for count in range(2, 28):
        shades = SEGMENTS if count <= 12 else MANY_SEGMENTS
        assert (colours(count)[0], colours(count)[-1]) == (shades[0], shades[-1])
        assert len(set(colours(count))) == count


def test_one_segment_or_many_have_colours():
    assert segment_colours(["A"]) == {"A": SEGMENTS[0]}
    assert len(segment_colours([str(place) for place in range(40)])) == 40


@pytest.mark.parametrize("name", shipped_schemes())
def test_the_segment_of_the_best_scores_has_the_best_colour(name):
    scheme = load_scheme(name)
    coloured, best = segment_colours(scheme.best_first), str(scheme.cells(scheme.scale)[(scheme.scale,) * 3])
    assert coloured[best] == (SEGMENTS if len(coloured) <= 12 else MANY_SEGMENTS)[0]


def test_heat_grows_with_the_number():
    steps = [heat_step(value, 100) for value in (0, 1, 15, 40, 70, 100)]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, len(palette.HEAT) - 1)
    assert heat_step(-5, 100) == heat_step(5, 0) == 0
