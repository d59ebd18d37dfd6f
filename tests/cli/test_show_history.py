from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.errors import SettingsError
from tests.golden.refreshes import FIRST, Refreshed


@pytest.fixture
def project(tmp_path):
    made = Refreshed(tmp_path)
    made.run(FIRST)
    return made


def called(*arguments):
    return CliRunner().invoke(app, ["history", *map(str, arguments)])


def test_the_dates_are_listed_and_those_left_out_are_told(project):
    shown = called("--project", project.home, "--every", "60d", "--from", "2025-01-01", "--to", "2025-04-30")
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert lines[0] == "1 past snapshot added"
    assert lines[4].split() == ["2025-03-02", "2", "2", "added"]
    assert "2025-01-01  the first purchase is not before 2025-01-01, so nobody was a customer yet" in shown.output
    assert lines[-1] == "The past as ledger 1 knows it. The current snapshot stays."
    again = called("--project", project.home, "--every", "60d", "--from", "2025-03-02")
    assert again.output.splitlines()[0] == "2 past snapshots added, 1 there already"


def test_json_says_the_same(project):
    found = json.loads(called("--project", project.home, "--from", "2025-06-01", "--refit", "--json").output)
    assert [line["as_of"] for line in found["snapshots"]] == ["2025-06-01", "2025-07-01"]
    assert (found["refit"], found["left_out"]) == (True, [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "2025-01-01"], "say which project"),
        (["--project", "here"], "say which date is the first"),
        (["--project", "here", "--from", "soon"], "'soon' is no date"),
        (["--project", "here", "--from", "2025-01-01T10:00"], "is no date"),
        (["--project", "here", "--from", "2025-01-01", "--to", "2025-13-01"], "'2025-13-01' is no date"),
        (["--project", "here", "--from", "2025-01-01", "--every", "moon"], "'moon' is no distance"),
        (["--project", "here", "--from", "2025-01-01"], "no snapshot that keeps its orders"),
    ],
)
def test_what_is_missing_or_wrong_is_named(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    error = called(*arguments).exception
    assert isinstance(error, SettingsError)
    assert message in str(error)
