"""Crosswalk: crossings of two schemes, best first, exact to the last digit."""

from __future__ import annotations

from decimal import Decimal

from quintile.insight.crosswalk import Crossing, Together, crosswalk, exact_sum, sizes

RANKINGS = {"one": ("Top", "Rest"), "two": ("Gold", "Tin"), "three": ("All",)}
GROUPS = [
    Together(("Rest", "Tin", "All"), 3, Decimal("1.10")),
    Together(("Top", "Tin", "All"), 1, Decimal("0.01")),
    Together(("Top", "Gold", "All"), 2, Decimal("5.00")),
    Together(("Rest", "Tin", "All"), 4, Decimal("2.20")),
    Together(("Unclassified", "Gold", "All"), 1, Decimal("-3.00")),
]


def test_groups_of_the_same_two_segments_are_one_crossing_and_the_best_come_first():
    assert crosswalk(GROUPS, RANKINGS)["one", "two"] == [
        Crossing("Top", "Gold", 2, Decimal("5.00")),
        Crossing("Top", "Tin", 1, Decimal("0.01")),
        Crossing("Rest", "Tin", 7, Decimal("3.30")),
        Crossing("Unclassified", "Gold", 1, Decimal("-3.00")),
    ]


def test_every_pair_of_schemes_is_crossed_once():
    assert list(crosswalk(GROUPS, RANKINGS)) == [("one", "two"), ("one", "three"), ("two", "three")]


def test_the_order_of_the_groups_does_not_matter():
    assert crosswalk(GROUPS[::-1], RANKINGS) == crosswalk(GROUPS, RANKINGS)
    assert sizes(GROUPS[::-1], 0, RANKINGS["one"]) == sizes(GROUPS, 0, RANKINGS["one"])


def test_sizes_name_segments_without_customers_and_last_what_the_scheme_does_not_rank():
    assert sizes(GROUPS, 0, ("Top", "Middle", "Rest")) == [
        ("Top", 3, Decimal("5.01")),
        ("Middle", 0, Decimal(0)),
        ("Rest", 7, Decimal("3.30")),
        ("Unclassified", 1, Decimal("-3.00")),
    ]


def test_money_beyond_28_digits_keeps_every_digit():
    large = Decimal("99999999999999999999999999999999.0001")
    groups = [Together(("Top", "Tin"), 1, large), Together(("Top", "Tin"), 1, Decimal("0.0001"))]
    wanted = Decimal("99999999999999999999999999999999.0002")
    assert crosswalk(groups, {"one": ("Top",), "two": ("Tin",)})["one", "two"][0].revenue == wanted
    assert sizes(groups, 0, ("Top",))[0][2] == exact_sum(group.revenue for group in groups) == wanted
