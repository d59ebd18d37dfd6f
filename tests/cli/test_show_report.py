"""The pages after run and fit, exactly as they are read at 80 columns, and what foreign names cannot do to them."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from quintile.cli.show.report import show_fit, show_report
from tests.pictures.sample import result

FOLDER = Path("results/snapshots/2025-07-01-abc")


def receipt(metric, people, cuts, common, share, suggestion=None):
    scores = range(1, len(people) + 1)
    return {
        "metric": metric,
        "method": "quantile",
        "reached": [score for score, count in zip(scores, people, strict=True) if count],
        "skipped": [score for score, count in zip(scores, people, strict=True) if not count],
        "customers": people,
        "common_value": common,
        "common_customers": 1,
        "common_share": share,
        "cuts": cuts,
        "suggestion": suggestion,
    }


def segment(name, customers, share, revenue, revenue_share, habits):
    days, orders, money = habits
    return {
        "segment": name,
        "customers": customers,
        "customers_share": share,
        "revenue": revenue,
        "revenue_share": revenue_share,
        "median_recency": days,
        "mean_frequency": orders,
        "mean_monetary": money,
    }


SAMPLE = result()
REPORT: dict[str, Any] = {
    "as_of": "2025-07-01",
    "as_of_given": False,
    "window": {"length": "12mo", "start": "2024-07-01", "end": "2025-07-01"},
    "recency": "calendar",
    "time_zone": "UTC",
    "currency": "EUR",
    "assumed": {
        "format": "text",
        "delimiter": ";",
        "encoding": "cp1252",
        "columns": {"customer": "Kunde Nr", "time": "Datum", "amount": "amount"},
        "decimal": ",",
        "date_order": "dmy",
        "time_zone": "UTC",
        "grain": None,
    },
    "inputs": [{"name": "orders.csv", "rows": 1234, "sha256": "0", "assumed": {}}],
    "counts": {"customers": 1000, "rows_quarantined": 4},
    "bridge": [
        {"step": "raw", "rows": 1234, "total": True, "amount": None, "amounts": {"EUR": "1000.50", "USD": "20.1250"}},
        {"step": "bad_date", "rows": 4, "total": False, "amount": "-3.50", "currency": "EUR"},
        {"step": "kept", "rows": 1230, "total": True, "amount": None, "amounts": {"EUR": "1004.00", "USD": "20.1250"}},
        {"step": "converted", "rows": 1230, "total": True, "amount": "1022.00", "currency": "EUR"},
        {"step": "zero_orders", "rows": 30, "total": False, "amount": "0.00", "currency": "EUR"},
        {"step": "scored", "rows": 1200, "total": True, "amount": "1022.00", "currency": "EUR"},
    ],
    "model": {
        "window": "12mo",
        "population": "buyers",
        "scale": 3,
        "best": "high",
        "methods": {"r": {"name": "quantile"}, "f": {"name": "quantile"}, "m": {"name": "quantile"}},
        "scheme": "six-27",
    },
    "tie_receipt": [
        receipt("r", [300, 300, 400], ["14", "45"], "6", 0.1),
        receipt("f", [700, 0, 300], ["2", "2"], "1", 0.7, "take --f-cuts 2,3"),
        receipt("m", [333, 333, 334], ["10.50", "99.99"], "7.00", 0.002),
    ],
    "segments": [
        segment("Inactive", 0, "0.0000", "0", "0.0000", (None, None, None)),
        segment("Champions", 250, "0.2500", "817.6000", "0.8000", ("7.5", "4.25", "3.27")),
        segment("Loyal", 750, "0.7500", "204.40", "0.2000", ("60", "1.00", "0.27")),
    ],
    "ranking": ["Champions", "Loyal", "Inactive"],
    "distributions": SAMPLE["distributions"],
    "concentration": SAMPLE["concentration"],
    "grid": [
        {"r": 3, "f": 3, "m": 3, "customers": 200, "revenue": "1"},
        {"r": 3, "f": 3, "m": 1, "customers": 50, "revenue": "1"},
        {"r": 1, "f": 1, "m": 1, "customers": 750, "revenue": "1"},
    ],
    "warnings": [{"code": "few", "rows": 2, "message": "too few"}],
    "files": {"customers.csv": "0", "segments.csv": "0", "model.json": "0"},
    "snapshot": "2025-07-01-abc",
    "folder": str(FOLDER),
    "stopped_runs": [],
}

PAGE = """\
1,000 customers scored as of 2025-07-01

