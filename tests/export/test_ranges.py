"""What a customer did to have a score, in the metric's own unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.export.ranges import Ranges


def ranges(metric, *cuts, method="quantile", **model):
    """Ranges of a report with the cut points of one metric, as its tie receipt lists them."""
    receipt = {"metric": metric, "method": method, "cuts": list(cuts)}
    model = {"scale": len(cuts) + 1, "best": "high", "monetary": "total", "population": "buyers", **model}
    recency = model.pop("recency", "calendar")
    return Ranges.of({"model": model, "tie_receipt": [receipt], "currency": "EUR", "recency": recency})


def test_days_are_counted_back_from_the_analysis_date():
    said = ranges("r", "14", "45", "90")
    assert said.words("r", 4, 4) == "bought in the last 14 days"
    assert said.words("r", 3, 4) == "bought in the last 45 days"
    assert said.words("r", 2, 3) == "last bought 15 to 90 days ago"
    assert said.words("r", 1, 1) == "last bought more than 90 days ago"


def test_a_wider_population_holds_those_who_did_not_buy():
    said = ranges("r", "14", "45", population="ever")
    assert said.words("r", 1, 1) == "last bought more than 45 days ago, or not in the window"


def test_a_single_day_is_no_range():
    assert ranges("r", "1", "2").words("r", 3, 3) == "bought on the last day"
    assert ranges("r", "1", "2").words("r", 2, 2) == "last bought 2 days ago"
    assert ranges("r", "0", "2", recency="elapsed").words("r", 3, 3) == "bought in the last 24 hours"


def test_orders_are_whole_numbers():
    said = ranges("f", "2", "3.5", "7")
    assert said.words("f", 1, 1) == "1 order"
    assert said.words("f", 1, 2) == "at most 3 orders"
    assert said.words("f", 2, 3) == "2 to 6 orders"
    assert said.words("f", 4, 4) == "7 or more orders"


def test_people_without_an_order_have_at_most_that_many():
    assert ranges("f", "2", population="ever").words("f", 1, 1) == "at most 1 order"


def test_money_keeps_all_its_digits_and_its_currency():
    said = ranges("m", "99.50", "1000")
    assert said.words("m", 1, 1) == "spent less than 99.50 EUR"
    assert said.words("m", 2, 2) == "spent 99.50 to less than 1,000 EUR"
    assert said.words("m", 3, 3) == "spent 1,000 EUR or more"
    assert ranges("m", "5", monetary="average").words("m", 2, 2) == "spent 5 EUR or more an order"


def test_zeros_that_say_nothing_are_left_out():
    said = ranges("m", "40.650000000000", "1000.12500")
    assert said.words("m", 2, 2) == "spent 40.65 to less than 1,000.125 EUR"


def test_all_scores_are_no_condition():
    assert ranges("f", "2", "3").words("f", 1, 3) is None


def test_scores_between_equal_cut_points_are_nobodys():
    said = ranges("f", "2", "2", "2", "4")
    assert said.reachable("f") == (1, 4, 5)
    assert said.words("f", 1, 3) == "1 order"
    assert said.words("f", 2, 4) == "2 to 3 orders"


@pytest.mark.parametrize(
    ("metric", "cuts", "reachable"),
    [
        ("f", ("2", None), (1, 2)),
        ("f", ("1", "2"), (2, 3)),
        ("r", (None, "30"), (1, 2)),
        ("r", ("0", "30"), (1, 2)),
        ("m", ("5", "5.00"), (1, 3)),
    ],
)
def test_a_score_that_no_value_has_is_not_reachable(metric, cuts, reachable):
    assert ranges(metric, *cuts).reachable(metric) == reachable


def test_scores_that_do_not_follow_from_the_value_are_named_as_scores():
    assert ranges("f", "2", "3", method="nested").words("f", 2, 3) == "frequency score 2 to 3"
    assert ranges("m", "2", "3", method="ntile", best="low").words("m", 3, 3) == "monetary score 1"


def test_the_best_score_may_be_shown_as_one():
    said = ranges("r", "14", "45", best="low")
    assert (said.shown(3), said.shown(1)) == (1, 3)
    assert said.begins("r", 3) == Decimal(14)
