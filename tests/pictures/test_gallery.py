"""What all pictures have alike, proved on all of them."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest

from quintile.pictures.flow import flow
from quintile.pictures.gallery import gallery
from quintile.pictures.palette import ROLES
from tests.pictures.sample import HOSTILE, moves, result, texts

NAMED = {"quintile:label", "quintile:tip", "quintile:percent", "quintile:count"}


def pictures(*names):
    found = result(*names)
    return [*gallery(found), flow(moves(*found["ranking"]), ranking=found["ranking"], currency="EUR")]


def test_a_result_has_its_pictures_in_the_order_they_are_read():
    assert [picture.name for picture in gallery(result())] == [
        "treemap-customers", "treemap-revenue", "segment-bars", "heat-customers", "heat-revenue", "heat-mean",
        "scheme-grid", "distribution-r", "distribution-f", "distribution-m", "lorenz", "deciles",
    ]  # fmt: skip


def test_without_revenue_nothing_of_it_is_shared_out():
    found = result()
    for line in found["segments"]:
        line["revenue_share"] = "0.000000"
    found["concentration"]["lorenz"] = [None] * 101
    names = [picture.name for picture in gallery(found)]
    assert not {"treemap-revenue", "lorenz", "deciles"} & {*names}
    assert "segment-bars" in names


def test_an_older_result_has_fewer_pictures():
    old = result()
    for key in ("ranking", "distributions", "concentration"):
        del old[key]
    for cell in old["grid"]:
        del cell["segment"]
    assert [picture.name for picture in gallery(old)] == [
        "treemap-customers", "treemap-revenue", "segment-bars", "heat-customers", "heat-revenue", "heat-mean",
    ]  # fmt: skip


@pytest.mark.parametrize("picture", pictures(), ids=lambda picture: picture.name)
def test_a_picture_is_plain_json_with_a_full_table(picture):
    assert json.loads(json.dumps(picture.option, allow_nan=False)) == picture.option
    assert picture.title
    assert picture.caption.endswith(".")
    assert 150 <= picture.height <= 1200
    assert picture.table.rows
    assert {len(row) for row in picture.table.rows} == {len(picture.table.columns)}
    assert all(isinstance(cell, str) for row in picture.table.rows for cell in row)
    assert all(0 < place < len(picture.table.columns) for place in picture.table.numbers)


@pytest.mark.parametrize("picture", pictures(), ids=lambda picture: picture.name)
def test_every_drawn_thing_says_in_words_what_it_is(picture):
    for series in picture.option["series"]:
        drawn = [one for one in series["data"] if isinstance(one, dict) and not series.get("silent")]
        assert all(one["tip"] and all(one["tip"]) for one in drawn)
        if series.get("label", {}).get("formatter") == "quintile:label":
            assert all(one["said"] for one in drawn)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_only_ever_a_text(hostile):
    for picture in pictures(hostile, "Middle", "Worst"):
        for key, text in texts(picture.option):
            assert not key.endswith("olor") or text in ROLES["light"] or text.startswith("#")
            assert key != "formatter" or text in NAMED or text.replace(".", "").isdigit()
            assert "__proto__" not in text or key == "description"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_no_key(hostile):
    plain = [set(_keys(picture.option)) for picture in pictures()]
    assert [set(_keys(picture.option)) for picture in pictures(hostile, "Middle", "Worst")] == plain


def _keys(value):
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _keys(one)
    elif isinstance(value, list):
        for one in value:
            yield from _keys(one)


def test_names_are_whole_in_the_table():
    name = "A segment with a very long name indeed, longer than any drawing has room for"
    assert any(name in row[0] for row in pictures(name, "Middle", "Worst")[0].table.rows)


def test_the_same_values_give_the_same_picture_whatever_their_order():
    turned = copy.deepcopy(result())
    turned["segments"].reverse()
    turned["grid"].reverse()
    assert [dataclasses.asdict(one) for one in gallery(turned)] == [
        dataclasses.asdict(one) for one in gallery(result())
    ]
