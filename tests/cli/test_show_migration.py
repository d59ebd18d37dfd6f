"""The pages of migration and delta, and the commands."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.cli.show.migration import show_migration, show_series
from quintile.errors import SettingsError
from tests.export.test_migration import FOUND, SAID
from tests.golden.refreshes import AS_OF
from tests.jobs.test_migration import both, project_at

PAGE = """\
From 1 June 2025 to 1 July 2025, 500 of 2,000 customers (25.0%) moved to another segment, 100 up and 400 down.

Restated since ledger 1
  orders that     net before  net after
  came later   2        0.00   1,500.00
  changed      0           0          0
  are gone     1        9.00       0.00

What happened
  Why they moved: 400 by passing time, 100 by own purchases.
  400 of Top (21.1%) became Rest: 390 by passing time, 10 by own purchases.
  100 of Rest (100.0%) became Top: 100 by own purchases.
  1 customer is where they were only because they bought again.
  3 customers are new: 2 came back; 1 bought for the first time.
  2 customers are gone: 1 came or went by changed settings; 1 merged into another customer.
  The revenue in the window was 1,234,568 EUR and is 99.50 EUR.

From (rows) to (columns)
              1    2  lost
  1 Top   1,500  400     ·
  2 Rest    100    ·     2
  new         3    ·

Why
                        customers  share  revenue EUR before  after
  moved: passing time         400  50.0%                1.00   2.00
  moved: own purchases        100  50.0%                1.00   2.00
  new: came back                2  50.0%                1.00   2.00
"""
ORDERS = {
    "added": {"orders": {"before": 0, "after": 2}, "net": {"before": "0.00", "after": "1500.00"}},
    "changed": {"orders": {"before": 0, "after": 0}, "net": {"before": "0", "after": "0"}},
    "gone": {"orders": {"before": 1, "after": 0}, "net": {"before": "9.00", "after": "0.00"}},
}
SERIES = """\
Who moved from date to date, 2025-06-01 to 2025-07-01

Since the date before
  to          stayed  moved          up  down  new  lost  late  time  bought
  2025-07-01   1,500    500  25.0%  100   400    3     1     0   400     100
"""


def shown(show, found, width=120):
    paper = io.StringIO()
    show(found, console=Console(file=paper, width=width, highlight=False))
    return "".join(line.rstrip() + "\n" for line in paper.getvalue().splitlines())


def test_the_page_says_what_happened_and_why():
    found = {**FOUND, "statements": SAID, "orders": ORDERS, "new": FOUND["new"][1:], "lost": []}
    assert shown(show_migration, found) == PAGE


def test_other_columns_than_rows_are_named():
    other = {**FOUND["to"], "segments": [{"segment": name} for name in ("Gold", "Tin")]}
    assert "Columns: 1 Gold, 2 Tin" in shown(show_migration, {**FOUND, "statements": SAID, "to": other})


def test_a_series_has_a_line_a_date():
    found = {"snapshots": [FOUND["from"], FOUND["to"]], "steps": [FOUND]}
    assert shown(show_series, found) == SERIES


def test_a_step_whose_orders_are_gone_shows_no_cause():
    gone = {**FOUND, "note": "Gone.", "causes": [{"cause": "orders_removed", "customers": 500}]}
    lines = shown(show_series, {"snapshots": [FOUND["from"], FOUND["to"]], "steps": [gone, FOUND]}).splitlines()
    assert lines[:4] == SERIES.splitlines()[:4]
    assert lines[4].split()[-3:] == ["-", "-", "-"]
    assert lines[5:] == [*SERIES.splitlines()[4:], "", "Gone."]


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


def test_the_commands_show_write_and_print_json(tmp_path):
    project = both(project_at(tmp_path))
    page, listed = tmp_path / "moved.html", tmp_path / "moved.csv"
    there = ("--project", project.home)
    found = json.loads(run("migration", *there, "--json", "--out", page).stdout)
    assert found["totals"]["moved"] == 1
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Written to" in run("migration", *there, "--out", listed).stdout
    said = run("migration", *there, "--list", "new", "Promising", "--out", listed).stdout
    assert " ".join(said.split()).endswith("moved.csv (1 customer)")
    assert run("migration", *there, "--series").stdout.startswith("Who moved from date to date")
    project.run("order_id,customer_id,order_date,amount\nO99,Z,2025-07-02,5.00\n", AS_OF.replace(month=8))
    restated = json.loads(run("delta", *there, "--json").stdout)
    assert restated["orders"]["added"]["net"]["after"] == "5.00"
    assert "Restated since ledger 2" in run("delta", *there, "--as-of", "2025-08-01").stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say which project"),
        (("--project", "x", "--list", "A", "B"), "say what to write"),
        (("--project", "x", "--list", "A", "B", "--out", "a.html"), "say what to write"),
        (("--project", "x", "--out", "a.pdf"), "say what to write"),
        (("--project", "x", "--series", "--out", "a.csv"), "a series has no list"),
        (("--project", "x"), "no snapshot yet"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(words, message):
    with pytest.raises(SettingsError, match=message):
        run("migration", *words)
