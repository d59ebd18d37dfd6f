"""The page of what-if."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

import quintile
from quintile.cli.app import app
from quintile.cli.show.whatif import show_whatif
from quintile.errors import SettingsError
from tests.jobs.regulars import write_regulars

FOUND = {
    "currency": "EUR",
    "changes": [{"setting": "window", "before": "12mo", "after": "6mo"}],
    "cuts": [
        {"metric": "r", "before": ["1000", "2000"], "after": ["14", None]},
        {"metric": "f", "before": ["2"], "after": ["2"]},
    ],
    "before": {
        "segments": [
            {"segment": "Top", "customers": 1500, "revenue": "9000.00"},
            {"segment": "Rest", "customers": 2, "revenue": "1.00"},
        ]
    },
    "after": {
        "segments": [
            {"segment": "Top", "customers": 1000, "revenue": "6000.00"},
            {"segment": "New", "customers": 501, "revenue": "3000.00"},
        ]
    },
    "stay": 1000,
    "recoded": 3,
    "renamed": [],
    "move": 500,
    "moved_revenue": "3000.00",
    "come": 1,
    "go": 2,
    "moves": [
        {"from": "Top", "to": "Top", "customers": 1000, "revenue": "6000.00", "revenue_after": "6000.00"},
        {"from": "Top", "to": "New", "customers": 500, "revenue": "3000.00", "revenue_after": "2999.00"},
        {"from": "Rest", "to": None, "customers": 2, "revenue": "1.00", "revenue_after": "0"},
        {"from": None, "to": "New", "customers": 1, "revenue": "0", "revenue_after": "1.00"},
    ],
}
PAGE = """\
500 of 1,500 customers (33.3%) would be in another segment

3 customers would keep the segment with another code. 1 customer would be scored
in addition. 2 customers would not be scored any more.

What changes
                         as it is      what if
  window                 12mo          6mo
  Recency: cut points    1,000, 2,000  14, -
  Frequency: cut points  2             the same

Segments
        customers  what if  change  revenue EUR   what if
  Top       1,500    1,000    -500     9,000.00  6,000.00
  Rest          2        0      -2         1.00         -
  New           0      501    +501            -  3,000.00

Who would move
  from        to          customers  revenue EUR
  Top         New               500     3,000.00
  Rest        not scored          2         1.00
  not scored  New                 1         1.00

Nothing was saved.
"""


def page_of(found, width=80, out=None):
    paper = io.StringIO()
    show_whatif(found, out, Console(file=paper, width=width, highlight=False))
    return "".join(line.rstrip() + "\n" for line in paper.getvalue().splitlines())


def test_what_changes_stands_before_who_moves():
    assert page_of(FOUND) == PAGE


def test_a_written_list_is_named():
    assert page_of(FOUND, out=Path("movers.csv")).endswith("Written to movers.csv. Nothing else was saved.\n")


def test_where_nobody_moves_no_moves_are_shown():
    same = {**FOUND, "changes": [], "stay": 0, "move": 0, "come": 0, "go": 0, "recoded": 0, "moves": []}
    page = page_of(same)
    assert page.startswith("0 of 0 customers would be in another segment\n\nWhat changes\n")
    assert "the settings are the same" in page
    assert "Who would move" not in page


def test_segments_that_change_their_name_alone_are_told_apart():
    renamed = {"from": "Rest", "to": "Others", "customers": 7, "revenue": "1", "revenue_after": "1"}
    moves = [renamed, {"from": "Top", "to": "New", "customers": 500, "revenue": "3000.00", "revenue_after": "2999.00"}]
    page = page_of({**FOUND, "renamed": [renamed], "moves": moves})
    assert "1 segment would change the name alone: Rest to Others" in " ".join(page.split())
    assert page.startswith("500 of 1,507 customers")
    assert "Others" not in page[page.index("Who would move") :]


def test_only_the_largest_moves_are_shown():
    moves = [
        {"from": "Top", "to": f"S{place}", "customers": place, "revenue": "1", "revenue_after": "1"}
        for place in range(1, 23)
    ]
    page = page_of({**FOUND, "moves": moves})
    assert "  Top   S22         22            1\n" in page
    assert "  and 2 smaller moves; all of them: --json\n" in page


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_page_fits(width):
    assert max(len(line) for line in page_of(FOUND, width).splitlines()) <= width


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)


def test_the_model_as_it_is_comes_from_quintile_toml_or_a_kept_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = write_regulars(tmp_path)
    (tmp_path / "quintile.toml").write_text('[model]\nwindow = "6mo"\n', encoding="utf-8")
    of_settings = json.loads(run("whatif", file, "--scheme", "rf-10", "--json").stdout)
    assert of_settings["before"]["model"]["window"] == of_settings["after"]["model"]["window"] == "6mo"
    (tmp_path / "model.json").write_text(quintile.fit(file).to_json(), encoding="utf-8")
    of_kept = json.loads(run("whatif", file, "--model", "model.json", "--scheme", "rf-10", "--json").stdout)
    assert of_kept["before"]["model"]["window"] == of_kept["after"]["model"]["window"] == "12mo"
    assert of_kept["before"]["model"]["cuts"] == of_kept["after"]["model"]["cuts"]
    assert "Nothing was saved." in run("whatif", file, "--window", "3mo").stdout


def test_without_a_model_flag_there_is_nothing_to_compare(tmp_path):
    with pytest.raises(SettingsError, match="nothing is changed"):
        run("whatif", write_regulars(tmp_path), "--refunds", "gross")
