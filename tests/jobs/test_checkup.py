"""The checkup: what is due follows from the orders, the runs and what a person wrote down."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs import checkup as job
from quintile.jobs.checkup import checkup
from quintile.jobs.project.state import open_state
from quintile.jobs.run import run
from quintile.state.reviews import add_review
from tests.golden.refreshes import HEADER, Refreshed
from tests.jobs.grown import AS_OF, grow

SETTINGS = read_settings(None, {})
FIRST = date(2025, 7, 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The calendar stands still."""
    monkeypatch.setattr(job, "calendar_day", lambda _zone: date(2027, 3, 1))


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


def again(shop, text):
    """Publish the second date anew."""
    run(replace(shop.wish(text, FIRST + timedelta(31)), backfill=True), shop.home, in_project=True)


@pytest.fixture
def monthly(tmp_path):
    """Three sources, one a month, and the last of them once more, for the date before it."""
    shop = Refreshed(tmp_path, output={"report": False})
    for number in range(3):
        shop.run(rows(100 * number, 100), FIRST + timedelta(31 * number))
    again(shop, rows(200, 100))
    return shop


NEW = {"rows": 100, "doubtful": 0, "repeated": 0}


def test_a_date_published_anew_with_what_was_known_is_no_refresh(monthly):
    found = checks(monthly.home, FIRST)["ids"]
    assert (found["verdict"], found["since"], found["refreshes"]) == ("ok", "2025-09-01", [NEW] * 3)


def test_nor_is_it_one_when_the_refresh_before_it_is_not_kept_any_more(monthly):
    shutil.rmtree(next((monthly.home / "store" / "snapshots").glob("2025-09-01*")))
    assert checks(monthly.home, FIRST)["ids"]["refreshes"] == [NEW] * 2


@pytest.mark.parametrize("later", [0, 31])
def test_a_source_whose_rows_all_came_before_wants_a_look_until_another_comes(tmp_path, later):
    shop = Refreshed(tmp_path, output={"report": False})
    for number in range(2):
        shop.run(rows(100 * number, 100), FIRST)
    other = "\n".join([HEADER, *sorted(rows(100, 100).splitlines()[1:], reverse=True)]) + "\n"
    for text in (other, rows(100, 100)):
        shop.run(text, FIRST + timedelta(later))
        found = checks(shop.home, FIRST)["ids"]
        assert (found["verdict"], found["refreshes"][-1]) == ("look", {"rows": 100, "doubtful": 0, "repeated": 100})
        assert "100 rows, 0 without a sure customer, 100 repeated; more than usual: repeated rows" in found["message"]
    shop.run(rows(300, 100), FIRST + timedelta(later))
    assert checks(shop.home, FIRST)["ids"]["verdict"] == "ok"


def test_past_dates_are_no_refreshes_and_campaigns_are_not_recorded(project):
    found = checks(project, AS_OF)
    assert len(found["ids"]["refreshes"]) == 1
    assert (found["campaigns"]["verdict"], found["campaigns"]["message"]) == ("nothing", "no campaigns recorded")


def test_no_project_is_no_checkup(tmp_path):
    with pytest.raises(SettingsError, match="no snapshot yet"):
        checkup(tmp_path, SETTINGS, AS_OF)


def test_nobody_has_reviewed_anything_on_a_day_to_come(tmp_path):
    shop = Refreshed(tmp_path, output={"report": False})
    shop.run(rows(0, 10), FIRST)
    with pytest.raises(SettingsError, match="2027-03-02 is a day to come"):
        checks(shop.home, date(2027, 3, 2), reviewed=True)
    assert "never reviewed" in checks(shop.home, date(2027, 3, 2))["review"]["message"]
    assert checks(shop.home, date(2027, 3, 1), reviewed=True)["review"]["due"] == "2028-03-01"


def test_a_review_counts_from_its_own_day_on(tmp_path):
    shop = Refreshed(tmp_path, output={"report": False})
    shop.run(rows(0, 10), FIRST)
    add_review(open_state(shop.home, SETTINGS), "9999-12-31", "model")
    last = checks(shop.home, date.max)["review"]
    assert (last["since"], last["due"]) == ("9999-12-31", "9999-12-31")
    assert "never reviewed" in checks(shop.home, date(2026, 1, 1))["review"]["message"]
    assert checks(shop.home, date(2026, 1, 1), reviewed=True)["review"]["since"] == "2026-01-01"
    assert checks(shop.home, date(2025, 8, 1), reviewed=True)["review"]["since"] == "2025-08-01"
    assert checks(shop.home, date(2026, 1, 2))["review"]["since"] == "2026-01-01"
