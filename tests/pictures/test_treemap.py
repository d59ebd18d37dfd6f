from __future__ import annotations

from quintile.pictures.palette import FALLBACK, SEGMENTS
from quintile.pictures.treemap import treemap
from tests.pictures.sample import only_series, result, segment

NBSP = "\N{NO-BREAK SPACE}"


def drawn(size="customers", **changes):
    found = {**result(), **changes}
    return treemap(found["segments"], ranking=found["ranking"], currency="EUR", size=size)


def test_areas_are_the_customers_the_largest_first():
    areas = only_series(drawn())["data"]
    assert [(area["value"], area["said"]) for area in areas] == [
        (1500.0, "Worst\n1,500\n75.0%"),
        (500.0, "Best\n500\n25.0%"),
    ]


def test_areas_are_the_revenue_whose_unit_the_caption_says():
    picture = drawn("revenue")
    areas = only_series(picture)["data"]
    assert [area["said"] for area in areas] == ["Best\n8,002\n80.0%", "Worst\n2,000\n20.0%"]
    assert f"8,002{NBSP}EUR (80.0%). Numbers are EUR." in picture.caption


def test_a_long_number_is_said_short_because_one_that_is_cut_off_reads_as_another():
    lines = [
        segment("Best", 1_048_575, "0.9000", "334604.311", "0.9000"),
        segment("Worst", 9_999, "0.1000", "9999", "0.1"),
    ]
    said = [
        [area["said"] for area in only_series(drawn(size, segments=lines))["data"]] for size in ("customers", "revenue")
    ]
    assert said == [
        ["Best\n1.05M\n90.0%", "Worst\n9,999\n10.0%"],
        ["Best\n335K\n90.0%", "Worst\n9,999\n10.0%"],
    ]


def test_a_segment_has_its_colour_and_a_label_that_reads_on_it():
    worst, best = only_series(drawn())["data"]
    assert (best["itemStyle"], best["label"]) == ({"color": SEGMENTS[0]}, {"color": "#000000"})
    assert worst["itemStyle"] == {"color": SEGMENTS[-1]}


def test_lines_of_a_label_do_not_overlap():
    label = only_series(drawn())["label"]
    assert label["lineHeight"] > label["fontSize"]


def test_nobody_has_no_area_but_a_line_in_the_table():
    picture = drawn()
    assert "1 segment too small to see, or not above zero" in picture.caption
    assert picture.table.rows[1] == ("Middle", "0", "0.0%", "0", "0.0%")
    assert [row[0] for row in picture.table.rows] == ["Best", "Middle", "Worst"]


def test_revenue_below_zero_has_no_area():
    lines = [segment("Best", 5, "0.5000", "10", "2.0000"), segment("Worst", 5, "0.5000", "-5.00", "-1.0000")]
    picture = drawn("revenue", segments=lines)
    assert [area["value"] for area in only_series(picture)["data"]] == [10.0]
    assert picture.table.rows[-1][3:] == ("-5.00", "-100.0%")


def test_what_no_segment_takes_has_a_colour_of_its_own():
    lines = [segment("Unclassified", 5, "1.0000", "10", "1.0000")]
    assert only_series(drawn(segments=lines))["data"][0]["itemStyle"] == {"color": FALLBACK}


def test_a_result_with_nobody_says_so():
    assert drawn(segments=[]).caption == "No segment has customers to show."
