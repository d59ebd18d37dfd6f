from __future__ import annotations

import pytest

from quintile.pictures.heat import heat
from tests.pictures.sample import only_series, result


def drawn(show="customers", scale=3, best="high", grid=None):
    return heat(result()["grid"] if grid is None else grid, scale=scale, best=best, currency="EUR", show=show)


def cells(picture):
    return {tuple(cell["value"][:2]): cell["said"] for cell in only_series(picture)["data"]}


def test_m_is_summed_up_in_every_pair():
    assert cells(drawn()) == {(2, 2): "500", (0, 0): "1,500"}
    assert cells(drawn("revenue")) == {(2, 2): "8.00K", (0, 0): "2.00K"}
    assert cells(drawn("mean")) == {(2, 2): "16.0", (0, 0): "1.33"}


def test_an_empty_pair_is_empty_and_not_zero():
    table = drawn().table
    assert table.columns == ("Customers", "F 1", "F 2", "F 3")
    assert table.rows == (("R 3", "", "", "500"), ("R 2", "", "", ""), ("R 1", "1,500", "", ""))


def test_nothing_spent_is_zero_and_not_empty():
    grid = [{"r": 1, "f": 1, "m": 1, "customers": 3, "revenue": "0.00"}]
    assert cells(drawn("revenue", grid=grid)) == {(0, 0): "0"}
    assert drawn("revenue", grid=grid).table.rows[-1] == ("R 1", "0.00", "", "")


def test_money_has_its_unit_in_title_caption_and_tip():
    picture = drawn("mean")
    assert picture.table.columns[0] == "Revenue per customer, EUR"
    assert "16.00\N{NO-BREAK SPACE}EUR" in picture.caption
    assert only_series(picture)["data"][-1]["tip"] == [
        "R 3, F 3", "500 customers", "Revenue 8,002\N{NO-BREAK SPACE}EUR", "Per customer 16.00\N{NO-BREAK SPACE}EUR",
    ]  # fmt: skip


def test_the_best_stands_at_the_top_right_where_one_is_the_best():
    grid = [{"r": 1, "f": 1, "m": 1, "customers": 3, "revenue": "5"}]
    picture = drawn(best="low", grid=grid)
    assert cells(picture) == {(2, 2): "3"}
    assert picture.option["xAxis"]["data"] == ["F 3", "F 2", "F 1"]
    assert picture.table.rows[0] == ("R 1", "", "", "3")


def test_every_cell_has_its_own_colour_and_a_label_to_it():
    for cell in only_series(drawn())["data"]:
        assert cell["visualMap"] is False
        assert cell["label"]["color"] == cell["itemStyle"]["color"] + "-ink"


@pytest.mark.parametrize(("scale", "shown"), [(5, True), (10, False)])
def test_a_telephone_has_numbers_where_they_fit(scale, shown):
    narrow = drawn(scale=scale).option["media"][0]["option"]
    assert narrow["series"][0]["label"]["show"] is shown


def test_nobody_is_said():
    assert drawn(grid=[]).caption == "Nobody is scored."


def test_amounts_of_any_size_are_summed_exactly():
    big = "1" + "0" * 32
    grid = [{"r": 1, "f": 1, "m": m, "customers": 1, "revenue": revenue} for m, revenue in ((1, big), (2, "0.01"))]
    assert drawn("revenue", grid=grid).table.rows[-1][1] == f"{int(big):,}.01"
