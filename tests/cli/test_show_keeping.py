"""What is shown of a project's runs, checks, erasures and removals; and their exit codes."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.cli.show.keeping import show_certificate, show_log, show_retention, show_verified
from tests.golden.refreshes import FIRST, Refreshed

RUN = {
    "id": 1,
    "started": "2025-07-01",
    "outcome": "published",
    "code": None,
    "rows_in": 1200,
    "rows_new": 4,
    "snapshot": "S",
}
SNAPSHOT = {"spoken": "2025-07-01@1", "customers": 3, "model": "f" * 40, "snapshot": "S", "erased": 2, "current": True}
CERTIFICATE = {
    "certificate": 7,
    "ledger_rows": 3,
    "quarantined_rows": 1,
    "snapshots": 2,
    "files_rewritten": 9,
    "tombstones": 4,
    "second_copy": True,
    "shared_contacts": 0,
    "sent": {"messages": 0, "last": None, "naming_persons": 0},
    "left": [],
    "file": "certificates/000007.json",
}
CHECKED = {"snapshots": 1, "files": 12, "rows": 9, "erased_again": None, "recomputed": False, "problems": []}


def shown(show, found):
    text = io.StringIO()
    show(found, Console(file=text, width=100, color_system=None))
    return text.getvalue()


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


@pytest.fixture
def home(tmp_path):
    project = Refreshed(tmp_path)
    project.run(FIRST)
    return project.home


def asked(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_run_is_one_line_with_its_rows():
    page = shown(
        show_log,
        {"runs": [RUN, RUN | {"outcome": "refused", "code": "bad_date", "rows_in": None}], "snapshots": [SNAPSHOT]},
    )
    assert "  ".join(page.splitlines()[2].split()) == "1  2025-07-01  published  1,200  4  S"
    assert "refused (bad_date)" in page
    assert "2025-07-01@1          3  ffffffffffff  S         published, 2 customers erased" in page


def test_a_long_past_is_cut_and_says_so():
    assert "and 10 more; all of them: --json" in shown(show_log, {"runs": [RUN] * 60, "snapshots": []})


def test_a_sound_project_says_so():
    assert "Everything is as it was written" in shown(show_verified, CHECKED)


def test_a_problem_is_shown_with_what_to_do():
    problem = {"file": "store/x", "problem": "the file is gone", "fix": "restore it"}
    page = shown(show_verified, CHECKED | {"problems": [problem], "erased_again": {"certificate": 1}})
    assert "1 problem found" in page
    assert "Fix: restore it" in page
    assert "they were erased again" in page


def test_a_certificate_tells_what_could_not_be_done():
    found = CERTIFICATE | {"second_copy": False, "shared_contacts": 1, "left": ["mine.xlsx"], "sent": {"messages": 2}}
    page = shown(show_certificate, found)
    assert "Erased: certificate 000007" in page
    assert "mine.xlsx" in page
    assert "1 contact stay" in page
    assert "name a place with [state] tombstones" in page


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({"dry_run": True, "snapshots": ["a", "b"], "rows": {"ledger": 1200}}, "Would be removed"),
        ({"dry_run": False, "snapshots": [], "rows": {"identity": 2}}, "people"),
        ({"dry_run": False, "snapshots": [], "rows": {}}, "Nothing is too old"),
    ],
)
def test_what_is_removed_is_counted(found, text):
    page = shown(show_retention, found | {"from": {"snapshots": "2023-07-01", "rows": None, "quarantine": None}})
    assert text in page
    assert "snapshots from 2023-07-01 on" in page


def test_every_command_of_a_project_needs_one():
    for words in (["log"], ["verify"], ["erase", "A"], ["retention"]):
        assert asked(*words).exception is not None


def test_verify_ends_with_2_where_something_is_damaged(home):
    assert asked("verify", "--project", home).exit_code == 0
    next((home / "store" / "orders").iterdir()).unlink()
    ended = asked("verify", "--project", home, "--json")
    assert ended.exit_code == 2
    assert json.loads(ended.stdout)["problems"][0]["problem"] == "the file is gone"


def test_erase_ends_with_2_where_a_file_is_left(home):
    (home / "picture.bin").write_bytes(b"\0 anna@example.com")
    ended = asked("erase", "anna@example.com", "A", "--project", home, "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["left"]) == (2, ["picture.bin"])
    assert asked("erase", "B", "--project", home).exit_code == 0


def test_log_and_retention_are_json_too(home):
    assert len(json.loads(asked("log", "--project", home, "--json").stdout)["runs"]) == 1
    found = json.loads(asked("retention", "--project", home, "--snapshots", "240mo", "--dry-run", "--json").stdout)
    assert found["snapshots"] == []
