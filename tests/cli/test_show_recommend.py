"""The page of recommend, and the command it gives to run."""

from __future__ import annotations

import io
import json
import shlex
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.cli.show.recommend import show_recommendation
from tests.jobs.regulars import write_regulars

FOUND: dict[str, Any] = {
    "as_of": "2025-07-01",
    "command": "quintile run 'my [red] orders.csv' --window 6mo --out results",
    "measured": {
        "customers": 1200,
        "orders": 3000,
        "one_order_customers": 480,
        "one_order_share": "0.4000",
        "first_order": "2023-06-30",
        "last_order": "2025-06-30",
        "history_days": 732,
        "gaps": {
            "ended": 1800,
            "open": 1200,
            "horizon": 400,
            "returned_within": {"30": "0.2500", "365": "1.0000"},
            "half_back_by": 40,
            "nine_in_ten_back_by": 150,
        },
        "season": {
            "whole_years": 2,
            "seasonal": True,
            "months": ["0.2000", *["0.0500"] * 10, "0.3000"],
            "busiest": [11, 12, 1],
            "weakest_year_share": "0.5450",
        },
        "buyers_in_window": 900,
    },
    "recommended": [{"setting": "window", "value": "6mo", "flags": ["--window", "6mo"], "reason": "it fits"}],
    "warnings": [{"code": "x", "rows": None, "message": "careful"}],
}
PAGE = """\
Recommended for this base as of 2025-07-01

The model
  window  6mo  It fits.

Run it
  quintile run 'my [red] orders.csv' --window 6mo --out results

The base
  Customers  1,200, 480 (40.0%) ordered once
  Orders     3,000
  History    2023-06-30 to 2025-06-30, 732 days

Gaps between purchases
    within  followed by another
   30 days                25.0%  ██████
  365 days               100.0%  ████████████████████████
  1,800 gaps that ended, 1,200 still open (Kaplan-Meier). Of those who come back
  within 400 days, half are back by day 40, nine in ten by day 150.

Seasons
  Jan  20.0%  ████████████████
  Feb   5.0%  ████
"""


def page_of(found, width=80):
    paper = io.StringIO()
    show_recommendation(found, Console(file=paper, width=width, highlight=False))
    return "".join(line.rstrip() + "\n" for line in paper.getvalue().splitlines())


def test_the_advice_stands_first_and_the_figures_below():
    page = page_of(FOUND)
    assert page.startswith(PAGE)
    assert "November to January hold 54.5% or more of the orders of every year: a season" in " ".join(page.split())
    assert page.endswith("Please note\n  !  careful\n")


def test_what_was_not_measured_is_said():
    gaps: dict[str, Any] = {"ended": 1, "open": 3, "horizon": None, "returned_within": {}, "half_back_by": None}
    season = {"whole_years": 1, "seasonal": None, "months": [], "busiest": [], "weakest_year_share": None}
    page = page_of(
        {
            **FOUND,
            "measured": {**FOUND["measured"], "gaps": {**gaps, "nine_in_ten_back_by": None}, "season": season},
        }
    )
    assert "followed by another" not in page  # no heading over nothing
    assert "1 gap that ended, 3 still open (Kaplan-Meier). Too few to say more." in page
    assert "Not measured: the history holds 1 whole year, two are needed." in page


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_fits(width):
    assert max(len(line) for line in page_of(FOUND, width).splitlines()) <= width


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


def test_the_command_runs_as_it_stands_with_every_flag_that_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my orders"
    folder.mkdir()
    file = write_regulars(folder)
    given = ["--as-of", "2025-06-01", "--map", "amount=amount", "--map", "customer=customer_id", "--exclude", "test"]
    found = json.loads(run("recommend", file, *given, "--window", "1mo", "--json").stdout)
    words = shlex.split(found["command"])
    assert words[:3] == ["quintile", "run", str(file)]
    assert words[3:11] == [
        *("--as-of", "2025-06-01", "--map", "amount=amount", "--map", "customer=customer_id"),
        *("--exclude", "test"),
    ]
    advice = [word for line in found["recommended"] for word in line["flags"]]
    assert words[11:] == [*advice, "--out", "results"]
    assert words.count("--window") == 1
    assert run(*words[1:]).exit_code == 0
    report = json.loads((tmp_path / "results" / "run.json").read_text(encoding="utf-8"))
    assert (report["window"]["length"], report["as_of"]) == (words[12], "2025-06-01")
