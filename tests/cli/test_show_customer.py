"""One customer's page, and the command."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.errors import SettingsError
from tests.jobs.test_customer import made

TOP = """\
ANNA

Champions (545) as of 1 July 2025: 5 orders, monetary 1,059.00, the last one 10 days ago.

What lies ahead, and behind
  If nothing is bought, Champions becomes Loyal on 6 August 2025, in 36 days.
  An order of any value placed now keeps Champions until 16 August 2025.
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return made(tmp_path_factory.mktemp("anna"))


def called(*arguments):
    return CliRunner().invoke(app, ["customer", *map(str, arguments)])


def test_the_page_says_what_lies_ahead_and_behind(project):
    shown = called("ANNA", "--project", project.home)
    assert shown.exit_code == 0
    told = shown.output.replace("\N{NO-BREAK SPACE}", " ")
    assert told.startswith(TOP)
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "Frequency 5 4 5 at 7 (2 orders away) 3 at 4 (1 order away)" in lines
    assert "Monetary 1,059.00 5 - 4 at 999.99 (59.01 away)" in lines
    assert "2025-08-06 36 345 Loyal recency" in lines
    assert "2024-06-01 A6 11.00 before the window" in lines
    assert lines[-1] == "2025-07-01 545 Champions"


def test_json_says_the_same(project):
    found = json.loads(called("ANNA", "--project", project.home, "--as-of", "2025-07-01", "--json").output)
    assert (found["customer_id"], found["falls"]["on"]) == ("ANNA", "2025-08-06")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say which project"),
        (["--project", "here"], "no snapshot yet"),
    ],
)
def test_what_is_missing_is_named(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    error = called("ANNA", *arguments).exception
    assert isinstance(error, SettingsError)
    assert message in str(error)
