from __future__ import annotations

from quintile.pictures.palette import FALLBACK, SEGMENTS
from quintile.pictures.scheme_grid import scheme_grid
from tests.pictures.sample import only_series

CODES = {(3, 3, 3): "Best", (3, 3, 2): "Best", (1, 2, 3): "Worst", (2, 2, 2): "Unclassified"}


def drawn(codes=None, scale=3, best="high"):
    return scheme_grid(CODES if codes is None else codes, ranking=["Best", "Worst"], scale=scale, best=best)


def test_m_stands_inside_each_f():
    cells = only_series(drawn())["data"]
    assert [(cell["value"], cell["said"]) for cell in cells] == [
        ([5, 0, 1], "B"), ([4, 1, 2], "C"), ([7, 2, 0], "A"), ([8, 2, 0], "A"),
    ]  # fmt: skip


def test_one_as_the_best_stands_top_right():
    assert only_series(drawn({(1, 1, 1): "Best"}, best="low"))["data"][0]["value"] == [8, 2, 0]


def test_the_legend_has_the_letters_and_colours_of_all_segments():
    pieces = drawn().option["visualMap"]["pieces"]
    assert [(piece["label"], piece["color"]) for piece in pieces] == [
        ("A  Best", SEGMENTS[0]), ("B  Worst", SEGMENTS[-1]), ("C  Unclassified", FALLBACK),
    ]  # fmt: skip


def test_the_table_lists_the_codes_the_best_first():
    assert drawn().table.rows == (("Best", "2", "333 332"), ("Worst", "1", "123"), ("Unclassified", "1", "222"))
    assert drawn({(10, 1, 2): "Best"}, scale=10).table.rows[0] == ("Best", "1", "10-1-2")


def test_letters_are_left_out_where_a_thousand_cells_have_no_room():
    assert only_series(drawn(scale=5))["label"]["show"] is True
    assert only_series(drawn(scale=10))["label"]["show"] is False


def test_the_caption_counts_what_is_empty():
    assert drawn().caption.startswith("3 segments over 4 of 27 codes; nobody is in an empty place.")
