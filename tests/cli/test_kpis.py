"""kpis, alerts, cohorts and checkup on the command line."""

from __future__ import annotations

import json
import sys

import pytest

from quintile.cli.app import main
from tests.jobs.grown import grow


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.fixture
def quintile(project, monkeypatch, capsys):
    """``quintile("kpis")`` on the project; returns the exit code, the output and the errors."""

    def run(command, *arguments, home=project):
        monkeypatch.setattr(sys, "argv", ["quintile", command, *(["--project", str(home)] if home else []), *arguments])
        try:
            main()
        except SystemExit as stopped:
            return stopped.code or 0, *capsys.readouterr()
        return 0, *capsys.readouterr()

    return run


def test_the_last_date_is_shown_segment_by_segment(quintile):
    code, said, _ = quintile("kpis")
    assert code == 0
    assert said.startswith("KPIs as of 2025-07-01\n")
    assert "\n  reached  Champions  Repeat purchase rate  100.0%  at least 80.0%\n" in said
    assert said.endswith("12 dates; one segment over time: --segment NAME\n")


def test_one_segment_is_shown_date_by_date(quintile, tmp_path):
    code, said, _ = quintile("kpis", "--segment", "Lost", "--from", "2025-05-01", "--out", str(tmp_path / "k.csv"))
    assert code == 0
    assert said.startswith("KPIs of Lost, 2025-05-01 to 2025-07-01\n")
    assert [line[:12] for line in said.splitlines() if line.startswith("  2025")][:3] == [
        "  2025-05-01", "  2025-06-01", "  2025-07-01",
    ]  # fmt: skip
    assert (tmp_path / "k.csv").exists()


def test_all_customers_are_shown_date_by_date_under_the_name_of_their_line(quintile):
    code, said, _ = quintile("kpis", "--segment", "all", "--from", "2025-06-01")
    assert (code, said[:41]) == (0, "KPIs of all, 2025-06-01 to 2025-07-01\n\nSa")
    every, one = (json.loads(quintile("kpis", "--json", *more)[1]) for more in ((), ("--segment", "all")))
    assert [date["segments"] for date in one["snapshots"]] == [date["segments"][-1:] for date in every["snapshots"]]


@pytest.mark.parametrize(
    ("command", "name"), [("kpis", "orders.csv"), ("cohorts", "orders.csv"), ("cohorts", "orders.html")]
)
def test_a_file_of_another_kind_is_never_written_over(quintile, tmp_path, command, name):
    (tmp_path / name).write_text("order_id,customer_id\n1,2\n", encoding="utf-8")
    code, _, errors = quintile(command, "--out", str(tmp_path / name))
    assert (code, "a file is there already" in errors) == (2, True)
    assert (tmp_path / name).read_text(encoding="utf-8") == "order_id,customer_id\n1,2\n"


@pytest.mark.parametrize("command", ["kpis", "cohorts"])
def test_a_table_of_an_earlier_time_is_replaced(quintile, tmp_path, command):
    written = []
    for _ in range(2):
        assert quintile(command, "--out", str(tmp_path / "t.csv"))[0] == 0
        written.append((tmp_path / "t.csv").read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *(("kpis", "k.csv"), ("cohorts", "c.html"), ("migration", "m.csv"), ("migration", "m.html")),
        *(("drift", "d.csv"), ("forecast", "f.csv"), ("report", "r.html"), ("export", "b.xlsx")),
    ],
)
def test_a_folder_that_is_not_there_is_told_with_what_makes_it(quintile, tmp_path, command, name):
    out = tmp_path / "nowhere" / name
    code, _, errors = quintile(command, "--out", str(out))
    said = " ".join(errors.split())
    assert (code, "is not there" in said, f"Fix: make it first (mkdir {out.parent})" in said) == (2, True, True)


