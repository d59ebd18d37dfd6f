"""Gaps between purchases: counted by the database, and their Kaplan-Meier curve, exact."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quintile.engine.render import joined, literal, render
from quintile.insight.gaps import Gap, Survival, count_gaps, survival

# 7 gaps: 3 days ended; 5 days twice ended and once open; 8 days open; 10 days ended; 12 days open.
BY_HAND = [Gap(3, 1, 0), Gap(5, 2, 1), Gap(8, 0, 1), Gap(10, 1, 0), Gap(12, 0, 1)]


def returned(curve):
    return {step.days: step.returned for step in curve.steps}


def times(factor, gaps):
    return [Gap(gap.days, gap.ended * factor, gap.still_open * factor) for gap in gaps]


def test_by_hand_an_open_gap_counts_as_long_as_it_lasts():
    """3 days: 6/7 last longer. 5 days: 4 of 6 go on, 4/7. 10 days: 2 are left, one goes on, 2/7."""
    curve = survival(BY_HAND)
    assert [(step.days, step.at_risk) for step in curve.steps] == [(3, 7), (5, 6), (10, 2)]
    assert returned(curve) == {3: Fraction(1, 7), 5: Fraction(3, 7), 10: Fraction(5, 7)}


def test_the_order_of_the_gaps_does_not_matter():
    assert survival(BY_HAND[::-1]) == survival(BY_HAND)


def test_between_two_steps_nothing_changes():
    curve = survival(BY_HAND)
    within = [curve.returned_within(days) for days in (0, 2, 3, 4, 9, 10, 1000)]
    assert within == [Fraction(sevenths, 7) for sevenths in (0, 0, 1, 1, 3, 5, 5)]


def test_without_open_gaps_it_is_the_plain_share():
    curve = survival([Gap(1, 1, 0), Gap(2, 1, 0), Gap(9, 2, 0)])
    assert returned(curve) == {1: Fraction(1, 4), 2: Fraction(1, 2), 9: Fraction(1)}


def test_the_curve_is_read_only_where_30_gaps_are_left():
    assert survival(BY_HAND).horizon is None
    assert survival(times(10, BY_HAND)).horizon == 5
    assert survival(times(15, BY_HAND)).horizon == 10
    assert survival([]).horizon is None


def test_a_share_of_the_returns_up_to_the_horizon_falls_within_so_many_days():
    """Up to day 5 three sevenths come back; a third of them is back on day 3, anything more on day 5."""
    curve = survival(times(10, BY_HAND))
    assert curve.day_by_which(Fraction(1, 3)) == 3
    assert curve.day_by_which(Fraction(34, 100)) == 5
    assert curve.day_by_which(Fraction(1)) == 5
    assert survival(BY_HAND).day_by_which(Fraction(1, 2)) is None


def test_shares_are_compared_without_rounding():
    """Day 1: 40 of 120. Day 2: 20 of the 80 left. A third and a half: two thirds of the returns are back on day 1."""
    curve = survival([Gap(1, 40, 0), Gap(2, 20, 60)])
    assert returned(curve) == {1: Fraction(1, 3), 2: Fraction(1, 2)}
    assert curve.day_by_which(Fraction(2, 3)) == 1
    assert curve.day_by_which(Fraction(2, 3) + Fraction(1, 10**40)) == 2


def redistributed(gaps):
    """Efron's other road to the same curve: an open gap hands its weight on to all that last longer."""
    each = [(gap.days, 0) for gap in gaps for _ in range(gap.ended)]
    each = sorted(each + [(gap.days, 1) for gap in gaps for _ in range(gap.still_open)])
    weights = [Fraction(1, max(len(each), 1))] * len(each)
    back: dict[int, Fraction] = {}
    total = Fraction(0)
    for place, (days, is_open) in enumerate(each):
        later = len(each) - place - 1
        if not is_open:
            total += weights[place]
            back[days] = total
        elif later:
            more = weights[place] / later
            weights[place + 1 :] = [weight + more for weight in weights[place + 1 :]]
    return back


@given(st.dictionaries(st.integers(1, 12), st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_the_product_is_what_handing_weight_on_to_longer_gaps_gives(counted):
    gaps = [Gap(days, *counts) for days, counts in counted.items()]
    assert returned(survival(gaps)) == redistributed(gaps)


def test_a_large_base_with_thousands_of_lengths_stays_exact():
    curve = survival([Gap(days, 1_000, 1_000) for days in range(1, 3_001)])
    assert isinstance(curve, Survival)
    assert curve.steps[-1].returned == 1 - Fraction(curve.steps[-1].lasting, curve.steps[-1].whole)
    assert curve.horizon == 3_000


def test_purchases_of_one_day_are_one_and_the_last_gap_is_open(engine):
    rows = [("A", 1), ("A", 1), ("A", 4), ("B", 10)]
    values = joined(render("({key}, {day})", key=literal(key), day=literal(date(2025, 1, day))) for key, day in rows)
    query = render("SELECT * FROM (VALUES {values}) AS rows (customer_key, day)", values=values)
    table = engine.table("few_purchases", query)
    assert count_gaps(engine, table, date(2025, 1, 11)) == (Gap(1, 0, 1), Gap(3, 1, 0), Gap(7, 0, 1))
