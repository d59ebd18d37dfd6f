"""A project's runs are remembered, with what came in and how they ended; the snapshot does not depend on it."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import date

import pytest

from quintile.domain.fail_point import VARIABLE
from quintile.domain.settings import Settings
from quintile.errors import QuintileError, SettingsError
from quintile.jobs.log import log
from quintile.jobs.project.key import key_of
from quintile.state.database import State
from tests.forked import KILLED, ended
from tests.golden.refreshes import FIRST, Refreshed


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


def told(project):
    return [
        (run["outcome"], run["code"], run["rows_in"], run["rows_new"]) for run in log(project.home, Settings())["runs"]
    ]


def test_runs_are_told_newest_first(tmp_path):
    project = Refreshed(tmp_path)
    first = project.run(FIRST)
    project.run(FIRST)
    with pytest.raises(QuintileError):
        project.run("nothing\n")
    assert told(project) == [
        ("refused", "not_tabular", None, None),
        ("unchanged", None, 4, 0),
        ("published", None, 4, 4),
    ]
    found = log(project.home, Settings())
    assert found["runs"][-1]["snapshot"] == first["snapshot"]
    assert [(one["spoken"], one["customers"], one["current"]) for one in found["snapshots"]] == [
        ("2025-07-01@1", 3, True)
    ]


def test_snapshots_are_told_newest_first(tmp_path):
    project = Refreshed(tmp_path)
    project.run(FIRST)
    project.run(FIRST, date(2025, 7, 2))
    assert [one["as_of"] for one in log(project.home, Settings())["snapshots"]] == ["2025-07-02", "2025-07-01"]


def test_a_killed_run_shows_as_stopped_at_the_next(tmp_path):
    project = Refreshed(tmp_path)
    project.run(FIRST)
    (tmp_path / "more.csv").write_text(FIRST + "O9,Z,2025-06-30,1.00\n", encoding="utf-8")
    command = ["run", "more.csv", "--project", "project", "--accept", "volume_drop", "--as-of", "2025-07-01", "--quiet"]
    assert (
        ended(tmp_path, command, {VARIABLE: "store.marked:1", "XDG_STATE_HOME": str(tmp_path / "state-home")}) == KILLED
    )
    assert told(project)[0] == ("running", None, None, None)
    project.run(FIRST)
    assert told(project)[1] == ("stopped", "killed_publishing", None, None)


def test_a_state_that_fails_at_the_end_loses_no_snapshot(tmp_path, monkeypatch):
    project = Refreshed(tmp_path)

    def broken(*_arguments, **_more):
        raise SettingsError("state", "the disk of the state is gone", fix="")

    monkeypatch.setattr(State, "end_run", broken)
    report = project.run(FIRST)
    assert report["not_logged"] == "the disk of the state is gone"
    assert project.customers() == {"A": (11, 2, "30.00"), "B": (122, 1, "5.00"), "C": (127, 1, "99.90")}


def test_the_state_changes_no_byte_of_a_snapshot(tmp_path):
    projects = [Refreshed(tmp_path / name) for name in ("one", "two")]
    for project in projects:
        project.folder.mkdir()
        project.run(FIRST)
    for beside in projects[0].home.glob("state.sqlite*"):
        beside.unlink()
    snapshots = []
    for project in projects:
        project._number = 7
        project.run(FIRST, date(2025, 7, 2))
        snapshots.append({path.name: path.read_bytes() for path in project.current.iterdir()})
    assert snapshots[0] == snapshots[1]


def test_a_newer_state_is_refused_before_anything_is_read(tmp_path):
    project = Refreshed(tmp_path)
    project.run(FIRST)
    shutil.copytree(project.home / "store", tmp_path / "before", symlinks=True)
    with sqlite3.connect(project.home / "state.sqlite") as connection:
        connection.execute("UPDATE quintile_version SET version = 99")
    with pytest.raises(QuintileError, match="version 99"):
        project.run(FIRST, date(2025, 7, 3))
    names = [
        sorted(path.name for path in (home / "snapshots").iterdir())
        for home in (tmp_path / "before", project.home / "store")
    ]
    assert names[0] == names[1]


def test_no_message_of_a_run_is_kept(tmp_path):
    project = Refreshed(tmp_path)
    project.run(FIRST)
    with pytest.raises(QuintileError):
        project.run("order_id,customer_id,order_date,amount\nO1,canary@example.com,bad,bad\n")
    assert all(b"canary" not in path.read_bytes() for path in project.home.glob("state.sqlite*"))


def test_a_folder_without_a_store_is_no_project(tmp_path):
    with pytest.raises(SettingsError, match="is no project"):
        log(tmp_path, Settings())


def test_the_key_is_made_by_the_first_run_so_that_every_copy_has_it(tmp_path):
    project = Refreshed(tmp_path)
    project.run(FIRST)
    key = (project.home / "erasure.key").read_bytes()
    project.run(FIRST)
    assert (project.home / "erasure.key").read_bytes() == key
    assert key_of(project.home, Settings()).project
