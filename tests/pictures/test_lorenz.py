from __future__ import annotations

from quintile.pictures.lorenz import lorenz
from tests.pictures.sample import only_series, result

FOUND = result()["concentration"]


def test_the_curve_rises_through_every_percent():
    points = only_series(lorenz(FOUND))["data"]
    assert len(points) == 101
    assert points[50]["value"] == [50, 25.0]
    assert points[50]["tip"] == ["The poorest 50% of the customers", "bring 25.0% of the revenue"]


def test_the_caption_says_the_best_fifth_the_gini_and_who_is_below_zero():
    assert lorenz(FOUND).caption == (
        "The best fifth of the customers brings 36.0% of the revenue. The Gini index is 0.6000 (0: all the same,"
        " 1: one has it all). 5 customers are below zero after refunds."
    )
    assert "Gini" not in lorenz({**FOUND, "gini": None}).caption


def test_a_dip_below_zero_is_seen():
    dipping = {**FOUND, "lorenz": ["0.0000", "-0.1234", *FOUND["lorenz"][2:]]}
    assert lorenz(dipping).option["yAxis"]["min"] == -13
    assert lorenz(FOUND).option["yAxis"]["min"] == 0


def test_the_table_has_the_tenths():
    assert lorenz(FOUND).table.rows[:3] == (("0%", "0.0%"), ("10%", "1.0%"), ("20%", "4.0%"))
    assert len(lorenz(FOUND).table.rows) == 11


def test_without_revenue_there_is_no_curve():
    for shares in ([], [None] * 101):
        picture = lorenz({**FOUND, "lorenz": shares, "gini": None})
        assert picture.caption == "Without revenue above zero there is nothing to share out."
        assert only_series(picture)["data"] == []
