"""Segments in words: exactly their cells, however the scheme's rules overlap."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.scheme import every_cell
from quintile.export.definitions import covering, definitions
from quintile.export.ranges import Ranges
from quintile.segments.load import load_scheme, shipped_schemes

CUTS = {"r": ["14", "45", "90", "150"], "f": ["2", "3", "5", "7"], "m": ["100", "300", "600", "1000"]}


def all_ranges(**cuts):
    cuts = {**CUTS, **cuts}
    receipts = [{"metric": metric, "method": "quantile", "cuts": values} for metric, values in cuts.items()]
    model = {"scale": len(cuts["r"]) + 1, "best": "high", "monetary": "total", "population": "buyers"}
    return Ranges.of({"model": model, "tie_receipt": receipts, "currency": "EUR", "recency": "calendar"})


def cells(name="rfm-9"):
    scheme = load_scheme(name)
    return {cell: segment or scheme.fallback for cell, segment in scheme.cells(5).items()}


def test_a_segment_of_one_rule_is_one_sentence():
    said = definitions(cells(), all_ranges())
    assert said["Champions"] == ["Bought in the last 45 days, 5 or more orders, spent 600 EUR or more."]


def test_what_earlier_rules_take_is_not_said_again():
    assert definitions(cells(), all_ranges())["Loyal"] == [
        "Bought in the last 45 days, 5 or more orders, spent less than 600 EUR.",
        "Last bought 46 to 90 days ago, 5 or more orders, spent 300 EUR or more.",
    ]


def test_a_segment_that_no_value_reaches_has_no_definition():
    said = definitions(cells(), all_ranges(f=["2", "2", "2", "7"]))
    assert said["Potential Loyalists"] == []
    assert said["Big Spenders"] == ["Bought in the last 90 days, 1 order, spent 600 EUR or more."]


def test_a_scheme_of_one_segment_takes_everybody():
    assert definitions(dict.fromkeys(every_cell(5), "All"), all_ranges()) == {"All": ["Everybody."]}


@given(st.sets(st.tuples(*[st.integers(0, 4)] * 3)))
def test_boxes_hold_exactly_the_cells(held):
    covered = set()
    for box in covering(held):
        covered.update(product(*(range(low, high + 1) for low, high in box)))
    assert covered == held


@pytest.mark.parametrize("name", [name for name in shipped_schemes() if load_scheme(name).scale == 5])
def test_every_shipped_scheme_is_said_in_few_sentences(name):
    said = definitions(cells(name), all_ranges())
    assert max(map(len, said.values())) <= 9
