from __future__ import annotations

import json

import pytest

from quintile.domain.scheme import FITTING
from quintile.segments.lint import lint
from quintile.segments.load import load_scheme, parse_scheme, scheme_text, shipped_schemes

PUBLISHED = {
    "six-27": ("klaviyo_6", "validation"),
    "eleven-125-a": ("codes_11", "validation"),
    "rf-10": ("rf_grid_10", "validation"),
    "putler-11": ("putler_11", "validation_1to5_first_match"),
    "r-rfm-example-a": ("r_rfm_0_3_example_10", "validation"),
    "r-rfm-example-b": ("r_rfm_0_2_example_10", "validation"),
    "pymc-5": ("pymc_marketing_5", "validation"),
    "braze-10": ("braze_10", "validation"),
    "pypi-rfm-10": ("pypi_rfm_10", "validation"),
    "pypi-rfmcustomer-10-defective": ("pypi_rfmcustomer_10_DEFECTIVE", "validation"),
    "rfm-9-as-published": ("rfm_9", "validation_first_match"),
}
OURS = ["eleven-125-b", "grid-27", "rfm-9"]


@pytest.fixture(scope="module")
def published(shared):
    return json.loads(shared("spec/schemes.json").read_text(encoding="utf-8"))


def judged(report):
    """A lint report in the words of the published checks; segments that got no cell are left out there."""
    return {
        "cells": report.cells,
        "covered": report.cells - len(report.gaps),
        "gaps": list(report.gaps),
        "cells_matched_by_more_than_one_rule": len(report.overlaps),
        "overlaps": list(report.overlaps),
        "cells_per_segment_first_match": {name: cells for name, cells in report.cells_per_segment.items() if cells},
        "unreachable": list(report.unreachable),
    }


def demotions(name):
    return [str(demotion) for demotion in lint(load_scheme(name)).demotions or ()]


def test_all_published_schemes_are_shipped():
    assert shipped_schemes() == sorted([*PUBLISHED, *OURS])


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_linter_finds_what_was_computed_for_the_published_scheme(published, name):
    key, check = PUBLISHED[name]
    expected = published[key][check] | {}
    expected.pop("rf_cells", None)
    found = judged(lint(load_scheme(name)))
    assert len(expected) >= 4
    assert {part: found[part] for part in expected} == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_segments_rules_and_order_are_the_published_ones(published, name):
    key, _ = PUBLISHED[name]
    entry = published[key]
    scheme = load_scheme(name)
    assert [segment.name for segment in scheme.segments] == list(entry["segments"])
    assert scheme.fallback == entry.get("fallback", "Unclassified")
    for segment in scheme.segments:
        told = entry["segments"][segment.name]
        if isinstance(told, list):
            assert {scheme.code(cell) for cell in segment.codes} == set(told)
        else:
            assert rule_as_published(scheme, segment) == {
                metric: [max(scheme.lowest, low), high] for metric, (low, high) in told.items()
            }


def rule_as_published(scheme, segment):
    (rule,) = segment.rules
    bounds = {"R": rule.r, "F": rule.f, "M": rule.m, "FM": rule.fm}
    shift = scheme.lowest - 1
    return {metric: [ends[0] + shift, ends[1] + shift] for metric, ends in bounds.items() if ends is not None}


def test_six_27_has_the_one_demotion_that_was_published(published):
    assert demotions("six-27") == ["221(Needs attention)->231(At risk)"]
    assert demotions("six-27") == published["klaviyo_6"]["monotonicity_violations"]


def test_putler_on_its_own_scale_from_0_to_5_is_judged_as_published(published):
    entry = published["putler_11"]
    head = 'title = "t"\nsource = "s"\nscale = 6\nlowest = 0\nbest = "high"\n'
    body = "".join(
        f'[[segments]]\nname = "{name}"\nintent = "i"\nrules = [{{ r = {told["R"]}, fm = {told["FM"]} }}]\n'
        for name, told in entry["segments"].items()
    )
    found = judged(lint(parse_scheme(head + body, name="putler", file="putler.toml")))
    expected = entry["validation_0to5_first_match"]
    assert {part: found[part] for part in expected} == expected


