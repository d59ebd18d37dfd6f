"""The checkup: what is due follows from the orders, the runs and what a person wrote down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs.checkup import checkup
from tests.golden.refreshes import HEADER, Refreshed
from tests.jobs.grown import AS_OF, grow

SETTINGS = read_settings(None, {})
FIRST = date(2025, 7, 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


def checks(home, today, **more):
    return {line["check"]: line for line in checkup(home, SETTINGS, today, **more)["checks"]}


def test_a_shop_whose_customers_come_back_soon_is_due_after_a_month(project):
    found = checks(project, date(2025, 7, 31))["refresh"]
    assert (found["verdict"], found["since"], found["due"]) == ("ok", "2025-07-01", "2025-08-01")
    assert found["message"].startswith("monthly: half of those who come back are back within ")
    late = checks(project, date(2025, 8, 1))["refresh"]
    assert (late["verdict"], "quintile run SOURCE" in late["message"]) == ("due", True)


def test_a_base_too_small_to_measure_is_due_after_a_quarter(tmp_path):
    shop = Refreshed(tmp_path, output={"report": False})
    shop.run(f"{HEADER}\nO1,A,2025-06-01,10.00\n", FIRST)
    found = checks(shop.home, FIRST)["refresh"]
    assert (found["due"], found["message"][:9]) == ("2025-10-01", "quarterly")


def test_definitions_are_due_a_year_after_the_last_review(project):
    first = checks(project, AS_OF)["review"]
    assert "never reviewed since" in first["message"]
    assert date.fromisoformat(first["due"]) - date.fromisoformat(first["since"]) >= timedelta(365)
    reviewed = checks(project, date(2026, 2, 28), reviewed=True)["review"]
    assert (reviewed["verdict"], reviewed["since"], reviewed["due"]) == ("ok", "2026-02-28", "2027-02-28")
    assert checks(project, date(2027, 2, 27))["review"]["verdict"] == "ok"
    due = checks(project, date(2027, 2, 28))["review"]
    assert (due["verdict"], "--reviewed" in due["message"]) == ("due", True)


def rows(first, count, guests=0, twice=0):
    lines = [f"O{one},C{one},2025-06-{one % 28 + 1:02},10.00" for one in range(first, first + count)]
    lines += [f"G{one},,2025-06-01,5.00" for one in range(first, first + guests)]
    return "\n".join([HEADER, *lines, *lines[:twice]]) + "\n"


def test_more_guests_and_repetitions_than_before_want_a_look(tmp_path):
    shop = Refreshed(tmp_path, output={"report": False})
    shop.run(rows(0, 95, guests=5), FIRST)
    calm = checks(shop.home, FIRST)["ids"]
    assert (calm["verdict"], calm["refreshes"]) == ("ok", [{"rows": 100, "doubtful": 5, "repeated": 0}])
    shop.run(rows(100, 80, guests=20, twice=3), FIRST + timedelta(7))
    found = checks(shop.home, FIRST)["ids"]
    assert found["verdict"] == "look"
    assert found["refreshes"][-1] == {"rows": 103, "doubtful": 20, "repeated": 3}
    assert "more than usual: rows without a sure customer and repeated rows" in found["message"]


def test_a_full_extract_counts_its_own_rows(tmp_path):
    shop = Refreshed(tmp_path, output={"report": False})
    shop.run(rows(0, 90, guests=10), FIRST)
    shop.run(rows(0, 95, guests=9), FIRST + timedelta(7), refresh={"mode": "full"})
    assert checks(shop.home, FIRST)["ids"]["refreshes"][-1]["doubtful"] == 9


def test_past_dates_are_no_refreshes_and_campaigns_are_not_recorded(project):
    found = checks(project, AS_OF)
    assert len(found["ids"]["refreshes"]) == 1
    assert (found["campaigns"]["verdict"], found["campaigns"]["message"]) == ("nothing", "no campaigns recorded")


def test_no_project_is_no_checkup(tmp_path):
    with pytest.raises(SettingsError, match="no snapshot yet"):
        checkup(tmp_path, SETTINGS, AS_OF)
