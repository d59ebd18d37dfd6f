"""What is too old goes, what is young stays; a dry run changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pytest

from quintile.domain.keeping import RetentionSettings
from quintile.domain.settings import ModelSettings, Settings
from quintile.errors import SettingsError
from quintile.jobs import retention as retention_job
from quintile.jobs.log import log
from quintile.jobs.retention import retention
from quintile.jobs.verify import verify
from quintile.snapshots.series import report_of, series
from tests.golden.refreshes import HEADER, Refreshed

ROWS_FROM, SNAPSHOTS_FROM = date(2022, 7, 1), date(2023, 7, 1)
ORDERS = f"""{HEADER}
O1,OLD,2021-06-01,10.00
O2,A,2021-06-20,20.00
O3,A,2025-03-01,5.00
O6,C,2023-03-01,6.00
O4,C,2025-02-24,99.90
O5,C,bad,1.00
"""


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
    monkeypatch.setattr(retention_job, "today", lambda _zone: date(2025, 7, 1))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    project = Refreshed(folder)
    for day in (date(2022, 1, 1), date(2024, 1, 1), date(2025, 7, 1)):
        project.run(ORDERS, day)
    return folder


@pytest.fixture
def project(made, tmp_path):
    shutil.copytree(made, tmp_path / "own", symlinks=True)
    found = Refreshed(tmp_path / "own")
    found._number = 3
    return found


def kept(**limits):
    return replace(Settings(), retention=RetentionSettings(**limits))


def dates(project):
    return [one["as_of"] for one in log(project.home, Settings())["snapshots"]]


def files(project):
    return {
        path: path.read_bytes()
        for path in (project.home / "store").rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_a_dry_run_lists_and_changes_nothing(project):
    before = files(project)
    found = retention(project.home, kept(snapshots="24mo", rows="36mo"), dry_run=True)
    assert found["from"] == {"snapshots": "2023-07-01", "rows": "2022-07-01", "quarantine": None}
    assert found["snapshots"] == ["2022-01-01@1"]
    assert (found["rows"]["ledger"], found["rows"]["identity"]) == (2, 1)
    assert files(project) == before


def test_old_snapshots_go_and_the_published_one_stays(project):
    retention(project.home, kept(snapshots="24mo"))
    assert dates(project) == ["2025-07-01", "2024-01-01"]
    retention(project.home, kept(snapshots="1d"))
    assert dates(project) == ["2025-07-01"]
    assert verify(project.home, Settings())["problems"] == []


def test_old_rows_go_with_the_people_who_have_no_others(project):
    found = retention(project.home, kept(rows="36mo"))
    assert found["rows"]["ledger"] == 2
    assert all(b"OLD" not in path.read_bytes() for path in (project.home / "store" / "identity").iterdir())
    assert verify(project.home, Settings(), recompute=True)["problems"] == []
    project.run(f"{HEADER}\nO9,A,2025-06-01,1.00\n", date(2025, 7, 1))
    assert project.customers() == {"A": (30, 2, "6.00"), "C": (127, 1, "99.90")}
    assert project.ledger()["rows"] == 4


def test_an_order_is_as_old_as_its_latest_row(tmp_path):
    (tmp_path / "lines").mkdir()
    project = Refreshed(tmp_path / "lines", ledger={"grain": "line"})
    project.run(f"{HEADER}\nO1,A,2021-06-01,10.00\nO1,A,2025-06-01,5.00\nO2,B,2021-06-01,1.00\nO3,B,2025-06-01,1.00\n")
    settings = replace(kept(rows="36mo"), ledger=replace(Settings().ledger, grain="line"))
    assert retention(project.home, settings)["rows"]["ledger"] == 1
    assert verify(project.home, settings, recompute=True)["problems"] == []


def test_a_month_that_the_first_day_cuts_is_as_if_its_rows_had_never_been(tmp_path):
    project = Refreshed(tmp_path)
    old = "".join(f"P{day},P,2022-06-{day},10.00\n" for day in range(10, 31))
    project.run(f"{HEADER}\n{old}Q1,Q,2022-07-01,5.00\nQ2,Q,2022-07-02,6.00\nQ3,Q,2025-06-01,1.00\n")
    for first in (date(2025, 7, 1), date(2025, 7, 2)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(retention_job, "today", lambda _zone, first=first: first)
            retention(project.home, kept(rows="36mo"))
        assert verify(project.home, Settings(), recompute=True)["problems"] == []


def test_rows_set_aside_go_by_the_day_they_came_in(project, monkeypatch):
    assert retention(project.home, kept(quarantine="6mo"))["rows"] == {}
    monkeypatch.setattr(retention_job, "today", lambda _zone: date(2036, 1, 1))
    assert retention(project.home, kept(quarantine="6mo"))["rows"] == {"quarantine": 1}
    assert list((project.home / "store" / "quarantine").iterdir()) == []
    assert verify(project.home, Settings())["problems"] == []


def test_rows_that_the_window_counts_are_never_removed(project):
    with pytest.raises(SettingsError, match="the window of 12mo counts from 2024-07-01 on"):
        retention(project.home, kept(rows="6mo"))
    with pytest.raises(SettingsError, match="the first order"):
        retention(project.home, replace(kept(rows="36mo"), model=ModelSettings(window="all")))


def test_nor_are_those_that_the_published_snapshot_counts_by_another_window(project):
    project.run(ORDERS, date(2025, 7, 1), model={"window": "48mo"})
    with pytest.raises(SettingsError, match="the window of 48mo counts from 2021-07-01 on"):
        retention(project.home, kept(rows="36mo"))


def test_an_earlier_first_day_brings_no_order_back(project):
    for rows in ("36mo", "48mo"):
        retention(project.home, kept(rows=rows))
        assert {report_of(one).get("rows_from") for one in series(project.home / "store")} == {"2022-07-01"}


def test_nothing_to_keep_by_is_refused(project):
    with pytest.raises(SettingsError, match="nothing says how long"):
        retention(project.home, Settings())