def test_variant_b_differs_from_a_as_published():
    a, b = load_scheme("eleven-125-a").cells(5), load_scheme("eleven-125-b").cells(5)
    renamed = {cell: "Recent Customers" if name == "New Customers" else name for cell, name in a.items()}
    moved = {cell: (name, b[cell]) for cell, name in renamed.items() if b[cell] != name}
    assert moved == dict.fromkeys([(2, 3, 1), (2, 4, 1), (2, 5, 1)], ("About To Sleep", "Hibernating"))


def test_grid_27_keeps_every_code_apart_with_1_as_the_best():
    scheme = load_scheme("grid-27")
    assert {cell: (scheme.code(cell),) for cell in scheme.cells(3)} == {
        cell: scheme.takers(cell) for cell in scheme.cells(3)
    }
    assert scheme.cells(3)[3, 3, 3] == "111"
    assert lint(scheme).partition
    assert lint(scheme).demotions == ()


def test_grid_27_lays_seven_groups_over_all_its_segments():
    scheme = load_scheme("grid-27")
    named = ["Best", "Loyal", "Newbies", "Under Threat", "Sleepers", "Former Loyalists", "Lost"]
    assert [group.name for group in scheme.groups] == named
    assert sorted(name for group in scheme.groups for name in group.segments) == sorted(
        segment.name for segment in scheme.segments
    )
    group_of = {name: group.name for group in scheme.groups for name in group.segments}
    assert (group_of["111"], group_of["131"], group_of["333"]) == ("Best", "Newbies", "Lost")


def test_rfm_9_mended_has_no_gap_reaches_lost_and_never_demotes():
    report = lint(load_scheme("rfm-9"))
    assert report.complete
    assert report.demotions == ()
    assert report.cells_per_segment == {
        "Champions": 8,
        "Loyal": 18,
        "Big Spenders": 18,
        "Potential Loyalists": 8,
        "Promising": 10,
        "About to Sleep": 32,
        "At Risk": 13,
        "Lost": 1,
        "Hibernating": 17,
    }


def test_rfm_9_mended_changes_thirteen_published_cells_and_no_other():
    scheme = load_scheme("rfm-9-as-published")
    as_published, mended = scheme.cells(5), load_scheme("rfm-9").cells(5)
    changed = {
        scheme.code(cell): (before, mended[cell])
        for cell, before in as_published.items()
        if before is not None and mended[cell] != before
    }
    assert changed == {"111": ("Hibernating", "Lost")} | {
        f"{r}{f}{m}": ("Big Spenders", "At Risk" if r == 1 else "About to Sleep")
        for r in (1, 2)
        for f in (1, 2, 3)
        for m in (4, 5)
    }


def test_rfm_9_as_published_demotes_big_spenders_who_come_more_often():
    assert demotions("rfm-9-as-published") == [
        "134(Big Spenders)->144(At Risk)",
        "135(Big Spenders)->145(At Risk)",
        "234(Big Spenders)->244(About to Sleep)",
        "235(Big Spenders)->245(About to Sleep)",
    ]


@pytest.mark.parametrize("name", shipped_schemes())
def test_every_shipped_scheme_states_its_source_and_an_intent_for_every_segment(name):
    scheme = load_scheme(name)
    assert scheme.name == name
    assert scheme.source.startswith("https://")
    assert all(segment.intent.endswith(".") and len(segment.intent) <= 120 for segment in scheme.segments)
    assert scheme_text(name).startswith("# ")


@pytest.mark.parametrize(("scores", "name"), FITTING.items())
def test_a_scheme_named_as_fitting_is_shipped_and_fits(scores, name):
    assert len(load_scheme(name).cells(scores)) == scores**3
