"""After retention took old rows, nothing looks further back than the rows reach without saying so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from quintile.config.read import read_settings
from quintile.domain.keeping import RetentionSettings
from quintile.domain.rhythm import Rhythm
from quintile.domain.settings import ModelSettings, Settings
from quintile.errors import SettingsError
from quintile.jobs import retention as retention_job
from quintile.jobs.cohorts import cohorts
from quintile.jobs.customer import customer
from quintile.jobs.forecast import Horizon, forecast
from quintile.jobs.history import Dates, history
from quintile.jobs.kpis import kpis
from quintile.jobs.migration import Between, migration, migration_series
from quintile.jobs.moves.movements import Wanted
from quintile.jobs.run import run
from quintile.jobs.verify import verify
from tests.golden.refreshes import HEADER, Refreshed

SETTINGS = Settings(model=ModelSettings(window="3mo"))
ROWS = "".join(
    f"{who}{month},{who},2025-{month:02}-15,10.00\n" for month in range(1, 8) for who in "ABCDE"[: 2 + month % 4]
)


def published(found, monkeypatch, model, every=ROWS, kept="3mo"):
    """Publish on the first of June and of July, then remove old orders; says who moved as it was told before."""
    for day in (date(2025, 6, 1), date(2025, 7, 1)):
        rows = "".join(row for row in every.splitlines(keepends=True) if row.split(",")[2] < day.isoformat())
        found.run(f"{HEADER}\n{rows}", day)
    whole = migration(found.home)
    monkeypatch.setattr(retention_job, "today", lambda _zone: date(2025, 7, 1))
    retention_job.retention(found.home, Settings(model=model, retention=RetentionSettings(rows=kept)))
    return whole


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Published on the first of June and of July; the orders before 2025-04-01 are gone."""
    found = Refreshed(tmp_path, model={"window": "3mo"})
    published(found, monkeypatch, SETTINGS.model)
    return found


def test_a_past_date_whose_orders_are_gone_is_left_out(project):
    found = history(project.home, SETTINGS, Dates(Rhythm.parse("month"), date(2025, 5, 1)))
    assert [line["as_of"] for line in found["snapshots"]] == ["2025-07-01"]
    assert [(line["as_of"], line["reason"]) for line in found["left_out"]] == [
        ("2025-05-01", "orders_removed"),
        ("2025-06-01", "orders_removed"),
    ]


def test_a_run_whose_window_begins_before_is_refused_and_later_ones_remember(project):
    wish = replace(project.wish(f"{HEADER}\nZ1,Z,2025-05-20,1.00\n", date(2025, 6, 1)), backfill=True)
    with pytest.raises(SettingsError, match="retention removed the orders before 2025-04-01"):
        run(wish, project.home, in_project=True)
    july = f"{HEADER}\n{ROWS}"
    assert project.run(july, date(2025, 8, 1))["rows_from"] == "2025-04-01"


def test_rows_that_came_back_in_part_do_not_count_as_all_but_a_whole_extract_does(project):
    whole = f"{HEADER}\n{ROWS}"
    project.run(whole, date(2025, 8, 1))
    before = replace(project.wish(whole, date(2025, 6, 1)), backfill=True)
    with pytest.raises(SettingsError, match="2025-06-01 begins on 2025-03-01") as caught:
        run(before, project.home, in_project=True)
    assert caught.value.fix.endswith("to have them all back, give the whole extract with --mode full")
    full = replace(project.wish(whole, date(2025, 6, 1), refresh={"mode": "full"}), backfill=True)
    assert "rows_from" not in run(full, project.home, in_project=True)
    fresh = Refreshed(project.folder / "fresh", model={"window": "3mo"})
    fresh.folder.mkdir()
    fresh.run(whole, date(2025, 6, 1))
    assert fresh.customers() == project.customers()
    assert migration(project.home, Between("2025-06-01", "2025-08-01"))["note"] is None


def test_new_customers_are_told_to_be_doubtful(project):
    found = kpis(project.home, SETTINGS)
    assert [line["as_of"] for line in found["snapshots"]] == ["2025-07-01"]
    assert found["note"].startswith("Retention removed the orders before 2025-04-01")
    assert found["note"].endswith("Dates before 2025-07-01 are left out.")
    told = cohorts(project.home)
    assert found["note"].startswith(told["note"])
    assert told["cohorts"][0]["month"] == "2025-04"