def test_a_file_of_engagement_and_its_columns_can_be_named(quintile, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("who,what,when\nC1,left,2025-06-01\nC2,left,soon\nC3,left,1999-01-01\n", encoding="utf-8")
    roles = ("--map", "customer=who", "--map", "event=what", "--map", "time=when")
    code, said, _ = quintile("kpis", "--engagement", str(file), *roles)
    assert code == 0
    shown = " ".join(said.split())
    assert "2025-06-01 to 2025-06-01: 0 unsubscribe events, 0 ids of nobody known." in shown
    assert "Who left is not known: no event is a word for leaving the list. Events seen: left. Write" in shown
    assert "1 row set aside: No readable date (events.csv line 3, column when)" in shown
    assert "1 row set aside: Outside project dates (events.csv line 4, column when)" in shown
    assert json.loads(quintile("kpis", "--engagement", str(file), *roles, "--json")[1])["engagement"]["rows"] == 3


def test_alerts_end_with_four_only_when_asked_and_there(quintile, project):
    settings = project / "quintile.toml"
    try:
        assert quintile("alerts", "--exit-code")[:2] == (0, "No alerts as of 2025-07-01 against 2025-06-01\n")
        settings.write_text("[targets]\norders = { Lost = 1_000_000 }\n", encoding="utf-8")
        code, said, _ = quintile("alerts", "--exit-code")
        assert code == 4
        assert said.startswith("1 alert as of 2025-07-01")
        assert "Lost: order volume" in said
        assert quintile("alerts")[0] == 0
        code, said, _ = quintile("alerts", "--json", "--exit-code")
        assert (code, json.loads(said)["alerts"][0]["target"]) == (4, "1000000")
        code, _, errors = quintile("alerts", "--send")
        assert (code, "no webhook is named" in errors) == (2, True)
    finally:
        settings.unlink(missing_ok=True)


def test_cohorts_are_shown_and_written(quintile, tmp_path):
    code, said, _ = quintile("cohorts", "--out", str(tmp_path / "c.html"))
    assert code == 0
    assert said.startswith("Who ordered again, by the month of the first order, as of 2025-07-01\n")
    assert (tmp_path / "c.html").exists()
    assert [one["month"] for one in json.loads(quintile("cohorts", "--json", "--at", "first")[1])["cohorts"]][
        -1
    ] == "2024-07"


def test_a_checkup_says_what_is_due_on_a_day(quintile):
    code, said, _ = quintile("checkup", "--date", "2025-08-01")
    assert code == 0
    assert said.startswith("1 of 4 checks wants a look on 2025-08-01\n")
    assert quintile("checkup", "--date", "2025-07-02")[1].startswith("Nothing is due on 2025-07-02\n")
    assert json.loads(quintile("checkup", "--date", "2025-08-01", "--json")[1])["checks"][0]["verdict"] == "due"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kpis", "--out", "k.xlsx"), "write --out FILE.csv"),
        (("kpis", "--segment", "Champs"), "no segment 'Champs'"),
        (("cohorts", "--out", "c.png"), "write --out FILE.csv or --out FILE.html"),
        (("kpis", "--map", "customer=who"), "name it: --engagement FILE"),
        (("checkup", "--date", "2025-07-01T10:00"), "is no day"),
        (("checkup", "--date", "2025-02-30"), "write --date 2025-07-01"),
        (("checkup", "--date", "today"), "write --date 2025-07-01"),
        (("checkup", "--date", ""), "error[empty]: --date is given an empty value"),
        (("checkup", "--reviewed", "--date", "9999-12-31"), "9999-12-31 is a day to come"),
        (("retention", "--rows", "5"), "--rows '5' is no length of time Fix: write for example --rows 24mo;"),
        (("retention", "--snapshots", "-1mo"), "--snapshots '-1mo' is no length of time"),
    ],
)
def test_what_makes_no_sense_is_refused(quintile, arguments, said):
    code, _, errors = quintile(*arguments)
    assert (code, said in " ".join(errors.split())) == (2, True)


@pytest.mark.parametrize("command", ["kpis", "alerts", "cohorts", "checkup"])
def test_a_project_must_be_named(quintile, command):
    code, _, errors = quintile(command, home=None)
    assert (code, "write --project DIR" in errors) == (2, True)


def test_several_checks_want_a_look(quintile):
    assert quintile("checkup", "--date", "9999-12-31")[1].startswith("2 of 4 checks want a look on 9999-12-31\n")


def test_a_length_of_a_settings_file_is_named_as_it_stands_there(quintile, project):
    settings = project / "quintile.toml"
    try:
        settings.write_text("[retention]\nquarantine = 'abc'\n", encoding="utf-8")
        code, _, errors = quintile("retention")
        assert (code, "[retention] quarantine = 'abc' is no length of time" in errors) == (2, True)
    finally:
        settings.unlink()