Assumed, and the flag that changes it
  Source         orders.csv (1,234 rows)
  Format         text, parted by semicolon, cp1252        --delimiter --encoding
  Columns        customer=Kunde Nr, time=Datum, amount    --map
  Decimal mark   ,                                        --decimal
  Dates          day, month, year                         --date-order
  One row is     an order                                 --grain
  Time zone      UTC                                      --time-zone
  Currency       EUR, other currencies converted          --base-currency
  Analysis date  2025-07-01, the day after the latest     --as-of
                 order
  Window         12mo: 2024-07-01 to before 2025-07-01    --window
  Recency        calendar days                            --recency
  Scores         1 to 3, 3 is best; quantile              --scale --method
  Segments       six-27                                   --scheme

Please note
  !  too few (2 rows)

Every row and every cent
                           rows       EUR      USD
  In the source           1,234  1,000.50  20.1250
    No readable date         -4      3.50
  Kept                    1,230  1,004.00  20.1250
  Kept, converted         1,230  1,022.00
    Orders worth nothing    -30      0.00
  Scored                  1,200  1,022.00

4 rows are set aside. Which and why: quintile check SOURCE

Segments
             customers  share                 revenue EUR  share
  Champions        250  25.0%  ████              817.6000  80.0%  █████████████
  Loyal            750  75.0%  ████████████▎       204.40  20.0%  ███▎
  Inactive           0   0.0%                           0   0.0%

How they buy
             median days  mean orders  mean EUR
  Champions          7.5         4.25      3.27
  Loyal               60         1.00      0.27
  Inactive             -            -         -

Customers by recency (R) and frequency (F)
        F 1   F 2   F 3
  R 3               250
  R 2
  R 1   750

What the best customers bring
  Best 10% of customers  19.0%  ███████▋
  Best 20%               36.0%  ██████████████▍
  Best 40%               64.0%  █████████████████████████▋
  Best 60%               84.0%  █████████████████████████████████▋
  Best 80%               96.0%  ██████████████████████████████████████▍

  Gini index 0.6000 (0: all bring the same, 1: one brings it all)
  "40% bring 80%": not so here, they bring 64.0%.
  "ten times": true here, the bottom tenth brings nothing, or less.

What earns a score
  score  R: days  people  F: orders  people  M: EUR       people
  3      0-14        400  2+            300  from 99.99      334
  2      15-45       300  -               0  from 10.50      333
  1      46+         300  1             700  below 10.50     333

  Recency    3 of 3 scores reached. Most common: 6 days, 10.0% of the customers.
  Frequency  2 of 3 scores reached, nobody has 2. Most common: 1 order, 70.0% of
             the customers.
             take --f-cuts 2,3
  Monetary   3 of 3 scores reached. Most common: 7.00 EUR, 0.2% of the
             customers.

How many customers have which value (^ is a cut point)
  Recency        0-9  █▅▄  20-29 days
                       ^^
  Frequency        1  █▃   2+ orders
                       ^   without order: 3
  Monetary   below 0  ▁██  10-12.5 EUR
                        ^

Files in results/snapshots/2025-07-01-abc
  customers.csv  the same as text
  segments.csv   one row a segment
  model.json     the model with its cut points: quintile score --model
  run.json       this report, and checksums of all files
  Snapshot 2025-07-01-abc

