"""Cut points as people read them."""

from __future__ import annotations

from quintile.domain.score_ranges import value_ranges


def ranges(metric, cuts, people=None, method="quantile", fewest=1):
    receipt = {"metric": metric, "method": method, "cuts": cuts, "customers": people or [1] * (len(cuts) + 1)}
    return value_ranges(receipt, fewest)


def test_days_are_spans_up_to_each_cut():
    assert ranges("r", ["14", "45", "90", "150"]) == ["0-14", "15-45", "46-90", "91-150", "151+"]


def test_orders_are_spans_from_each_cut():
    assert ranges("f", ["2", "3", "5", "7"]) == ["7+", "5-6", "3-4", "2", "1"]


def test_money_names_the_lower_end_with_the_digits_that_say_something():
    assert ranges("m", ["100.50", "1000.253000000000"]) == ["from 1,000.253", "from 100.50", "below 100.50"]
    assert ranges("m", ["100", "1000.2500"]) == ["from 1,000.25", "from 100", "below 100"]


def test_broken_cut_points_hold_whole_days_and_orders():
    assert ranges("r", ["14.5", "15.2"]) == ["0-14", "15", "16+"]
    assert ranges("f", ["2.5", "4"]) == ["4+", "3", "1-2"]


def test_a_score_nobody_can_have_shows_no_values():
    assert ranges("f", ["2", "2", "4"], [5, 0, 2, 1]) == ["4+", "2-3", "-", "1"]


def test_a_score_nobody_has_shows_what_would_earn_it():
    assert ranges("r", ["14", "45"], [3, 0, 0]) == ["0-14", "15-45", "46+"]
    assert ranges("m", ["100", "300"], [3, 0, 0]) == ["from 300", "from 100", "below 100"]


def test_fewer_orders_than_anybody_has_earn_nothing():
    assert ranges("f", ["0", "1", "2"], [0, 0, 2, 3]) == ["2+", "1", "-", "-"]
    assert ranges("f", ["0", "1", "2"], [0, 0, 2, 3], fewest=0) == ["2+", "1", "0", "-"]


def test_a_cut_nobody_reaches_leaves_the_next_score_open():
    assert ranges("f", ["2", None], [5, 2, 0]) == ["-", "2+", "1"]
    assert ranges("r", [None, "30"], [1, 4, 0]) == ["-", "0-30", "31+"]
    assert ranges("m", [None, None], [3, 0, 0]) == ["-", "-", "any"]


def test_scores_of_split_ties_say_so():
    assert ranges("f", ["1", "1", "2"], [3, 3, 3, 3], "ntile") == ["2+", "1", "ties", "ties"]


def test_nested_scores_depend_on_the_others():
    assert ranges("f", ["2"], method="nested") == ["by R", "by R"]
    assert ranges("m", ["2"], method="nested") == ["by R and F", "by R and F"]
    assert ranges("r", ["2"], method="nested") == ["0-2", "3+"]


def test_people_without_orders_have_none():
    assert ranges("f", ["2"], fewest=0) == ["2+", "0-1"]
