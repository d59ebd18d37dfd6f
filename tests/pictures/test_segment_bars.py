from __future__ import annotations

from quintile.pictures.palette import SEGMENTS
from quintile.pictures.segment_bars import segment_bars
from tests.pictures.sample import result, segment


def drawn(segments=None):
    found = result()
    return segment_bars(found["segments"] if segments is None else segments, ranking=found["ranking"], currency="EUR")


def test_two_bars_a_segment_the_best_first():
    picture = drawn()
    people, money = picture.option["series"]
    assert picture.option["yAxis"]["data"] == ["Best", "Middle", "Worst"]
    assert [bar["value"] for bar in people["data"]] == [0.25, 0.0, 0.75]
    assert [bar["said"] for bar in money["data"]] == ["80.0%", "0.0%", "20.0%"]


def test_the_bars_of_the_customers_are_pale_their_labels_are_not():
    people, money = drawn().option["series"]
    assert people["data"][0]["itemStyle"] == {"color": SEGMENTS[0] + "73"}
    assert money["data"][0]["itemStyle"] == {"color": SEGMENTS[0]}
    assert people["label"] == money["label"]
    assert "opacity" not in people["itemStyle"]


def test_the_caption_names_who_brings_most_for_their_number():
    assert drawn().caption == "Best stands out most: 25.0% of the customers bring 80.0% of the revenue."
    assert drawn([]).caption == "There is no segment."


def test_nobody_stands_out_where_the_shares_are_equal_or_there_is_nothing_to_share():
    assert drawn([segment("Best", 5, "1.0000", "5", "1.0000"), segment("Worst", 0, "0", "0", "0")]).caption == (
        "Each segment brings as large a share of the revenue as it has of the customers."
    )
    assert drawn([segment("Best", 5, "1.0000", "-5", "0.000000")]).caption == "There is no revenue to share out."


def test_a_share_below_zero_is_said_and_not_drawn():
    bar = drawn([segment("Best", 5, "1.0000", "-5", "-0.1000")]).option["series"][1]["data"][0]
    assert (bar["value"], bar["said"]) == (0.0, "-10.0%")


def test_the_table_has_the_habits_and_is_empty_where_nobody_has_any():
    picture = drawn()
    assert picture.table.columns[5] == "Revenue per customer, EUR"
    assert picture.table.rows[1] == ("Middle", "0.0%", "0.0%", "", "", "", "0")