What to do: quintile playbook --results results/snapshots/2025-07-01-abc
"""


def paper(width=80, *, terminal=False, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace", write_through=True)
    form: dict[str, Any] = {"force_terminal": terminal, "color_system": "truecolor" if terminal else None}
    return Console(file=file, width=width, highlight=False, markup=False, **form)


def read(console):
    console.file.flush()
    return console.file.buffer.getvalue().decode(console.encoding)


def shown(report=REPORT, **form):
    console = paper(**form)
    show_report(report, console)
    return read(console)


def changed(**changes):
    return {**copy.deepcopy(REPORT), **changes}


def test_the_report_is_read_exactly_so_at_80_columns():
    assert shown() == PAGE


def test_a_wide_page_says_how_segments_buy_in_the_same_table():
    page = shown(width=140)
    assert "How they buy" not in page
    champions = next(line for line in page.splitlines() if line.startswith("  Champions"))
    assert champions.split() == [
        *("Champions", "250", "25.0%", "███████▌", "817.6000", "80.0%", "█" * 24, "7.5", "4.25", "3.27"),
    ]


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_page(width):
    assert max(len(line) for line in shown(width=width).splitlines()) <= width


def test_plain_text_has_no_control_characters():
    assert all(letter.isprintable() or letter == "\n" for letter in shown())


def test_a_terminal_gets_colour():
    page = shown(terminal=True)
    assert "\x1b[1mChampions" in page
    assert "\x1b[38;2;3;157;66m█" in page


def test_no_color_is_respected(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    page = shown(terminal=True)
    assert "38;2;" not in page
    assert "48;2;" not in page


def test_an_output_without_block_characters_gets_number_signs():
    page = shown(encoding="ascii")
    assert "25.0%  ####  " in page
    assert "█" not in page


HOSTILE = {
    "markup": "[red]Champions[/red]",
    "escape": "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "long": "x" * 200,
    "right to left": "\u202egnihton \u05d0\u05d1",
    "emoji": ":smile: \U0001f469\u200d\U0001f469\u200d\U0001f467",
    "line ends": "a\r\n\tb",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("terminal", [False, True])
def test_a_hostile_name_is_shown_and_not_obeyed(name, terminal):
    quiet = changed(inputs=[{"name": "orders.csv", "rows": 1}])
    loud = changed(
        inputs=[{"name": name, "rows": 1}],
        segments=[{**REPORT["segments"][1], "segment": name}],
        assumed={**REPORT["assumed"], "columns": {"customer": name}},
        warnings=[{"code": "x", "rows": None, "message": name}],
        currency=name,
    )
    foreign = set(shown(loud, terminal=terminal)) - set(shown(quiet, terminal=terminal))
    assert all(letter.isprintable() for letter in foreign)
    page = shown(loud)
    assert "\x1b" not in page
    assert "817.6000" in page


def test_markup_in_a_name_stays_text():
    assert "[red]Champions[/red]" in shown(changed(segments=[{**REPORT["segments"][1], "segment": HOSTILE["markup"]}]))


def test_three_currencies_stand_one_below_the_other():
    amounts = {"EUR": "1.00", "TRY": "2222.22", "USD": "3.00"}
    page = shown(changed(bridge=[{"step": "raw", "rows": 5, "total": True, "amount": None, "amounts": amounts}]))
    lines = page[page.index("Every row") :].splitlines()[2:5]
    assert [line.split() for line in lines] == [
        ["In", "the", "source", "5", "1.00", "EUR"],
        ["2,222.22", "TRY"],
        ["3.00", "USD"],
    ]


def test_a_report_without_currency_speaks_of_money():
    bridge = [{"step": "raw", "rows": 5, "total": True, "amount": "1", "currency": None}]
    page = shown(changed(currency=None, bridge=bridge))
    assert "not said by the source" in page
    assert "mean money" in page
    assert "None" not in page
    signed = shown(changed(currency=None, bridge=bridge, assumed={**REPORT["assumed"], "currency_sign": "kr"}))
    assert "kr beside the amounts" in signed


def test_one_best_turns_grid_and_scores_round():
    model = {**REPORT["model"], "best": "low"}
    lines = shown(changed(model=model)).splitlines()
    grid = lines.index("Customers by recency (R) and frequency (F)")
    assert lines[grid + 1].split() == ["F", "3", "F", "2", "F", "1"]
    assert [line.split()[1] for line in lines[grid + 2 : grid + 5]] == ["1", "2", "3"]
    scores = lines.index("What earns a score")
    days = [line.split()[:2] for line in lines[scores + 2 : scores + 5]]
    assert days == [["1", "0-14"], ["2", "15-45"], ["3", "46+"]]


def test_segments_stand_in_their_ranking_even_where_their_scheme_is_gone():
    names = ["Inactive", "Champions", "Loyal"]
    report = changed(ranking=names, model={**REPORT["model"], "scheme": "gone.toml"})
    firsts = [line.split()[0] for line in shown(report).splitlines() if line.strip()]
    assert [first for first in firsts if first in names][:3] == names


def test_files_are_named_where_the_results_folder_links_to_them(tmp_path, monkeypatch):
    home = tmp_path / "out" / "snapshots" / "s"
    home.mkdir(parents=True)
    (tmp_path / "out" / "run.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert "Files in out\n" in shown(changed(folder=str(home)))


def test_without_a_scheme_there_is_nothing_to_do_for_segments():
    assert "quintile playbook" not in shown(changed(model={**REPORT["model"], "scheme": "none"}))


def test_a_killed_run_is_mentioned():
    assert "Removed what a killed run had left: run-7" in shown(changed(stopped_runs=["run-7"]))


def test_fit_shows_cut_points_and_the_model_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    console = paper()
    show_fit(REPORT, tmp_path / "model.json", console)
    page = read(console)
    assert page.startswith("Cut points learned from 1,000 customers as of 2025-07-01\n")
    assert "quintile score SOURCE --model model.json --out DIR" in page
    assert "Segments  " in page
    assert "Files in" not in page
