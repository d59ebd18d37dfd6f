from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from quintile.cli.app import main
from quintile.cli.show.drift import held_and_moved, show_drift
from tests.jobs.stability import FIRST, SECOND, first_orders, later_orders, project_of

CUTS = [
    {"metric": "r", "score": 2, "now": "30", "after": "45", "share_at_fit": "0.2000", "share": "0.3150"},
    {"metric": "m", "score": 2, "now": "1000.50", "after": "1000.50", "share_at_fit": None, "share": "0.2000"},
    {"metric": "m", "score": 3, "now": "2000.00", "after": None, "share_at_fit": "0.4000", "share": "0.4000"},
]
FOUND = {
    "snapshot": "2025-07-01-abc",
    "as_of": "2025-07-01",
    "fitted_on": "2025-01-01",
    "currency": "EUR",
    "customers": 1200,
    "recoded": 200,
    "recoded_share": "0.1667",
    "moved": 90,
    "moved_share": "0.0750",
    "due": True,
    "reasons": ["90 of 1,200 customers (7.5%) would change segment"],
    "fewest_customers": 100,
    "cuts": CUTS,
    "reached": {"at_fit": 5, "now": 5, "after": 5},
    "moves": [{"from": "Lost", "to": "At Risk", "customers": 20}, {"from": "At Risk", "to": "Lost", "customers": 70}],
}


def shown(out=None, **changes):
    text = io.StringIO()
    show_drift({**FOUND, **changes}, out, Console(file=text, width=100, color_system=None))
    return text.getvalue()


def test_the_verdict_comes_first_then_the_cut_points_and_who_would_move():
    assert shown().splitlines() == [
        "A refit is due: 90 of 1,200 customers (7.5%) would change segment",
        "",
        "Cut points of 2025-01-01, customers as of 2025-07-01",
        "  score          from  after a refit  worse at the fit  worse now",
        "  R 2         30 days        45 days             20.0%      31.5%",
        "  M 2    1,000.50 EUR   1,000.50 EUR                 -      20.0%",
        "  M 3    2,000.00 EUR         nobody             40.0%      40.0%",
        "",
        "Who would change segment by a refit alone",
        "  90 customers of 1,200 (7.5%)",
        "  At Risk to Lost  70",
        "  Lost to At Risk  20",
    ]


def test_nothing_is_due():
    text = shown(due=False, reasons=[], moved=0, moved_share="0.0000", moves=[])
    assert text.startswith("No refit is due\n")
    assert text.endswith("  0 customers of 1,200 (0.0%)\n")


def test_few_customers_are_said_to_be_few():
    text = shown(due=False, reasons=[], customers=99)
    assert text.startswith("Fewer than 100 customers: cut points move by chance, and no refit is called for\n")


def test_many_ways_are_cut_short():
    moves = [{"from": f"A{number}", "to": "B", "customers": number} for number in range(1, 15)]
    text = shown(moves=moves)
    assert "A14 to B" in text
    assert "and 2 other ways" in text
    assert "A2 to B" not in text


def test_the_list_that_was_written_is_named():
    text = shown(Path("movers.csv"), listed={"file": "movers.csv", "customers": 90})
    assert text.endswith("Written to movers.csv (90 customers)\n")


def test_a_run_says_whom_a_refit_moved_and_whom_the_rule_holds_back():
    refit, dwell = {"customers": 1, "share": "0.0123"}, {"held_back": 24}
    assert str(held_and_moved({"refit": refit, "dwell": dwell})) == (
        "1 customer (1.2%) moved only because of new cut points; 24 customers held back by the dwell rule"
    )
    assert str(held_and_moved({"dwell": dwell})) == "24 customers held back by the dwell rule"
    assert held_and_moved({}) is None


def called(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["quintile", "drift", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code, capsys.readouterr()


def test_the_command_shows_and_lists(tmp_path, monkeypatch, capsys):
    project = project_of(tmp_path)
    project.run(first_orders(), FIRST)
    project.run(later_orders(), SECOND)
    monkeypatch.chdir(tmp_path)
    code, told = called(monkeypatch, capsys, "--project", "project", "--json", "--out", "movers.csv")
    found = json.loads(told.out)
    assert (code, found["due"]) == (0, True)
    assert len((tmp_path / "movers.csv").read_text(encoding="utf-8").splitlines()) == found["moved"] + 1
    code, told = called(monkeypatch, capsys, "--project", "project")
    assert code == 0
    assert told.out.startswith(f"A refit is due: {found['reasons'][0]}")


def test_the_command_needs_a_project(monkeypatch, capsys):
    code, told = called(monkeypatch, capsys)
    assert code == 2
    assert "--project DIR" in told.err
