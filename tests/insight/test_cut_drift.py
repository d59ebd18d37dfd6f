from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from quintile.engine.render import Sql, render
from quintile.insight.cut_drift import Changes, Cut, changes, moves, reasons, shares_worse

_BOTH = "SELECT * FROM (VALUES {rows}) t(r_now, f_now, m_now, segment_now, r, f, m, segment)"
ROWS = """
(5, 5, 5, 'Top', 5, 5, 5, 'Top'), (5, 4, 5, 'Top', 5, 5, 5, 'Top'),
(1, 1, 2, 'Mid', 1, 1, 1, 'Low'), (1, 1, 2, 'Mid', 1, 1, 1, 'Low'), (1, 3, 1, 'Low', 2, 3, 3, 'Mid')
"""
SHARE = Fraction(1, 5)


def cut(at_fit, share, *, after=9):
    return Cut("m", 2, Decimal(10), Decimal(after), at_fit, Fraction(share))


def test_customers_are_counted_by_what_changes(engine):
    both = render(_BOTH, rows=Sql(ROWS))
    assert changes(engine, both) == Changes(5, 4, 3, 3)
    assert moves(engine, both) == [("Low", "Mid", 1), ("Mid", "Low", 2)]


def test_nobody_changes_nothing(engine):
    both = render("SELECT * FROM ({both}) WHERE false", both=render(_BOTH, rows=Sql(ROWS)))
    assert changes(engine, both) == Changes(0, 0, 0, 0)


def test_every_score_of_a_scale_of_ten_is_counted(engine):
    rows = ", ".join(f"(1, 1, 1, 'A', 1, {score}, 1, 'A')" for score in (1, 8, 9, 10))
    both = "SELECT * REPLACE (f::UTINYINT AS f) FROM ({both})"
    assert changes(engine, render(both, both=render(_BOTH, rows=Sql(rows)))).f_reached == 4


def test_the_share_worse_than_a_cut_is_that_of_the_scores_below_it():
    assert shares_worse([1, 0, 3]) == [Fraction(1, 4), Fraction(1, 4)]
    assert shares_worse([0, 0]) == [0]


@pytest.mark.parametrize(("moved", "due"), [(5, False), (6, True)])
def test_a_refit_is_due_when_more_than_one_in_twenty_would_move(moved, due):
    found = reasons(Changes(100, 50, moved, 5), [cut(None, SHARE)], None, 5)
    assert found == (["6 of 100 customers (6.0%) would change segment"] if due else [])


@pytest.mark.parametrize(
    ("share", "due"), [(Fraction(25, 100), False), (Fraction(26, 100), True), (Fraction(14, 100), True)]
)
def test_a_refit_is_due_when_a_share_moved_by_more_than_five_points(share, due):
    found = reasons(Changes(100, 0, 0, 5), [cut(SHARE, SHARE), cut(SHARE, share)], 5, 5)
    assert bool(found) is due
    if due:
        assert found == [f"below M 2 are {float(share):.1%} of the customers, 20.0% at the fit"]


def test_a_cut_that_a_refit_would_not_move_makes_none_due():
    assert reasons(Changes(100, 0, 0, 5), [cut(SHARE, 1, after=10)], 5, 5) == []


def test_a_share_that_is_not_known_makes_none_due():
    assert reasons(Changes(100, 0, 0, 5), [cut(None, 1)], None, 2) == []


@pytest.mark.parametrize(
    ("at_fit", "now", "after", "due"), [(5, 4, 5, True), (5, 4, 4, False), (4, 4, 5, False), (3, 4, 5, False)]
)
def test_a_refit_is_due_when_f_reaches_fewer_scores_than_it_could(at_fit, now, after, due):
    found = reasons(Changes(100, 0, 0, after), [cut(SHARE, SHARE)], at_fit, now)
    assert found == (["F reaches 4 scores, 5 at the fit, and would reach 5"] if due else [])


def test_so_few_customers_prove_nothing():
    assert reasons(Changes(99, 99, 99, 5), [cut(SHARE, 1)], 5, 1) == []
