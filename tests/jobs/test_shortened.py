"""After retention took old rows, nothing looks further back than the rows reach without saying so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from quintile.domain.keeping import RetentionSettings
from quintile.domain.rhythm import Rhythm
from quintile.domain.settings import ModelSettings, Settings
from quintile.errors import SettingsError
from quintile.jobs import retention as retention_job
from quintile.jobs.cohorts import cohorts
from quintile.jobs.history import Dates, history
from quintile.jobs.kpis import kpis
from quintile.jobs.migration import migration
from quintile.jobs.run import run
from tests.golden.refreshes import HEADER, Refreshed

SETTINGS = Settings(model=ModelSettings(window="3mo"))
ROWS = "".join(
    f"{who}{month},{who},2025-{month:02}-15,10.00\n" for month in range(1, 8) for who in "ABCDE"[: 2 + month % 4]
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Published on the first of June and of July; the orders before 2025-04-01 are gone."""
    found = Refreshed(tmp_path, model={"window": "3mo"})
    for day in (date(2025, 6, 1), date(2025, 7, 1)):
        rows = "".join(row for row in ROWS.splitlines(keepends=True) if row.split(",")[2] < day.isoformat())
        found.run(f"{HEADER}\n{rows}", day)
    monkeypatch.setattr(retention_job, "today", lambda _zone: date(2025, 7, 1))
    settings = Settings(model=SETTINGS.model, retention=RetentionSettings(rows="3mo"))
    retention_job.retention(found.home, settings)
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


def test_new_customers_are_told_to_be_doubtful(project):
    found = kpis(project.home, SETTINGS)
    assert [line["as_of"] for line in found["snapshots"]] == ["2025-07-01"]
    assert found["note"].startswith("Retention removed the orders before 2025-04-01")
    told = cohorts(project.home)
    assert told["note"] == found["note"]
    assert told["cohorts"][0]["month"] == "2025-04"


def test_why_people_moved_cannot_be_told_of_orders_that_are_gone(project):
    with pytest.raises(SettingsError, match="retention removed the orders before 2025-04-01"):
        migration(project.home)
