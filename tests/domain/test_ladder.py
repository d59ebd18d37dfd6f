from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.ladder import Border, Ladder, multiple
from quintile.domain.rfm_model import CutPoints

CENT, ONE = Decimal("0.01"), Decimal(1)


def ladder(metric, *values, ties=(), cell="", within=None, customer="7", unit=ONE):
    cuts = CutPoints(tuple(None if one is None else Decimal(one) for one in values), ties, within or {})
    return Ladder.of(metric, cuts, cell, customer=customer, unit=unit)


def test_the_worked_example_is_scored():
    r, f = ladder("r", 14, 45, 90, 150), ladder("f", 2, 3, 5, 7)
    m = ladder("m", 100, 300, 600, 1000, unit=CENT)
    assert (r.score(10), f.score(5), m.score(Decimal(1059))) == (5, 4, 5)
    assert [r.score(days) for days in (14, 15, 45, 46, 150, 151)] == [5, 4, 4, 3, 2, 1]
    assert [m.score(Decimal(text)) for text in ("1000", "999.50", "99.99")] == [5, 4, 1]


def test_borders_name_the_nearest_value_with_another_score():
    r, f = ladder("r", 14, 45, 90, 150), ladder("f", 2, 3, 5, 7)
    assert (r.better(50), r.worse(50)) == (Border(4, Decimal(45)), Border(2, Decimal(91)))
    assert (r.better(3), r.worse(200)) == (None, None)
    assert (f.better(3), f.worse(3)) == (Border(4, Decimal(5)), Border(2, Decimal(2)))
    m = ladder("m", "99.999", unit=CENT)
    assert (m.better(Decimal("99.99")), m.worse(Decimal(100))) == (Border(2, Decimal(100)), Border(1, Decimal("99.99")))


def test_scores_that_share_a_cut_point_are_jumped_over():
    f = ladder("f", 2, 2, None, 5)
    assert [f.score(orders) for orders in (1, 2, 4, 5)] == [1, 3, 3, 5]
    assert (f.better(1), f.worse(2)) == (Border(3, Decimal(2)), Border(1, Decimal(1)))


@pytest.mark.parametrize(("customer", "scores"), [("6", [1, 1, 2]), ("7", [1, 2, 2])])
def test_on_a_cut_point_the_key_may_decide(customer, scores):
    m = ladder("m", 10, ties=("7",), customer=customer, unit=CENT)
    assert [m.score(Decimal(text)) for text in ("9.99", "10.00", "10.01")] == scores
    r = ladder("r", 10, ties=("7",), customer=customer)
    assert [r.score(days) for days in (11, 10, 9)] == scores


def test_nested_cut_points_are_those_of_the_cell():
    cuts = {"within": {"4": (Decimal(3),)}}
    assert (ladder("f", 9, cell="4", **cuts).score(3), ladder("f", 9, cell="5", **cuts).score(3)) == (2, 1)


def test_without_cut_points_all_score_one():
    nothing = ladder("r", None, None)
    assert (nothing.score(3), nothing.better(3), nothing.worse(3)) == (1, None, None)


@given(
    st.sampled_from("rfm"),
    st.lists(st.none() | st.decimals(min_value=0, max_value=20, places=1), min_size=1, max_size=4),
    st.integers(0, 25),
)
def test_a_border_is_where_a_step_towards_it_changes_the_score(metric, values, value):
    found = ladder(metric, *sorted(one for one in values if one is not None))
    now, way = found.score(value), 1 if metric == "r" else -1
    for border, step in ((found.worse(value), way), (found.better(value), -way)):
        if border is None:
            assert all(found.score(value + step * far) == now for far in range(30))
        else:
            assert found.score(border.at) == border.score != now == found.score(border.at - step)


def test_multiples_lie_on_either_side():
    sides = [multiple(Decimal("38.001"), CENT, up=up) for up in (True, False)]
    assert sides == [Decimal("38.01"), Decimal("38.00")]
    assert multiple(Decimal(-3), Decimal(2), up=True) == -2
