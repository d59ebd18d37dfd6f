from __future__ import annotations

import json
from itertools import pairwise

from quintile.pictures.palette import FALLBACK, SEGMENTS
from quintile.pictures.trend import trend
from tests.pictures.sample import HOSTILE, segment, texts

JUNE = {
    "as_of": "2025-06-01",
    "segments": [segment("Best", 30, "0.3000", "80.00", "0.8000"), segment("Worst", 70, "0.7000", "20.00", "0.2000")],
}
JULY = {
    "as_of": "2025-07-01",
    "segments": [segment("Best", 60, "0.5000", "95.50", "0.9550"), segment("Worst", 60, "0.5000", "4.50", "0.0450")],
}


def drawn(*dates, ranking=("Best", "Worst")):
    return trend(dates, ranking=ranking, currency="EUR")


def stacks(picture, panel):
    lines = [one for one in picture.option["series"] if one["xAxisIndex"] == one["yAxisIndex"] == panel]
    return [([bar["value"] for bar in one["data"]], one["itemStyle"]["color"]) for one in lines]


def test_customers_above_and_shares_of_the_revenue_below_the_best_on_top_of_each_stack():
    picture = drawn(JUNE, JULY)
    assert [axis["data"] for axis in picture.option["xAxis"]] == [["2025-06-01", "2025-07-01"]] * 2
    assert stacks(picture, 0) == [([70, 60], SEGMENTS[-1]), ([30, 60], SEGMENTS[0])]
    assert stacks(picture, 1) == [([20.0, 4.5], SEGMENTS[-1]), ([80.0, 95.5], SEGMENTS[0])]
    assert len({one["stack"] for one in picture.option["series"]}) == 2


def test_each_segment_is_named_beside_its_last_bar_alone():
    for line in drawn(JUNE, JULY).option["series"]:
        assert [bar.get("label") for bar in line["data"]] == [None, {"show": True}]
        assert not line["label"]["show"]


def test_names_of_thin_bars_move_apart():
    names = [f"S{place}" for place in range(9)]
    people = [400, 1, 2, 1, 300, 1, 1, 1, 1]
    lines = [segment(*one) for one in zip(names, people, ["0.1000"] * 9, ["1"] * 9, ["0.1111"] * 9, strict=True)]
    picture = trend([{"as_of": "2025-07-01", "segments": lines}], ranking=names, currency=None)
    panel, top = 190, picture.option["yAxis"][0]["max"]
    foot, heights = 0, []
    for line in picture.option["series"][: len(names)]:
        (bar,) = line["data"]
        heights.append((foot + bar["value"] / 2) * panel / top - line["labelLayout"]["dy"])
        foot += bar["value"]
    assert top == 800
    assert min(after - before for before, after in pairwise(heights)) >= 13.8
    assert max(heights) <= panel


def test_a_segment_without_anybody_is_not_named():
    gone = {**JULY, "segments": [JULY["segments"][0], segment("Worst", 0, "0.0000", "0", "0.0000")]}
    assert all("label" not in drawn(JUNE, gone).option["series"][place]["data"][-1] for place in (0, 2))


def test_what_a_date_does_not_know_is_empty_and_not_nothing():
    older = {**JUNE, "segments": JUNE["segments"][:1]}
    picture = drawn(older, JULY)
    assert stacks(picture, 0)[0] == (["-", 60], SEGMENTS[-1])
    assert picture.table.rows[1] == ("2025-06-01", "Worst", "", "", "", "")


def test_a_segment_outside_the_ranking_is_drawn_too():
    assert stacks(drawn(JUNE, JULY, ranking=("Best",)), 0)[0][1] == FALLBACK


def test_the_table_has_a_line_for_each_date_and_segment():
    table = drawn(JUNE, JULY).table
    assert table.columns[4] == "Revenue, EUR"
    assert [row[:2] for row in table.rows] == [
        ("2025-06-01", "Best"), ("2025-06-01", "Worst"), ("2025-07-01", "Best"), ("2025-07-01", "Worst"),
    ]  # fmt: skip
    assert table.rows[2] == ("2025-07-01", "Best", "60", "50.0%", "95.50", "95.5%")


def test_the_caption_says_how_many_there_were_and_who_changed_most():
    assert drawn(JUNE, JULY).caption == (
        "100 customers on 2025-06-01, 120 on 2025-07-01. Best grew most, from 30.0% to 50.0% of the customers."
    )
    assert "Worst shrank most" in drawn(JUNE, {**JULY, "segments": JULY["segments"][1:]}).caption
    assert drawn(JUNE, JUNE).caption.endswith("Every segment has the share of the customers that it had.")
    assert drawn().caption == "There is no analysis date."


def test_shares_that_add_up_to_a_little_more_than_all_do_not_lengthen_the_axis():
    assert drawn(JUNE, JULY).option["yAxis"][1]["max"] == 100
    debt = {
        **JULY,
        "segments": [segment("Best", 9, "0.9000", "110", "1.1000"), segment("Worst", 1, "0.1", "-10", "-0.1")],
    }
    assert "max" not in drawn(JUNE, debt).option["yAxis"][1]


def test_names_that_mean_harm_are_texts_to_be_drawn_and_nothing_else():
    dates = [{**JUNE, "segments": [segment(name, 5, "0.1", "1", "0.1") for name in HOSTILE]}]
    picture = drawn(*dates, ranking=HOSTILE)
    option = json.loads(json.dumps(picture.option))
    kept = [(key, text) for key, text in texts(option) if text in HOSTILE]
    # Only what is drawn or shown as escaped text; "role:ink" and "quintile:tip" are also the page's own words.
    assert {key for key, text in kept if text not in {"role:ink", "quintile:tip"}} <= {"said", "tip"}
