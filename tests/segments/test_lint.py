from __future__ import annotations

from quintile.segments.lint import Demotion, grid, lint
from quintile.segments.load import parse_scheme

HEAD = 'title = "Ours"\nsource = "here"\nscale = 2\n'


def scheme(body, head=HEAD, best="high"):
    segments = "".join(f'[[segments]]\nname = "{name}"\nintent = "do"\n{takes}\n' for name, takes in body.items())
    return parse_scheme(f'{head}best = "{best}"\n{segments}', name="ours", file="ours.toml")


RULES = {
    "High": "rules = [{ r = [2, 2], f = [2, 2] }]",
    "Recent": "rules = [{ r = [2, 2], m = [2, 2] }]",
    "Shadowed": "rules = [{ r = [2, 2], f = [2, 2], m = [2, 2] }]",
}


def test_gaps_overlaps_and_unreachable_segments_are_found():
    report = lint(scheme(RULES))
    assert report.cells == 8
    assert report.gaps == ("111", "112", "121", "122", "211")
    assert report.overlaps == {"222": ("High", "Recent", "Shadowed")}
    assert report.unreachable == ("Shadowed",)
    assert report.cells_per_segment == {"High": 2, "Recent": 1, "Shadowed": 0}
    assert not report.complete
    assert not report.partition


def test_the_report_as_json_holds_everything_it_found():
    assert lint(scheme(RULES)).as_dict() == {
        "scheme": "ours",
        "cells": 8,
        "complete": False,
        "partition": False,
        "gaps": ["111", "112", "121", "122", "211"],
        "overlaps": {"222": ["High", "Recent", "Shadowed"]},
        "unreachable": ["Shadowed"],
        "cells_per_segment": {"High": 2, "Recent": 1, "Shadowed": 0},
        "demotions": None,
    }


def test_demotions_as_json_name_both_codes_and_segments():
    ranked = HEAD + 'ranking = ["Top", "Low"]\n'
    body = {"Low": "rules = [{ r = [2, 2] }]", "Top": "rules = [{ r = [1, 1], f = [2, 2], m = [2, 2] }]"}
    assert lint(scheme(body, ranked)).as_dict()["demotions"] == [
        {"code": "122", "segment": "Top", "better_code": "222", "worse_segment": "Low"}
    ]


def test_a_fallback_name_does_not_hide_a_gap():
    assert len(lint(scheme(RULES, HEAD + 'fallback = "Others"\n')).gaps) == 5


def test_a_code_in_two_lists_is_an_overlap():
    report = lint(scheme({"A": 'codes = ["222", "221"]', "B": 'codes = ["221"]'}))
    assert report.overlaps == {"221": ("A", "B")}
    assert report.unreachable == ("B",)


def test_two_rules_of_one_segment_do_not_overlap():
    assert lint(scheme({"A": "rules = [{ r = [1, 2] }, { f = [1, 2] }]"})).partition


def test_an_overlap_that_reaches_everything_is_complete_but_no_partition():
    report = lint(scheme({"A": "rules = [{ r = [2, 2] }]", "B": "rules = [{}]"}))
    assert report.complete
    assert not report.partition


def test_a_rising_score_that_lowers_the_segment_is_a_demotion():
    ranked = HEAD + 'ranking = ["Top", "Low"]\n'
    report = lint(scheme({"Low": "rules = [{ r = [2, 2] }]", "Top": "rules = [{ r = [1, 1], f = [2, 2] }]"}, ranked))
    assert report.demotions == (Demotion("121", "Top", "221", "Low"), Demotion("122", "Top", "222", "Low"))
    assert str(report.demotions[0]) == "121(Top)->221(Low)"


def test_code_lists_are_ranked_as_listed_and_rules_are_not_judged_unless_ranked():
    assert lint(scheme({"A": 'codes = ["222", "111"]', "B": 'codes = ["112"]'})).demotions == (
        Demotion("111", "A", "112", "B"),
    )
    assert lint(scheme(RULES)).demotions is None


def test_a_step_into_a_gap_is_no_demotion():
    assert lint(scheme({"A": 'codes = ["111", "222"]'})).demotions == ()


def test_codes_are_reported_in_the_direction_of_the_source():
    report = lint(scheme({"Best": 'codes = ["111"]'}, best="low"))
    assert "111" not in report.gaps
    assert report.gaps[0] == "222"
    assert report.cells_per_segment == {"Best": 1}


def test_the_grid_has_the_best_r_on_top_and_the_names_over_m():
    assert grid(scheme(RULES, HEAD + 'fallback = "Others"\n')) == [
        [("Others", "Recent"), ("High", "High")],
        [("Others", "Others"), ("Others", "Others")],
    ]