def without_causes(found):
    """What follows from the snapshots alone; the flow has each customer once, whatever the way."""
    matrix = [{key: value for key, value in line.items() if key != "causes"} for line in found["matrix"]]
    sides = [{key: value for key, value in found[end].items() if key != "snapshot"} for end in ("from", "to")]
    totals = {**found["totals"], "held_by_purchase": None}
    return sides, matrix, totals


@pytest.mark.parametrize("monetary", ["total", "average"])
def test_who_moved_is_told_of_what_was_published_and_why_is_not(tmp_path, monkeypatch, monetary):
    model = replace(SETTINGS.model, monetary=monetary)
    found = Refreshed(tmp_path, model={"window": "3mo", "monetary": monetary})
    whole = published(found, monkeypatch, model)
    cut = migration(found.home)
    assert without_causes(cut) == without_causes(whole)
    assert whole["totals"]["moved"]
    assert [line["cause"] for line in cut["causes"] + cut["new"] + cut["lost"]] == ["orders_removed"] * 3
    assert sum(line["customers"] for line in cut["causes"]) == whole["totals"]["moved"]
    assert cut["note"] in cut["statements"]
    assert cut["note"].endswith("why customers moved cannot be told; of 2025-07-01 and later dates it can.")
    assert whole["note"] is None


def test_of_a_series_only_the_steps_that_are_cut_are_untold(project):
    project.run(f"{HEADER}\n{ROWS}", date(2025, 8, 1))
    assert [bool(step["note"]) for step in migration_series(project.home)["steps"]] == [True, False]


def test_a_page_of_a_cut_snapshot_shows_what_was_published_and_no_prospect(project):
    page = customer(project.home, "A", SETTINGS, as_of="2025-06-01")
    assert (page["now"]["frequency"], [one["date"] for one in page["orders"]]) == (3, ["2025-04-15", "2025-05-15"])
    assert "falls" not in page
    assert page["note"].endswith("what lies ahead cannot be told; of 2025-07-01 and later dates it can.")
    last = customer(project.home, "A", SETTINGS)
    assert (last["note"], "falls" in last) == (None, True)
    assert {line["cause"] for line in last["history"]} <= {None, "orders_removed"}


def test_a_forecast_of_a_cut_snapshot_names_the_dates_that_can_be_asked(project):
    with pytest.raises(SettingsError, match="the window of 2025-06-01 begins on 2025-03-01") as caught:
        forecast(project.home, SETTINGS.engine, Horizon(as_of="2025-06-01"))
    assert caught.value.fix.startswith("choose 2025-07-01 or a later date")


def test_a_list_has_a_line_for_everybody_who_moved_though_ids_are_gone(tmp_path, monkeypatch):
    found = Refreshed(tmp_path, model={"window": "1mo"})
    rows = "O1,OLD,2025-05-20,9.00\nO2,A,2025-05-20,1.00\nO3,A,2025-06-20,1.00\n"
    published(found, monkeypatch, replace(SETTINGS.model, window="1mo"), rows, kept="1mo")
    told = migration(found.home, wanted=Wanted(tmp_path / "moved.csv"))
    lines = (tmp_path / "moved.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert told["totals"]["lost"] == 1
    assert told["listed"]["customers"] == len(lines) == told["totals"]["lost"] + told["totals"]["moved"]
    assert [line.split(",")[:4:2] for line in lines if line.startswith(",")] == [["", ""]]


def test_rows_stay_where_everybody_who_ever_bought_is_scored(tmp_path, monkeypatch):
    found = Refreshed(tmp_path, model={"window": "3mo", "population": "ever"})
    with pytest.raises(SettingsError, match="the population 'ever' counts from the first order on"):
        published(found, monkeypatch, SETTINGS.model)


def test_who_is_scored_without_any_order_stays_known_as_long_as_the_snapshot_is_whole(tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text("customer_id\nA\nOLD\n", encoding="utf-8")
    model = {"window": "1mo", "population": str(tmp_path / "list.csv")}
    found = Refreshed(tmp_path, model=model)
    rows = "O1,OLD,2025-02-20,9.00\nO2,A,2025-05-20,1.00\nO3,A,2025-06-20,1.00\n"
    whole = published(found, monkeypatch, replace(SETTINGS.model, window="1mo"), rows, kept="2mo")
    settings = read_settings(None, {"model": model})
    assert verify(found.home, settings, recompute=True)["problems"] == []
    assert customer(found.home, "OLD", settings)["now"]["frequency"] == 0
    assert migration(found.home)["matrix"] == whole["matrix"]
