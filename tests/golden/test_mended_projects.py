"""Faults met while using projects and single sources side by side, each kept as the rule that mended it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from quintile.cli.app import app
from quintile.config.read import read_settings
from quintile.errors import DataError
from quintile.jobs.check import check
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.golden.refreshes import HEADER, Refreshed, codes, counts

AS_OF = date(2025, 7, 1)
VERSIONED = f"{HEADER},updated_at"


def rows(*lines, header=HEADER):
    return "\n".join([header, *lines]) + "\n"


@pytest.fixture
def source(tmp_path):
    """Makes a wish of a text, outside any project."""

    def wish(text, **settings):
        file = tmp_path / "source.csv"
        file.write_text(text, encoding="utf-8")
        return Wish([file], read_settings(None, settings), AS_OF)

    return wish


def test_the_latest_updated_at_counts_without_a_project_too(source):
    text = rows(
        "O1,A,2025-06-01,10.00,2025-06-02",
        "O1,A,2025-06-01,12.00,2025-06-05",
        "O2,B,2025-06-01,7.00,2025-06-02",
        header=VERSIONED,
    )
    found = check(source(text))
    assert (found["outcome"], counts(found), found["net_total"]) == ("accept", (3, 2, 0, 1, 0), "19.00")


def test_an_order_that_was_cancelled_later_does_not_count_by_its_earlier_version(source):
    text = rows(
        "O1,A,2025-06-01,10.00,2025-06-05,cancelled",
        "O1,A,2025-06-01,10.00,2025-06-02,paid",
        "O2,B,2025-06-01,7.00,2025-06-02,paid",
        header=f"{VERSIONED},status",
    )
    found = check(source(text))
    assert (counts(found), found["net_total"]) == ((3, 1, 0, 1, 1), "7.00")


def test_one_source_gives_the_same_with_and_without_a_project(source, tmp_path):
    text = rows(
        "O1,A,2025-06-01,10.00,1,2025-06-02",
        "O1,A,2025-06-01,5.00,2,2025-06-02",
        "O1,A,2025-06-01,12.00,1,2025-06-05",
        "O2,B,2025-06-01,7.00,1,2025-06-02",
        header=f"{HEADER},line_id,updated_at",
    )
    run(source(text), tmp_path / "out")
    project = Refreshed(tmp_path)
    project.run(text)
    alone = (tmp_path / "out" / "customers.csv").read_text(encoding="utf-8")
    assert project.customers() == {"A": (30, 1, "17.00"), "B": (30, 1, "7.00")}
    assert alone == (project.current / "customers.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("unreadable", ["45810", "03/04/2025"])
def test_an_unreadable_updated_at_is_no_reason_to_refuse_a_source_without_a_project(source, unreadable):
    text = rows(f"O1,A,2025-06-01,10.00,{unreadable}", f"O2,B,2025-06-01,7.00,{unreadable}", header=VERSIONED)
    assert check(source(text))["net_total"] == "17.00"


def test_versions_with_an_unreadable_updated_at_are_not_guessed(source):
    text = rows("O1,A,2025-06-01,10.00,03/04/2025", "O1,A,2025-06-01,12.00,04/04/2025", header=VERSIONED)
    assert check(source(text))["error"]["code"] == "ambiguous_grain"


def test_the_order_of_day_and_month_is_said_for_updated_at_too(tmp_path):
    project = Refreshed(tmp_path, reading={"date_order": "dmy"})
    project.run(
        rows(
            "O1,A,01/06/2025,10.00,05/06/2025",
            "O1,A,01/06/2025,12.00,04/07/2025",
            "O2,B,02/06/2025,7.00,05/06/2025",
            header=VERSIONED,
        )
    )
    assert project.customers()["A"] == (30, 1, "12.00")


def test_an_updated_at_that_cannot_be_read_names_the_way_out(tmp_path):
    text = rows("O1,A,2025-06-01,10.00,45810", header=VERSIONED)
    with pytest.raises(DataError, match=r"--map updated_at="):
        Refreshed(tmp_path).run(text)


def test_a_contradiction_that_a_later_source_resolves_counts(tmp_path):
    project = Refreshed(tmp_path, ledger={"grain": "order"})
    both = ("O1,A,2025-06-01,10.00", "O1,A,2025-06-01,11.00", "O2,B,2025-06-01,7.00", "O3,B,2025-06-02,1.00")
    project.run(rows(*both))
    assert project.customers() == {"B": (29, 2, "8.00")}
    project.run(rows(both[1], both[0], both[2]))  # the same again says nothing new
    assert project.customers() == {"B": (29, 2, "8.00")}
    found = project.check(rows("O1,A,2025-06-01,10.00"))
    assert (counts(found), found["refresh"]["corrected_rows"]) == ((1, 1, 0, 0, 0), 1)
    project.run(rows("O1,A,2025-06-01,10.00"))
    assert project.customers() == {"A": (30, 1, "10.00"), "B": (29, 2, "8.00")}


def test_an_order_of_two_customers_that_a_later_source_resolves_counts(tmp_path):
    project = Refreshed(tmp_path, ledger={"grain": "order"})
    project.run(rows("O1,A,2025-06-01,10.00", "O1,Z,2025-06-01,10.00", "O2,B,2025-06-01,7.00", "O3,B,2025-06-02,1.00"))
    project.run(rows("O1,A,2025-06-01,10.00"))
    assert project.customers() == {"A": (30, 1, "10.00"), "B": (29, 2, "8.00")}


@pytest.mark.parametrize("no_date", ["31.31.2025", "00.00.0000", "99/99/9999"])
def test_a_text_that_is_no_date_in_any_order_does_not_make_a_column_ambiguous(source, no_date):
    text = rows("O1,A,2025-06-01,10.00", "O2,B,2025-06-02,7.00", f"O3,B,{no_date},7.00")
    found = check(source(text))
    assert (counts(found), found["quarantine"][0]["reason"]) == ((3, 2, 1, 0, 0), "bad_date")


def test_a_day_that_is_the_same_in_both_orders_is_not_ambiguous(source):
    found = check(source(rows("O1,A,2025-06-01,10.00", "O2,B,05/05/2025,7.00")))
    assert (found["outcome"], found["net_total"]) == ("accept", "17.00")
    found = check(source(rows("O1,A,2025-06-01,10.00", "O2,B,05/06/2025,7.00")))
    assert found["error"]["code"] == "ambiguous_date"


@pytest.mark.parametrize(("columns", "values"), [("line_id,amount", "{n},10.00"), ("quantity,unit_price", "1,10.00")])
def test_order_lines_in_a_project_of_whole_orders_are_refused_and_not_dropped(tmp_path, columns, values):
    project = Refreshed(tmp_path)
    project.run(rows("O1,A,2025-06-01,10.00", "O2,B,2025-06-02,7.00"))
    header = f"order_id,customer_id,order_date,{columns}"
    lines = [f"O4,A,2025-06-11,{values.format(n=number)}" for number in (1, 2)]
    found = project.check(rows(*lines, header=header))
    assert (found["outcome"], found["error"]["code"]) == ("reject", "schema_drift")
    found = project.check(rows(lines[0], header=header))
    assert (found["outcome"], found["net_total"]) == ("accept", "10.00")


def test_lines_without_an_id_that_are_added_to_a_known_order_are_told(tmp_path):
    project = Refreshed(tmp_path, ledger={"grain": "line"})
    project.run(rows("O1,A,2025-06-01,10.00", "O1,A,2025-06-01,20.00", "O2,B,2025-06-02,7.00"))
    again = rows("O1,A,2025-06-01,10.00", "O1,A,2025-06-01,25.00", "O3,B,2025-06-03,7.00", "O2,B,2025-06-02,-7.00")
    further = [warning["rows"] for warning in project.check(again)["warnings"] if warning["code"] == "further_lines"]
    assert further == [1]
    project.run(again)
    assert project.customers()["A"] == (30, 1, "55.00")
    assert "further_lines" not in codes(project.check(again))


@pytest.mark.parametrize("line", ["G1,,2025-06-03,5.00", "O1,,2025-06-01,10.00"])
def test_a_row_without_a_customer_that_comes_again_is_known_and_is_kept_once(tmp_path, line):
    project = Refreshed(tmp_path, reading={"max_bad_share": 0.9})
    lines = ["O1,A,2025-06-01,10.00", "O2,B,2025-06-02,7.00", line]
    project.run(rows(*lines))
    before = project.ledger()
    for again in ([*lines[::-1]], [lines[2], *lines[:2]]):
        assert counts(project.run(rows(*again))["refresh"]["source"]) == (3, 0, 0, 3, 0)
        assert project.ledger() == before


def test_it_takes_the_customer_that_comes_later(tmp_path):
    project = Refreshed(tmp_path, reading={"max_bad_share": 0.9})
    project.run(rows("O1,A,2025-06-01,10.00", "G1,,2025-06-03,5.00"))
    project.run(rows("G1,B,2025-06-03,5.00", "G1,,2025-06-03,5.00"))
    assert project.customers()["B"] == (28, 1, "5.00")
    assert project.ledger()["rows"] == 2


@pytest.mark.parametrize(("again", "told"), [("98.00", [2]), ("99.00", [])])
def test_two_files_of_one_run_that_correct_an_order_in_two_ways_are_warned_of(tmp_path, again, told):
    project = Refreshed(tmp_path, reading={"max_bad_share": 0.9})
    project.run(rows("O1,A,2025-06-01,10.00", "O2,B,2025-06-02,7.00"))
    lines = [("O1,A,2025-06-01,99.00", "O3,B,2025-06-03,1.00"), (f"O1,A,2025-06-01,{again}", "O4,B,2025-06-03,1.00")]
    files = [project.wish(rows(*pair)) for pair in lines]
    both = replace(files[0], sources=[*files[0].sources, *files[1].sources])
    found = run(both, project.home, in_project=True)["warnings"]
    assert [one["rows"] for one in found if one["code"] == "contradicted_rows"] == told
    assert project.customers()["A"][2] == ("10.00" if told else "99.00")


def test_a_check_says_that_a_run_nets_returns_of_orders_known_before(tmp_path):
    project = Refreshed(tmp_path)
    project.run(rows("O1,A,2025-06-01,10.00", "O2,B,2025-06-02,7.00"))
    (tmp_path / "returns.csv").write_text("order_id,amount\nO1,4.00\n", encoding="utf-8")
    ledger = {"returns": str(tmp_path / "returns.csv")}
    text = rows("O3,A,2025-06-05,10.00")
    assert "returns_of_known_orders" in codes(project.check(text, ledger=ledger))
    assert "returns_of_known_orders" not in codes(project.check(text))
    project.run(text, ledger=ledger)
    assert project.customers()["A"] == (26, 2, "16.00")


def test_the_help_names_the_table_of_databases(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        app(["run", "--help"])
    assert "databases in [sources] of" in " ".join(capsys.readouterr().out.replace("│", " ").split())


@pytest.mark.parametrize("row", ["O1,A,2025-06-01,,cancelled", "O1,A,,10.00,cancelled"])
def test_a_row_that_cancels_a_known_order_without_amount_or_date_is_told(tmp_path, row):
    header = "order_id,customer_id,order_date,amount,status\n"
    project = Refreshed(tmp_path)
    project.run(f"{header}O1,A,2025-06-01,10.00,paid\nO2,B,2025-06-02,5.00,paid\n")
    found = project.check(f"{header}{row}\nO3,B,2025-06-03,1.00,paid\n")
    assert [one["rows"] for one in found["warnings"] if one["code"] == "cancelled_unread"] == [1]
    whole = project.check(f"{header}O1,A,2025-06-01,10.00,cancelled\nO3,B,2025-06-03,1.00,paid\n")
    assert "cancelled_unread" not in codes(whole)
