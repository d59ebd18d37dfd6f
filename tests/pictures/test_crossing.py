"""The crossing of two schemes: every customer in one band, ends named, bands untangled."""

from __future__ import annotations

import json

import pytest

from quintile.pictures.crossing import crossing
from tests.pictures.sample import HOSTILE, only_series, texts


def scheme(name, *segments):
    lines = [{"segment": segment, "customers": count, "revenue": f"{count}.50"} for segment, count in segments]
    return {"scheme": name, "title": name, "scale": 5, "segments": lines}


def line(first, second, customers, share):
    return {"from": first, "to": second, "customers": customers, "customers_share": share, "revenue": f"{customers}.50"}


def drawn(name="Good", flow=None):
    schemes = [
        scheme("one", (name, 10), ("Bad", 1500), ("None", 0)),
        scheme("two", ("Lowest", 1502), ("Top", 8), ("Empty", 0)),
    ]
    every = [line(name, "Lowest", 2, "0.2000"), line(name, "Top", 8, "0.8000"), line("Bad", "Lowest", 1500, "1.0000")]
    return crossing({"from": "one", "to": "two", "flow": every if flow is None else flow}, schemes, currency="EUR")


def test_the_right_side_stands_as_its_customers_do_on_the_left():
    nodes = only_series(drawn())["data"]
    assert [(node["said"], node["depth"]) for node in nodes] == [
        ("10  Good", 0), ("1,500  Bad", 0), ("8  Top", 1), ("1,502  Lowest", 1),
    ]  # fmt: skip


def test_a_name_that_both_schemes_have_is_one_colour():
    schemes = [scheme("one", ("Good", 3), ("Bad", 2)), scheme("two", ("Other", 1), ("Bad", 1), ("Good", 3))]
    flow = [line("Good", "Good", 3, "1"), line("Bad", "Bad", 1, "0.5"), line("Bad", "Other", 1, "0.5")]
    nodes = only_series(crossing({"from": "one", "to": "two", "flow": flow}, schemes, currency=None))["data"]
    colours = {}
    for node in nodes:
        colours.setdefault(node["said"].split()[-1], set()).add(node["itemStyle"]["color"])
    assert {name: len(found) for name, found in colours.items()} == {"Good": 1, "Bad": 1, "Other": 1}


def test_every_customer_is_in_one_band():
    series = only_series(drawn())
    names = {node["name"] for node in series["data"]}
    assert {link["source"] for link in series["links"]} | {link["target"] for link in series["links"]} == names
    assert sum(link["value"] for link in series["links"]) == 1510
    assert series["links"][1]["tip"] == [
        "Good to Top", "8 customers, 80.0% of the first", "Revenue 8.50\N{NO-BREAK SPACE}EUR",
    ]  # fmt: skip


def test_the_table_holds_the_flow_as_it_is():
    table = drawn().table
    assert table.columns == ("one", "two", "Customers", "Share of the first", "Revenue, EUR")
    assert table.rows[2] == ("Bad", "Lowest", "1,500", "100.0%", "1,500.50")


def test_the_caption_says_what_stays_together():
    assert drawn().caption == (
        "1,510 customers. 1 segment of one lies wholly inside one of two. The widest band is from Bad to Lowest:"
        " 1,500 customers, 100.0% of the first."
    )
    assert drawn(flow=[]).caption == "There is no customer."


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_only_ever_a_text(hostile):
    picture = drawn(hostile)
    assert json.loads(json.dumps(picture.option)) == picture.option
    for key, text in texts(picture.option):
        assert not key.endswith("olor") or text.startswith(("#", "role:"))
        assert "__proto__" not in text
    assert picture.table.rows[0][0] == hostile
