"""The page of crosswalk."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.cli.show.crosswalk import show_crosswalk
from quintile.errors import SettingsError
from tests.jobs.regulars import write_regulars

FOUND = {
    "as_of": "2025-07-01",
    "currency": "EUR",
    "customers": 1300,
    "schemes": [
        {
            "scheme": "one",
            "title": "The [first]",
            "scale": 5,
            "segments": [
                {"segment": "Top", "customers": 1000, "revenue": "5000.50"},
                {"segment": "None", "customers": 0, "revenue": "0"},
                {"segment": "Unclassified", "customers": 300, "revenue": "-1.00"},
            ],
        },
        {
            "scheme": "two",
            "title": "The second",
            "scale": 3,
            "segments": [
                {"segment": "Gold", "customers": 250, "revenue": "4000.50"},
                {"segment": "Tin", "customers": 1050, "revenue": "999.00"},
            ],
        },
    ],
    "pairs": [
        {
            "from": "one",
            "to": "two",
            "flow": [
                {"from": "Top", "to": "Gold", "customers": 250, "customers_share": "0.2500", "revenue": "4000.50"},
                {"from": "Top", "to": "Tin", "customers": 750, "customers_share": "0.7500", "revenue": "1000.00"},
                {"from": "Unclassified", "to": "Tin", "customers": 300, "customers_share": "1", "revenue": "-1.00"},
            ],
        }
    ],
}
PAGE = """\
1,300 customers under 2 schemes as of 2025-07-01

The schemes
       scores  segments
  one       5         3  The [first]
  two       3         2  The second

From one to two
                customers   share  revenue EUR
  Top               1,000             5,000.50
    Tin               750   75.0%     1,000.00  ████████████
    Gold              250   25.0%     4,000.50  ████
  Unclassified        300                -1.00
    Tin               300  100.0%        -1.00  ████████████████
"""


def page_of(found, width=80):
    paper = io.StringIO()
    show_crosswalk(found, None, Console(file=paper, width=width, highlight=False))
    return "".join(line.rstrip() + "\n" for line in paper.getvalue().splitlines())


def test_below_each_segment_stand_those_its_customers_are_in_the_largest_first():
    assert page_of(FOUND) == PAGE


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_fits(width):
    assert max(len(line) for line in page_of(FOUND, width).splitlines()) <= width


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


def test_the_command_compares_sources_and_results_alike(tmp_path):
    file = write_regulars(tmp_path)
    folder = tmp_path / "results"
    run("run", file, "--out", folder, "--quiet")
    schemes = ("--schemes", "rfm-9, rf-10")
    of_sources = run("crosswalk", file, *schemes, "--json").stdout
    assert json.loads(of_sources)["pairs"][0]["to"] == "rf-10"
    assert run("crosswalk", "--results", folder, *schemes, "--json").stdout == of_sources
    assert run("crosswalk", file, *schemes).stdout.startswith("60 customers under 2 schemes")
    with pytest.raises(SettingsError, match="results are compared as they are"):
        run("crosswalk", file, "--results", folder)
