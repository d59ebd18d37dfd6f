from __future__ import annotations

import pytest

from quintile.pictures.frame import categories, framed, short_name, values


def test_a_drawing_does_not_move_and_speaks_its_caption():
    option = framed("What is seen", {"series": []})
    assert option["animation"] is False
    assert option["aria"] == {"enabled": True, "label": {"description": "What is seen"}}
    assert "media" not in option


def test_a_narrow_place_changes_it_and_one_that_grows_again_gets_back_what_was_there():
    wide = {"grid": {"left": 9, "top": 1}, "series": [{"label": {"width": 90, "show": True}}, {"label": {"width": 80}}]}
    narrow = {"grid": {"left": 2}, "series": [{"label": {"width": 30}}, {"label": {"width": 20}}]}
    assert framed("", wide, narrow=narrow)["media"] == [
        {"query": {"maxWidth": 600}, "option": narrow},
        {"option": {"grid": {"left": 9}, "series": [{"label": {"width": 90}}, {"label": {"width": 80}}]}},
    ]


@pytest.mark.parametrize("narrow", [{"grid": {"left": 1}}, {"series": [{}, {}]}])
def test_what_a_narrow_place_changes_is_said_for_wide_ones_too(narrow):
    with pytest.raises((KeyError, ValueError)):
        framed("", {"grid": {}, "series": [{}]}, narrow=narrow)


def test_parts_of_an_axis_are_added_to_and_not_replaced():
    assert categories(["A"], axisLabel={"width": 9})["axisLabel"]["interval"] == 0
    assert values("", axisLabel={"show": False})["axisLabel"]["fontSize"] == 12


def test_a_name_is_one_line_without_marks_that_cannot_be_seen():
    assert short_name("a\nb\tc\u202ed") == "a b c d"


def test_an_endless_name_is_cut():
    assert short_name("x" * 100, 10) == "x" * 9 + "\N{HORIZONTAL ELLIPSIS}"
    assert short_name("x" * 10, 10) == "x" * 10


def test_a_name_that_would_change_every_object_of_the_page_is_broken_without_being_seen():
    assert short_name("a __proto__ b") == "a __\N{WORD JOINER}proto__ b"
