from __future__ import annotations

from typing import Any

from quintile.pictures.cohorts import cohort_heat
from tests.pictures.sample import only_series


def cell(since, again, retention, revenue):
    return {"months_since": since, "ordered_again": again, "retention": retention, "revenue": revenue}


COHORTS: list[dict[str, Any]] = [
    {"month": "2025-05", "size": 4, "cells": [cell(0, 1, "0.2500", "40.00"), cell(1, 2, "0.5000", "2000.50")]},
    {"month": "2025-06", "size": 10, "cells": [cell(0, 0, "0.0000", "9.00"), cell(1, None, None, None)]},
    {"month": "2025-07", "size": None, "cells": [cell(0, None, None, None)]},
]


def cells(picture):
    return {tuple(one["value"][:2]): one["said"] for one in only_series(picture)["data"]}


def test_a_cell_stands_in_the_row_of_its_cohort_and_the_column_of_its_month():
    assert cells(cohort_heat(COHORTS, currency="EUR")) == {(0, 0): "50.0%"}
    assert cells(cohort_heat(COHORTS, currency="EUR", show="revenue")) == {
        (0, 0): "40.0", (1, 0): "2.00K", (0, 1): "9.00",
    }  # fmt: skip


def test_a_month_that_is_not_over_is_empty_and_not_zero():
    found = cohort_heat(COHORTS, currency="EUR").table
    assert found.columns == ("First order", "New customers", "+0", "+1")
    assert found.rows == (
        ("2025-05", "4", "25.0%", "50.0%"), ("2025-06", "10", "0.0%", ""), ("2025-07", "", "", ""),
    )  # fmt: skip


def test_money_has_its_unit_and_all_its_digits():
    found = cohort_heat(COHORTS, currency="EUR", show="revenue")
    assert found.table.columns[0] == "First order; revenue, EUR"
    assert found.table.rows[0] == ("2025-05", "4", "40.00", "2,000.50")
    assert "2,050\N{NO-BREAK SPACE}EUR" in found.caption


def test_the_caption_says_who_came_back_in_the_next_month():
    assert cohort_heat(COHORTS, currency=None).caption.startswith("50.0% of 4 new customers ordered again in the month")
    assert cohort_heat([], currency=None).caption.startswith("No cohort has a month")


def test_every_cell_has_its_own_colour_and_a_label_to_it():
    for one in only_series(cohort_heat(COHORTS, currency=None, show="revenue"))["data"]:
        assert one["visualMap"] is False
        assert one["label"]["color"] == one["itemStyle"]["color"] + "-ink"


def test_the_picture_shows_two_years_and_its_table_all():
    long = [
        {"month": f"{2020 + n // 12}-{n % 12 + 1:02}", "size": 1, "cells": [cell(0, 0, "0.0000", "1")]}
        for n in range(40)
    ]
    found = cohort_heat(long, currency=None)
    assert (len(found.option["yAxis"]["data"]), len(found.table.rows)) == (24, 40)
    assert found.option["yAxis"]["data"][-1] == "2023-04"
