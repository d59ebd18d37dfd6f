"""Borders between segments: what crosses them, and who stands there."""

from __future__ import annotations

from quintile.domain.scheme import every_cell
from quintile.export.crossings import Crossing, crossings
from quintile.export.ranges import Ranges


def base(*grid, best="high", method="quantile"):
    cuts = {"r": ["30"], "f": ["3"], "m": ["50.00"]}
    model = {"scale": 2, "best": best, "monetary": "total", "population": "buyers"}
    receipts = [{"metric": metric, "method": method, "cuts": values} for metric, values in cuts.items()]
    lines = [dict(zip(("r", "f", "m", "customers"), line, strict=True)) for line in grid]
    return {"model": model, "tie_receipt": receipts, "currency": "EUR", "recency": "calendar", "grid": lines}


def found(report, good):
    cells = {cell: "Good" if cell in good else "Rest" for cell in every_cell(2)}
    return crossings(report, cells, Ranges.of(report))


def test_each_metric_has_its_own_way_out_and_in():
    assert found(base((2, 2, 2, 7)), {(2, 2, 2)}) == [
        Crossing("Good", "Rest", "fewer than 3 orders", 7, (0,)),
        Crossing("Good", "Rest", "less than 50.00 EUR", 7, (0,)),
        Crossing("Good", "Rest", "no order for more than 30 days", 7, (0,)),
    ]
    ways_in = found(base((1, 2, 2, 4), (2, 1, 2, 5), (2, 2, 1, 6)), {(2, 2, 2)})
    assert [(one.trigger, one.customers) for one in ways_in] == [
        ("50.00 EUR or more", 6),
        ("3 or more orders", 5),
        ("orders again", 4),
    ]


def test_who_buys_has_the_best_recency_at_once():
    """An order of whoever bought long ago makes two scores better: no order makes the frequency alone better."""
    ways = found(base((1, 1, 2, 9)), {(2, 2, 2)})
    assert [(one.source, one.target, one.trigger) for one in ways] == [("Rest", "Good", "3 or more orders")]
    assert found(base((1, 1, 2, 9)), {(1, 2, 2)}) == []


def test_cells_at_the_same_border_are_counted_together():
    report = base((2, 2, 2, 7), (2, 2, 1, 2))
    one = next(one for one in found(report, {(2, 2, 2), (2, 2, 1)}) if one.trigger.startswith("no order"))
    assert (one.customers, one.cells) == (9, (0, 1))


def test_a_step_within_the_segment_is_no_crossing():
    assert found(base((2, 2, 2, 7)), set(every_cell(2))) == []


def test_shown_scores_are_turned_back():
    report = base((1, 1, 1, 7), best="low")
    assert {one.source for one in found(report, {(2, 2, 2)})} == {"Good"}


def test_scores_without_values_are_named():
    report = base((2, 2, 2, 7), method="ntile", best="low")
    report["grid"] = [{"r": 1, "f": 1, "m": 1, "customers": 7}]
    assert found(report, {(2, 2, 2)})[0].trigger == "frequency score falls to 2"
