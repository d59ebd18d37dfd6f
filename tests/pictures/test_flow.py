from __future__ import annotations

from quintile.pictures.flow import flow
from quintile.pictures.palette import FALLBACK, SEGMENTS
from tests.pictures.sample import moves, only_series


def drawn(found=None):
    return flow(moves("Best", "Worst") if found is None else found, ranking=["Best", "Worst"], currency="EUR")


def test_segments_stand_on_both_sides_the_best_at_the_top():
    nodes = only_series(drawn())["data"]
    assert [(node["said"], node["depth"], node["itemStyle"]["color"]) for node in nodes] == [
        ("1,002  Best", 0, SEGMENTS[0]), ("30  Worst", 0, SEGMENTS[-1]), ("7  Not yet a customer", 0, FALLBACK),
        ("1,030  Best", 1, SEGMENTS[0]), ("7  Worst", 1, SEGMENTS[-1]), ("2  No longer a customer", 1, FALLBACK),
    ]  # fmt: skip


def test_bands_join_the_nodes():
    series = only_series(drawn())
    names = {node["name"] for node in series["data"]}
    assert {link["source"] for link in series["links"]} | {link["target"] for link in series["links"]} == names
    assert [link["value"] for link in series["links"]] == [1000, 2, 30, 7]
    assert series["links"][2]["tip"] == ["Worst to Best", "30 customers", "Revenue 5.50\N{NO-BREAK SPACE}EUR"]


def test_a_move_that_nobody_made_is_left_out():
    assert ("Worst", "Worst") not in {row[:2] for row in drawn().table.rows}


def test_the_caption_says_who_stayed_and_the_largest_move():
    assert drawn().caption == (
        "1,000 of 1,030 customers stayed where they were. The largest move is from Worst to Best: 30 customers."
    )
    stayed = [{"from": "Best", "to": "Best", "customers": 1, "revenue": "0"}]
    assert drawn(stayed).caption == "Nobody of 1 customer moved."


def test_a_segment_of_an_older_scheme_is_drawn_too():
    old = [{"from": "Gold", "to": "Best", "customers": 4, "revenue": "0"}]
    assert only_series(drawn(old))["data"][0]["said"] == "4  Gold"


def test_without_revenue_customers_are_counted_alone():
    found = [{"from": "Best", "to": "Worst", "customers": 4}]
    picture = drawn(found)
    assert picture.table.columns == ("From", "To", "Customers")
    assert picture.table.rows == (("Best", "Worst", "4"),)
    assert only_series(picture)["links"][0]["tip"] == ["Best to Worst", "4 customers"]
