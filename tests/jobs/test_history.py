from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date

import pytest

from quintile.config.read import read_settings
from quintile.domain.fail_point import VARIABLE
from quintile.domain.rhythm import Rhythm
from quintile.errors import SettingsError
from quintile.jobs.history import Dates, history
from quintile.jobs.log import log
from quintile.jobs.project.one_result import customers_of, readable
from quintile.jobs.report_page import write_page
from quintile.jobs.workplace.workplace import workplace
from quintile.snapshots.series import series
from tests.forked import KILLED, ended
from tests.golden.refreshes import AS_OF, FIRST, HEADER, Refreshed

# FIRST: C on 24 February, B on 1 March, A on 1 and 20 June.
MONTHLY = Dates(Rhythm.parse("month"), date(2025, 2, 1))
SETTINGS = read_settings(None, {})


@pytest.fixture
def project(tmp_path):
    made = Refreshed(tmp_path)
    made.run(FIRST)
    return made


def past(project, dates=MONTHLY, settings=SETTINGS):
    return history(project.home, settings, dates)


def report_of(project, line):
    folder = project.home / "store" / "snapshots" / line["snapshot"]
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_every_date_gets_a_snapshot_and_the_current_one_stays(project):
    before = project.current.readlink()
    told = []
    found = history(project.home, SETTINGS, MONTHLY, on_step=told.append)
    assert found["known"] == {"ledger": 1, "rows": 4, "sources": 1}
    assert [(line["as_of"], line["customers"], line["added"]) for line in found["snapshots"]] == [
        ("2025-03-01", 1, True),
        ("2025-04-01", 2, True),
        ("2025-05-01", 2, True),
        ("2025-06-01", 2, True),
        ("2025-07-01", 3, False),  # published by the run
    ]
    assert project.current.readlink() == before
    assert told[-1] == "2025-07-01 (5 of 5)"
    kept = series(project.home / "store")
    assert [(one.as_of, one.known, one.is_current) for one in kept] == [
        *((line["as_of"], 1, False) for line in found["snapshots"][:-1]),
        ("2025-07-01", 1, True),
    ]


def test_dates_without_a_purchase_are_left_out_and_told(tmp_path):
    project = Refreshed(tmp_path, model={"window": "1mo"})
    project.run(FIRST)
    found = past(project)
    assert [line["as_of"] for line in found["snapshots"]] == ["2025-03-01", "2025-04-01", "2025-07-01"]
    assert [(line["as_of"], line["reason"]) for line in found["left_out"]] == [
        ("2025-02-01", "before_first_order"),
        ("2025-05-01", "empty_window"),
        ("2025-06-01", "empty_window"),
    ]
    assert found["left_out"][1]["message"] == "no purchase lies in the window that ends on 2025-05-01"
    early = past(project, Dates(Rhythm.parse("week"), date(2025, 1, 1), date(2025, 2, 24)))
    assert (early["snapshots"], len(early["left_out"])) == ([], 8)


def test_the_bridge_begins_with_the_ledger(project):
    [line] = past(project, replace(MONTHLY, first=date(2025, 6, 1), last=date(2025, 6, 1)))["snapshots"]
    report = report_of(project, line)
    assert [(step["step"], step["rows"], step["amount"]) for step in report["bridge"]] == [
        ("ledger", 4, "134.90"),
        ("after_window", 2, "30.00"),
        ("scored", 2, "104.90"),
    ]
    assert report["inputs"] == []
    assert report["assumed"] == json.loads((project.current / "run.json").read_text())["assumed"]


def test_nothing_is_written_twice(project):
    past(project)
    folders = [*project.home.rglob("*/snapshots/2*"), project.home / "store"]
    before = {folder: folder.stat().st_mtime_ns for folder in folders}
    found = past(project)
    assert not any(line["added"] for line in found["snapshots"])
    assert {folder: folder.stat().st_mtime_ns for folder in folders} == before


