"""Cohorts of a whole project, against pandas over its source."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from quintile.jobs.cohorts import COLUMNS, cohorts, write_cohorts
from tests.jobs.grown import grow, orders


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.mark.parametrize("as_of", ["2025-07-01", "2024-11-01"])
def test_cohorts_are_those_of_pandas(project, as_of):
    found = cohorts(project, as_of)
    rows = pd.DataFrame(orders(), columns=["order", "customer", "at", "amount"])
    rows["cents"] = rows["amount"].map(lambda text: int(Decimal(text) * 100))
    rows = rows[rows["at"] < as_of]
    rows["month"] = rows["at"].dt.to_period("M")
    bought = rows[rows["cents"] > 0]
    first = bought.groupby("customer")["month"].min()
    rows["cohort"], rows["since"] = rows["customer"].map(first), 0
    rows["since"] = [(one.month - one.cohort).n for one in rows.itertuples()]
    assert [one["month"] for one in found["cohorts"]] == sorted(str(month) for month in first.unique())
    for one in found["cohorts"]:
        mine = rows[rows["cohort"] == one["month"]]
        assert one["size"] == (first == one["month"]).sum()
        months = (date.fromisoformat(as_of).year - int(one["month"][:4])) * 12
        months += date.fromisoformat(as_of).month - int(one["month"][5:])
        assert [cell["months_since"] for cell in one["cells"]] == list(range(months))
        for cell in one["cells"]:
            here = mine[mine["since"] == cell["months_since"]]
            counts = here[here["cents"] > 0].groupby("customer").size()
            assert cell["ordered_again"] == (counts > (cell["months_since"] == 0)).sum()
            exactly = Decimal(cell["ordered_again"]) / int(one["size"])
            assert abs(Decimal(cell["retention"]) - exactly) < Decimal("0.000001")
            assert Decimal(cell["revenue"]) * 100 == int(here["cents"].sum())


def test_a_month_that_is_not_over_is_empty_in_the_table(project, tmp_path):
    found = cohorts(project)
    for one in found["cohorts"]:
        one["cells"].append(
            {"months_since": len(one["cells"]), "ordered_again": None, "retention": None, "revenue": None}
        )
    write_cohorts(found, tmp_path / "cohorts.csv")
    with (tmp_path / "cohorts.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == sum(len(one["cells"]) for one in found["cohorts"])
    assert [table[-1][key] for key in COLUMNS] == ["2025-06", str(found["cohorts"][-1]["size"]), "1", "", "", ""]


def test_the_page_shows_both_pictures_and_names_nobody(project, tmp_path):
    write_cohorts(cohorts(project), tmp_path / "cohorts.html")
    page = (tmp_path / "cohorts.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 2
    assert "<h1>Cohorts as of 1 July 2025</h1>" in page
    assert ">C1<" not in page
