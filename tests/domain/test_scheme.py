from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from quintile.domain.scheme import UNCLASSIFIED, Rule, Scheme, Segment, every_cell
from quintile.errors import SettingsError


def between(low, high):
    return Fraction(low), Fraction(high)


def scheme(*segments, **changes):
    return replace(Scheme("ours", "Ours", "here", 5, segments), **changes)


TOP = Segment("Top", "keep", rules=(Rule(r=between(4, 5), f=between(5, 5)),))
REST = Segment("Rest", "raise", rules=(Rule(),))


def test_a_rule_includes_both_ends_and_leaves_the_other_metrics_free():
    taken = [cell for cell in every_cell(5) if Rule(r=between(2, 3), m=between(5, 5)).takes(cell)]
    assert taken == [(r, f, 5) for r in (2, 3) for f in (1, 2, 3, 4, 5)]


def test_fm_is_the_exact_average_of_f_and_m():
    rule = Rule(fm=(Fraction(7, 2), Fraction(4)))
    assert [(f, m) for r, f, m in every_cell(5) if r == 1 and rule.takes((r, f, m))] == [
        (2, 5), (3, 4), (3, 5), (4, 3), (4, 4), (5, 2), (5, 3),
    ]  # fmt: skip


def test_the_first_segment_that_takes_a_cell_has_it():
    cells = scheme(TOP, REST).cells(5)
    assert cells[4, 5, 1] == "Top"
    assert cells[4, 4, 1] == "Rest"
    assert scheme(REST, TOP).cells(5)[4, 5, 1] == "Rest"
    assert scheme(REST, TOP).takers((4, 5, 1)) == ("Rest", "Top")


def test_a_cell_that_no_segment_takes_is_none_whatever_the_fallback():
    assert scheme(TOP, fallback="Others").cells(5)[1, 1, 1] is None
    assert UNCLASSIFIED == "Unclassified"


def test_cells_come_in_rising_order_and_all_of_them():
    assert list(scheme(TOP).cells(5)) == [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]


def test_a_scheme_for_5_serves_10_by_halves():
    ten = scheme(TOP, REST).cells(10)
    assert len(ten) == 1000
    assert {r for (r, f, m), name in ten.items() if name == "Top"} == {7, 8, 9, 10}
    assert {f for (r, f, m), name in ten.items() if name == "Top"} == {9, 10}


def test_by_halves_fm_is_the_average_of_the_halved_scores():
    only = scheme(Segment("Only", "", rules=(Rule(fm=between(3, 3)),))).cells(10)
    assert only[1, 5, 5] == only[1, 6, 6] == only[1, 1, 9] == "Only"
    assert only[1, 5, 7] is None  # 3 and 4 make three and a half


@pytest.mark.parametrize(
    ("own", "scores", "fix"),
    [
        (3, 5, "take the scheme 'rfm-9', or a scale of 3"),
        (5, 3, "take the scheme 'six-27', or a scale of 5 or 10"),
        (5, 7, "write a scheme with scale = 7, or a scale of 5 or 10"),
        (10, 5, "take the scheme 'rfm-9', or a scale of 10"),
        (2, 4, "take the scheme 'pymc-5', or a scale of 2"),
    ],
)
def test_another_scale_is_refused_with_a_scheme_that_fits(own, scores, fix):
    with pytest.raises(SettingsError) as raised:
        scheme(REST, scale=own).cells(scores)
    message = f"the scheme 'ours' is written for {own} scores, the scale has {scores}"
    assert str(raised.value) == f"error[scheme]: {message}\n  Fix: {fix}"


@pytest.mark.parametrize(
    ("changes", "best", "worst"),
    [
        ({}, "555", "111"),
        ({"best": "low"}, "111", "555"),
        ({"lowest": 0}, "444", "000"),
        ({"best": "low", "lowest": 0}, "000", "444"),
        ({"scale": 10}, "10-10-10", "1-1-1"),
        ({"scale": 10, "lowest": 0}, "999", "000"),
    ],
)
def test_codes_are_written_as_the_source_writes_them(changes, best, worst):
    ours = scheme(REST, **changes)
    assert (ours.code((ours.scale,) * 3), ours.code((1, 1, 1))) == (best, worst)
    assert ours.translated(Fraction(best.split("-")[0] if "-" in best else best[0])) == ours.scale
    assert ours.translated(Fraction(worst[0])) == 1


def test_halves_are_translated_exactly():
    assert scheme(REST, best="low").translated(Fraction(3, 2)) == Fraction(9, 2)
    assert scheme(REST, lowest=0).translated(Fraction(3, 2)) == Fraction(5, 2)


def test_segments_stand_best_first_in_the_ranking_or_else_in_their_own_order_if_it_begins_with_the_best():
    ranked = scheme(REST, ranking=("Rest",))
    assert ranked.best_first == ("Rest",)
    assert scheme(REST).best_first == ("Rest",)
    assert scheme(TOP, REST).best_first == ("Top", "Rest")


def test_an_order_that_does_not_begin_with_the_best_scores_goes_by_the_average_scores_recency_twice():
    often_long_ago = Segment("Often, long ago", "", rules=(Rule(r=between(1, 1), f=between(3, 5)),))
    once_lately = Segment("Once, lately", "", rules=(Rule(r=between(4, 5), f=between(1, 1)),))
    assert scheme(REST, TOP).best_first == ("Rest", "Top")  # Rest takes the best scores, and leaves none to Top
    assert scheme(often_long_ago, once_lately, TOP, REST).best_first == (
        "Top", "Once, lately", "Rest", "Often, long ago",
    )  # fmt: skip
    ranked = ("Often, long ago", "Top")
    assert scheme(often_long_ago, TOP, ranking=ranked).best_first == ranked


def test_a_segment_that_others_leave_no_cell_stands_where_its_own_definition_puts_it():
    low = Segment("Low", "", rules=(Rule(r=between(1, 2)),))
    hidden = Segment("Hidden", "", rules=(Rule(r=between(1, 1)),))
    assert scheme(low, hidden, REST).best_first == ("Rest", "Low", "Hidden")
