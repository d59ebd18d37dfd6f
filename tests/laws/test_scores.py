"""Laws of scores and segments: ties, improvements, the best customer, one-order shops at every scale."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import quintile
from quintile.domain.rfm_model import METHODS
from tests.laws.shop import (
    AS_OF,
    FEWEST_SCORES,
    METHODS_THAT_LEARN,
    MOST_SCORES,
    Line,
    amounts,
    as_table,
    by_customer,
    customers_of,
    few,
    model_of,
    orders,
    run,
)

VALUE_OF = {"r": "recency_days", "f": "frequency", "m": "monetary"}
# Each metric by itself: nested scores one metric within another, ntile gives ranks and may split ties.
ONE_BY_ONE = ("quantile", "kmeans", "r-rfm", "threshold", "percentile")
RANKED = ("quantile", "r-rfm", "threshold", "percentile", "ntile")
scales = st.integers(FEWEST_SCORES, MOST_SCORES)
# Amounts and customers from small sets, so that values meet.
tied_orders = orders(longest_ago=12).flatmap(
    lambda lines: st.lists(st.sampled_from([5, 10, 20]), min_size=len(lines), max_size=len(lines)).map(
        lambda money: [replace(line, amount=Decimal(much)) for line, much in zip(lines, money, strict=True)]
    )
)


@few(10)
@given(lines=tied_orders, method=st.sampled_from(ONE_BY_ONE), scale=scales)
def test_equal_values_share_a_score_and_better_values_have_no_worse_one(lines, method, scale):
    rows = customers_of(run(lines, model_of(method, scale, scheme="none")))
    for score, value in VALUE_OF.items():
        better_first = -1 if score == "r" else 1
        ranked = sorted((better_first * row[value], row[score]) for row in rows)
        assert all(1 <= found <= scale for _, found in ranked)
        assert [found for _, found in ranked] == sorted(found for _, found in ranked)
        scores_by_value = defaultdict(set)
        for reached, found in ranked:
            scores_by_value[reached].add(found)
        assert all(len(found) == 1 for found in scores_by_value.values())


@few(6)
@given(lines=tied_orders, scale=scales)
def test_nested_gives_equal_customers_equal_scores(lines, scale):
    found = defaultdict(set)
    for row in customers_of(run(lines, model_of("nested", scale, scheme="none"))):
        found[row["recency_days"], row["frequency"], row["monetary"]].add((row["r"], row["f"], row["m"]))
    assert all(len(scores) == 1 for scores in found.values())


@st.composite
def improvements(draw):
    """A shop, one of its customers in the window, and three better pasts of that customer: by metric improved."""
    lines = draw(orders(longest_ago=300))
    chosen = draw(st.sampled_from(lines))
    own = [line for line in lines if line.customer == chosen.customer]
    last = min(own, key=lambda line: line.days_ago)
    more = replace(chosen, order="O-more", days_ago=draw(st.integers(last.days_ago, 300)), amount=draw(amounts))
    richer = replace(chosen, amount=chosen.amount + draw(amounts))
    later = replace(last, days_ago=draw(st.integers(1, last.days_ago)))
    return (
        lines,
        chosen.customer,
        {
            "f": [*lines, more],
            "m": [richer if line is chosen else line for line in lines],
            "r": [later if line is last else line for line in lines],
        },
    )


@few(6)
@given(shop=improvements(), method=st.sampled_from([*ONE_BY_ONE, "ntile"]), scale=scales)
def test_no_improvement_lowers_any_score_under_frozen_cut_points(shop, method, scale):
    lines, customer, better_pasts = shop
    chosen = model_of(method, scale, scheme="none")
    model = quintile.fit(as_table(lines), as_of=AS_OF, settings=chosen)
    before = by_customer(quintile.score(as_table(lines), model, as_of=AS_OF))[customer]
    for better in better_pasts.values():
        after = by_customer(quintile.score(as_table(better), model, as_of=AS_OF))[customer]
        assert all(after[score] >= before[score] for score in "rfm")


@few(6)
@given(shop=improvements(), method=st.sampled_from(RANKED), scale=scales)
def test_an_improvement_never_lowers_its_own_score_when_cut_points_are_learned_anew(shop, method, scale):
    lines, customer, better_pasts = shop
    chosen = model_of(method, scale, scheme="none")
    before = by_customer(run(lines, chosen))[customer]
    for metric, better in better_pasts.items():
        assert by_customer(run(better, chosen))[customer][metric] >= before[metric]


@few(6)
@given(lines=orders(longest_ago=300), scale=scales)
def test_cut_points_applied_to_their_own_customers_change_nothing(lines, scale):
    chosen = model_of("quantile", scale, scheme="none")
    fitted = run(lines, chosen)
    assert customers_of(quintile.score(as_table(lines), fitted.model, as_of=AS_OF)) == customers_of(fitted)


WORST_SEGMENT = {3: "Inactive", 5: "Lost", 10: "Lost"}


@few(8)
@given(
    lines=orders(longest_ago=300),
    method=st.sampled_from([name for name in METHODS_THAT_LEARN if name != "ntile"]),
    scale=st.sampled_from(sorted(WORST_SEGMENT)),
)
def test_the_best_customer_is_never_in_the_worst_segment(lines, method, scale):
    """Whatever the default scheme of the scale, and however few the others are."""
    best = [Line(f"B{place}", "Best", 1, Decimal(2001)) for place in range(1 + len(lines))]
    others = [replace(line, days_ago=line.days_ago + 1) for line in lines]
    found = by_customer(run([*others, *best], model_of(method, scale)))["Best"]
    assert found["segment"] != WORST_SEGMENT[scale]
    assert method == "nested" or all(found[score] > 1 for score in "rfm")


@few(8)
@given(lines=orders(longest_ago=300), method=st.sampled_from(METHODS_THAT_LEARN))
def test_money_always_matters(lines, method):
    """Of two customers alike but for their money, the richest of all scores better than the poorest."""
    extremes = [Line("P", "Poor", 30, Decimal("0.001")), Line("R", "Rich", 30, Decimal(100000))]
    found = by_customer(run([*lines, *extremes], model_of(method)))
    rich, poor = found["Rich"], found["Poor"]
    assume(method != "nested" or (rich["r"], rich["f"]) == (poor["r"], poor["f"]))
    assert rich["m"] > poor["m"]


@pytest.mark.parametrize(("scale", "scheme"), [(3, "six-27"), (5, "rfm-9"), (10, "rfm-9")])
def test_money_alone_can_change_the_segment(scale, scheme):
    spent = {"Rich": 1000, "Poor": 1}
    others = [Line(f"O{place}", f"C{place}", 200 + place, Decimal(10 + place)) for place in range(20)]
    alike = [Line(f"{who}{place}", who, 5, Decimal(money)) for who, money in spent.items() for place in range(3)]
    found = by_customer(run([*others, *alike], model_of("quantile", scale, scheme=scheme)))
    assert [found["Rich"][score] for score in "rf"] == [found["Poor"][score] for score in "rf"]
    assert found["Rich"]["segment"] != found["Poor"]["segment"]


ONE_ORDER_EACH = [
    *(Line(f"O{place}", f"C{place:03}", 1 + place % 90, Decimal(5 + place % 7)) for place in range(95)),
    *(Line(f"L{place}", f"C{95 + place % 5:03}", 3 + place, Decimal(20)) for place in range(15)),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", range(FEWEST_SCORES, MOST_SCORES + 1))
def test_a_shop_of_one_order_customers_runs_at_every_scale_by_every_method(method, scale):
    rows = customers_of(run(ONE_ORDER_EACH, model_of(method, scale)))
    assert len(rows) == 100
    assert {row["frequency"] for row in rows} == {1, 3}
    assert all(1 <= row[score] <= scale for row in rows for score in "rfm")
    if method not in {"ntile", "nested"}:
        assert len({row["f"] for row in rows if row["frequency"] == 1}) == 1
    if method in {"quantile", "r-rfm"}:
        assert {row["f"] for row in rows if row["frequency"] == 3} == {scale}