def test_late_rows_make_another_version_of_the_past(project):
    first = past(project)["snapshots"]
    project.run(f"{HEADER}\nO9,D,2025-03-15,1.00\n")
    second = past(project)
    assert second["known"]["ledger"] == 2
    assert [line["customers"] for line in second["snapshots"]] == [1, 3, 3, 3, 4]
    versions = [one.known for one in series(project.home / "store") if one.as_of == "2025-04-01"]
    assert versions == [1, 2]
    assert first[1]["snapshot"] != second["snapshots"][1]["snapshot"]


def test_cut_points_are_the_projects_or_those_of_each_date(project):
    frozen = past(project)["snapshots"]
    refit = past(project, settings=read_settings(None, {"refresh": {"refit": True}}))["snapshots"]
    current = json.loads((project.current / "run.json").read_text())["model"]
    assert {report_of(project, line)["model"]["fingerprint"] for line in frozen} == {current["fingerprint"]}
    fitted = [report_of(project, line)["model"]["fitted"]["as_of"] for line in refit]
    assert fitted == ["2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01"]


def test_a_date_after_the_last_published_one_is_a_runs_business(project):
    before = sorted(project.home.rglob("*"))
    with pytest.raises(SettingsError, match="2025-07-01, the last published analysis date, so it is not the past"):
        past(project, replace(MONTHLY, last=date(2025, 8, 1)))
    with pytest.raises(SettingsError, match="is not the past"):
        past(project, Dates(Rhythm.parse("month"), date(2025, 7, 2)))
    assert sorted(project.home.rglob("*")) == before


def test_a_project_without_orders_is_refused_and_not_made(tmp_path):
    with pytest.raises(SettingsError, match="no snapshot that keeps its orders"):
        history(tmp_path / "none", SETTINGS, MONTHLY)
    assert not (tmp_path / "none").exists()


def test_a_past_snapshot_can_be_looked_at_like_any_other(project):
    line = past(project)["snapshots"][1]
    folder = project.home / "store" / "snapshots" / line["snapshot"]
    assert {path.name for path in folder.iterdir()} == {
        *("customers.parquet", "segments.csv", "run.json", "model.json"),
        *("ledger.json", "orders.json", "profile.json"),
    }
    with workplace([], SETTINGS.engine, readable(folder)) as place:
        assert [row[0] for row in place.engine.rows(customers_of(place.engine, folder))] == ["B", "C"]
    own = project.folder / "own"
    shutil.copytree(folder, own)
    write_page(own)
    assert "2025-04-01" in (own / "report.html").read_text(encoding="utf-8")


def test_the_list_of_customers_is_the_one_the_project_was_run_with(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("customer_id\nB\nZ\n", encoding="utf-8")
    project = Refreshed(tmp_path, ledger={"customers": str(people)}, model={"population": "customers"})
    project.run(FIRST)
    people.unlink()
    found = past(project)
    assert [(line["customers"], line["buyers"]) for line in found["snapshots"]] == [
        (2, 0),
        (2, 1),
        (2, 1),
        (2, 1),
        (2, 1),
    ]
    bridge = report_of(project, found["snapshots"][0])["bridge"]
    assert [(step["step"], step["rows"]) for step in bridge][2:] == [("not_in_population", 1), ("scored", 0)]


def test_the_last_date_is_the_last_published_one(project):
    assert past(project, Dates(Rhythm.parse("month"), AS_OF))["snapshots"][0]["added"] is False


def test_a_history_is_in_the_log(project):
    added = [line["snapshot"] for line in past(project)["snapshots"] if line["added"]]
    past(project)
    runs = log(project.home, SETTINGS)["runs"]
    assert [(run["outcome"], run["snapshot"]) for run in runs[:2]] == [("unchanged", None), ("added", added[-1])]


def test_an_erasure_that_was_cut_off_is_completed_before_the_past_is_made(project, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    environment = {VARIABLE: "erase.buried:1", "XDG_STATE_HOME": str(tmp_path)}
    assert ended(project.folder, ["erase", "--project", "project", "B"], environment) == KILLED
    past(project)
    for one in series(project.home / "store"):
        with workplace([], SETTINGS.engine, readable(one.folder)) as place:
            assert "B" not in [row[0] for row in place.engine.rows(customers_of(place.engine, one.folder))]
