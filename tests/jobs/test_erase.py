"""Whom somebody asks to erase is in no byte of the project afterwards, and stays away."""

from __future__ import annotations

import csv
import json
import os
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from quintile.domain.fail_point import VARIABLE
from quintile.domain.keeping import StateSettings
from quintile.domain.settings import LedgerSettings, Settings
from quintile.errors import SettingsError
from quintile.jobs.erase import erase
from quintile.jobs.project.state import open_state
from quintile.jobs.verify import verify
from quintile.state.sent import remember_sent
from tests.forked import KILLED, ended
from tests.golden.refreshes import Refreshed
from tests.jobs.kept import FIRST, HEADER, OTHERS, READING, SECOND, erased, project_of, restored, traces


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A project with the canary everywhere, and a copy of it."""
    folder = tmp_path_factory.mktemp("planted")
    project_of(folder)
    return folder


@pytest.fixture
def project(planted, tmp_path):
    shutil.copytree(planted, tmp_path / "own", symlinks=True)
    found = Refreshed(tmp_path / "own", **READING)
    found._number = 2
    assert len(traces(found.home)) >= 11
    return found


@pytest.mark.parametrize("asked", ["CAN-0001", "CANARY@example.com", "0170 9876543"])
def test_no_byte_is_left_whatever_was_asked_for(project, asked):
    erased(project, asked)
    assert traces(project.home) == []


def test_the_others_stay_as_they_are(project):
    erased(project)
    assert project.customers() == {key: (days, *rest) for key, (days, *rest) in _at_second(OTHERS).items()}
    assert (project.home / "lists" / "champions.csv").read_text() == "customer_id,segment\nA,Loyal\n"
    assert (project.home / "notes.log").read_text() == "began\nended\n"
    assert json.loads((project.home / "customer.json").read_text()) == [{"customer_id": "A"}]
    assert "Bob" in (project.home / "page.html").read_text()


def _at_second(customers):
    """The customers as the second run saw them, two days before."""
    return customers | {"A": (6, 2, "40.00"), "B": (11, 2, "10.00")}


def test_the_certificate_counts_and_names_nobody(project):
    found = erased(project)
    written = json.loads((project.home / "certificates" / "000001.json").read_text())
    assert {key: value for key, value in found.items() if key != "file"} == written
    expected = {"certificate": 1, "asked_for": 1, "ledger_rows": 3, "snapshots": 2, "left": [], "second_copy": True}
    assert {key: written[key] for key in expected} == expected


def test_what_was_published_stays_told_as_counts(project):
    before = {path.parent.name: json.loads(path.read_text()) for path in project.home.rglob("snapshots/*/run.json")}
    erased(project)
    after = {path.parent.name: json.loads(path.read_text()) for path in project.home.rglob("snapshots/*/run.json")}
    assert before.keys() == after.keys()
    for name, report in after.items():
        assert report["erased"] == 1
        assert report["segments"] == before[name]["segments"]
        assert report["bridge"] == before[name]["bridge"]


def test_an_erased_project_is_sound_and_can_be_made_anew(project):
    erased(project)
    found = verify(project.home, Settings(), recompute=False)
    assert found["problems"] == []
    project.run(SECOND, date(2025, 7, 2))
    assert verify(project.home, Settings(), recompute=True)["problems"] == []


@pytest.mark.parametrize("text", [FIRST, SECOND, FIRST.replace(",x\n", ",y\n")], ids=["first", "second", "changed"])
def test_the_same_files_do_not_bring_the_person_back(project, text):
    erased(project)
    found = project.run(text, date(2025, 7, 2))
    assert traces(project.home) == []
    assert project.customers() == OTHERS
    assert [line["reason"] for line in found["excluded"]] == ["erased"]
    source = found["refresh"]["source"]
    assert source["rows_in"] == sum(value for key, value in source.items() if key != "rows_in")


def test_rows_of_the_person_are_counted_in_the_bridge(project):
    erased(project)
    row = HEADER + "O90,CAN-0001,,,,2025-07-01,7.00,x\nO91,B,,,,2025-07-01,8.00,x\n"
    found = project.run(row, date(2025, 7, 2))
    assert {line["step"]: line["rows"] for line in found["bridge"]}["erased"] == 1
    assert found["refresh"]["erased_rows"] == 1
    assert "CAN-0001" not in project.customers()


def test_a_list_of_customers_does_not_bring_the_person_back(project, tmp_path):
    erased(project)
    (tmp_path / "people.csv").write_text("customer_id\nCAN-0001\nB\nNEW\n", encoding="utf-8")
    settings = {"customers": str(tmp_path / "people.csv")}
    project.run(SECOND, date(2025, 7, 3), ledger=settings, model={"population": "customers"})
    with (project.current / "customers.csv").open(encoding="utf-8", newline="") as file:
        assert {row["customer_id"] for row in csv.DictReader(file)} == {"B", "NEW"}
    assert traces(project.home) == []


def test_a_restored_copy_is_erased_again_by_the_next_run(project, tmp_path):
    shutil.copytree(project.home, tmp_path / "backup", symlinks=True)
    erased(project)
    restored(project, tmp_path / "backup")
    assert traces(project.home)
    project.run(SECOND, date(2025, 7, 2))
    assert traces(project.home) == []
    assert project.customers() == OTHERS


def test_a_restored_copy_is_erased_again_by_verify(project, tmp_path):
    shutil.copytree(project.home, tmp_path / "backup", symlinks=True)
    erased(project)
    restored(project, tmp_path / "backup")
    found = verify(project.home, Settings())
    assert found["problems"] == []
    assert found["erased_again"]["again"] is True
    assert traces(project.home) == []


def test_a_restored_store_is_known_by_itself_where_the_state_stayed(project, tmp_path):
    shutil.copytree(project.home / "store", tmp_path / "backup", symlinks=True)
    erased(project)
    shutil.rmtree(project.home / "store")
    shutil.copytree(tmp_path / "backup", project.home / "store", symlinks=True)
    assert verify(project.home, Settings())["erased_again"] is not None
    assert traces(project.home) == []


def test_the_second_copy_lies_where_the_settings_say(project, tmp_path):
    copy = tmp_path / "safe" / "erased.json"
    erase(project.home, ["CAN-0001"], replace(Settings(), state=StateSettings(tombstones=str(copy))))
    assert len(json.loads(copy.read_text())["tombstones"]) >= 4
    assert copy.stat().st_mode & 0o777 == 0o600
    assert (project.home / "erasure.key").stat().st_mode & 0o777 == 0o600


def test_a_second_copy_that_cannot_be_written_is_told_and_holds_nothing_up(project, tmp_path):
    (tmp_path / "file").write_text("")
    settings = replace(Settings(), state=StateSettings(tombstones=str(tmp_path / "file" / "copy.json")))
    assert erase(project.home, ["CAN-0001"], settings)["second_copy"] is False
    assert traces(project.home) == []


@pytest.mark.parametrize("place", ["erase.buried:1", "rewriting.snapshot:1", "erase.certified:1"])
def test_an_erasure_that_is_killed_is_completed_by_whoever_comes_next(project, place):
    words = ["erase", "--project", "project", "CAN-0001"]
    assert ended(project.folder, words, {VARIABLE: place, "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}) == KILLED
    with (project.current / "customers.csv").open(encoding="utf-8", newline="") as file:
        assert {row["customer_id"] for row in csv.DictReader(file)} >= {"A", "B", "C", "D"}
    found = verify(project.home, Settings())
    assert found["problems"] == []
    assert traces(project.home) == []


def test_a_contact_that_another_customer_has_too_stays_with_that_one(tmp_path):
    project = Refreshed(tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    project.run(HEADER + "O1,P1,desk@x.com,,,2025-06-01,1.00,x\nO2,P2,desk@x.com,,,2025-06-02,2.00,x\n")
    assert erased(project, "P1")["shared_contacts"] == 1
    assert set(project.customers()) == {"P2"}
    assert b"desk@x.com" in b"".join(path.read_bytes() for path in project.home.rglob("identity/*.parquet"))
    erased(project, "desk@x.com")
    assert b"desk@x.com" not in b"".join(path.read_bytes() for path in project.home.rglob("*") if path.is_file())


def test_merged_ids_are_one_person(tmp_path):
    folder = tmp_path / "merged"
    folder.mkdir()
    (folder / "merges.csv").write_text("old_id,new_id\nOLD-CANARY,NEW-CANARY\n", encoding="utf-8")
    ledger = {"merges": str(folder / "merges.csv")}
    project = Refreshed(folder, ledger=ledger)
    project.run(
        HEADER + "O1,OLD-CANARY,,,,2025-06-01,1.00,x\nO2,NEW-CANARY,,,,2025-06-02,2.00,x\nO3,B,,,,2025-06-02,2.00,x\n"
    )
    erase(project.home, ["NEW-CANARY"], replace(Settings(), ledger=LedgerSettings(merges=ledger["merges"])))
    assert set(project.customers()) == {"B"}
    assert traces(project.home) == []


def test_a_number_as_id_takes_nobody_elses_rows(tmp_path):
    folder = tmp_path / "numbers"
    folder.mkdir()
    project = Refreshed(folder)
    project.run(
        "order_id,customer_id,order_date,amount,quantity\n"
        "42,7,2025-06-01,42.00,42\n1,42,2025-06-02,7.00,1\n2,7,bad,42.00,42\n3,42,bad,7.00,7\n"
    )
    assert erased(project, "42")["quarantined_rows"] == 1
    assert project.customers() == {"7": (30, 1, "42.00")}


def test_a_workbook_that_names_the_person_is_named(project):
    with zipfile.ZipFile(project.home / "mine.xlsx", "w") as archive:
        archive.writestr("xl/sharedStrings.xml", "<si><t>canary@example.com</t></si>")
    assert erased(project)["left"] == ["mine.xlsx"]


def test_nobody_and_no_project_are_refused(project, tmp_path):
    with pytest.raises(SettingsError, match="nobody is named"):
        erased(project, " ")
    with pytest.raises(SettingsError, match="is no project"):
        erase(tmp_path / "elsewhere", ["A"], Settings())


def test_money_that_a_column_paid_back_to_the_person_is_told_no_more(tmp_path):
    project = Refreshed(tmp_path)
    project.run("order_id,customer_id,order_date,amount,refund\nO1,A,2025-06-01,9.00,2.00\nO2,B,2025-05-01,8.00,1.00\n")
    erased(project, "A")
    told = json.loads((project.current / "orders.json").read_text())
    assert {key: told["ledger"][key] for key in ("column_refunds", "net", "lines", "first_at")} == {
        "column_refunds": "1.00", "net": "7.00", "lines": 1, "first_at": "2025-05-01T00:00:00",
    }  # fmt: skip
    assert list(told["sums"]) == ["2025-05"]


def test_a_certificate_says_what_was_sent(project):
    remember_sent(open_state(project.home, Settings()), "alerts-1", "2025-07-02T08:00:00+00:00")
    sent = {"messages": 1, "last": "2025-07-02T08:00:00+00:00", "naming_persons": 0}
    assert erased(project)["sent"] == sent


def test_rows_that_stay_keep_their_order_however_many_persons_go(tmp_path):
    project = Refreshed(tmp_path)
    rows = [f"O{number},C{number % 400:03},2025-06-{1 + number % 28:02},1.00" for number in range(2000)]
    project.run("\n".join(["order_id,customer_id,order_date,amount", *rows]) + "\n")
    erased(project, *(f"C{number:03}" for number in range(0, 400, 7)))
    (kept,) = (project.home / "store" / "ledger").iterdir()
    keys = [row[0] for row in duckdb.read_parquet(str(kept)).project("row_key").fetchall()]
    assert keys == sorted(keys)


@pytest.mark.parametrize("asked", ["CAN-0001", "canary@example.com", "into"])
@pytest.mark.parametrize("into", ["ZED-9", "B"])
def test_merged_ids_are_one_person_and_their_table_must_be_named(tmp_path, asked, into):
    (tmp_path / "merges.csv").write_text(f"old_id,new_id\nCAN-0001,{into}\n", encoding="utf-8")
    rules = {"merges": str(tmp_path / "merges.csv")}
    project = Refreshed(tmp_path, **READING, ledger=rules)
    project.run(FIRST)
    asked = into if asked == "into" else asked
    with pytest.raises(SettingsError, match=r"merged ids by the table 'merges\.csv'") as caught:
        erased(project, asked)
    assert "under [ledger] of quintile.toml" in caught.value.fix
    settings = replace(Settings(), ledger=LedgerSettings(merges=rules["merges"]))
    erase(project.home, [asked], settings)
    assert traces(project.home) == []
    assert project.customers().keys() == {"A", "B", "C", "D"} - {into}
    assert verify(project.home, settings, recompute=True)["problems"] == []
