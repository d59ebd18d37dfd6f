"""Figures: exact values, marked with their place."""

from __future__ import annotations

from quintile.export.figures import Figures, pointer

REPORT = {"currency": "EUR", "n": [1204, None], "share": "0.1834", "money": "1234.50", "a/b~c": 7, "<": "<b>"}
FIGURES = Figures(REPORT)


def test_a_figure_says_its_value_its_place_and_its_text():
    assert FIGURES.count("n", 0) == '<data value="1204" data-at="/n/0">1,204</data>'
    assert FIGURES.share("share") == '<data value="0.1834" data-at="/share">18.3%</data>'
    assert FIGURES.money("money") == '<data value="1234.50" data-at="/money">1,234.50</data> EUR'


def test_what_was_taken_off_has_a_sign():
    assert FIGURES.off("money").endswith(">-1,234.50</data>")
    assert Figures({"zero": "0.00"}).off("zero").endswith(">0.00</data>")


def test_what_is_not_there_is_a_dash():
    assert FIGURES.count("n", 1) == FIGURES.money("n", 1) == "&ndash;"


def test_a_sum_names_all_its_places():
    assert FIGURES.sum(("n", 0), ("a/b~c",)) == '<data value="1211" data-sum="/n/0 /a~1b~0c">1,211</data>'


def test_an_amount_without_a_known_currency_stands_alone():
    assert Figures({"currency": None, "money": "1"}).money("money") == '<data value="1" data-at="/money">1</data>'


def test_a_place_is_written_as_a_json_pointer():
    assert pointer(("a/b~c", 0)) == "/a~1b~0c/0"
