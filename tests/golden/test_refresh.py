"""A second source into the same project: nothing lost, nothing twice, and said what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from quintile.errors import DataError, SettingsError
from quintile.jobs.run import run
from tests.golden.refreshes import FIRST, HEADER, Refreshed, codes, counts

BEFORE = {"A": (11, 2, "30.00"), "B": (122, 1, "5.00"), "C": (127, 1, "99.90")}


@pytest.fixture
def project(tmp_path):
    """A project that holds the first source."""
    made = Refreshed(tmp_path)
    made.run(FIRST)
    assert made.customers() == BEFORE
    return made


def rows(*lines, header=HEADER):
    return "\n".join([header, *lines]) + "\n"


def test_new_rows_are_added(project):
    again = rows("O2,A,2025-06-20,20.00", "O5,B,2025-06-30,7.50")
    assert counts(project.check(again)) == (2, 1, 0, 1, 0)
    report = project.run(again)
    assert project.customers() == BEFORE | {"B": (1, 2, "12.50")}
    assert report["refresh"]["source"]["rows_deduplicated"] == 1
    assert report["bridge"][0]["rows"] == 6
    assert project.ledger()["rows"] == 5


def test_the_same_source_again_changes_nothing(project):
    before = {path: path.read_bytes() for path in (project.home / "store").rglob("*") if path.is_file()}
    found = project.check(FIRST)
    assert counts(found) == (4, 0, 0, 4, 0)
    assert (found["outcome"], found["customers"], found["orders"], found["net_total"]) == ("accept", 0, 0, "0")
    project.run(FIRST)
    assert {path: path.read_bytes() for path in (project.home / "store").rglob("*") if path.is_file()} == before


def test_rows_that_are_known_in_another_file_change_nothing(project):
    before = sorted((project.home / "store").rglob("*"))
    project.run(rows("O3,B,2025-03-01,5.00", "O1,A,2025-06-01,10.00"))
    assert sorted((project.home / "store").rglob("*")) == before


def test_a_check_writes_nothing(project):
    before = {path: path.stat().st_mtime_ns for path in project.home.rglob("*")}
    project.check(rows("O9,Z,2025-06-30,1.00"))
    assert {path: path.stat().st_mtime_ns for path in project.home.rglob("*")} == before


def test_the_later_version_of_an_order_counts(project):
    mended = rows("O4,C,2025-02-24,9.90")
    assert "corrected_rows" in codes(project.check(mended))
    project.run(mended)
    assert project.customers()["C"] == (127, 1, "9.90")
    assert project.ledger()["rows"] == 4
    project.run(mended)
    assert project.customers()["C"] == (127, 1, "9.90")


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (2, 1, 3), (3, 1, 2), (1, 3, 2)])
def test_the_latest_updated_at_counts_in_whatever_order_the_versions_come(tmp_path, order):
    project = Refreshed(tmp_path)
    header = HEADER + ",updated_at"
    versions = {
        1: "O1,A,2025-06-01,10.00,2025-06-01 10:00:00",
        2: "O1,A,2025-06-01,20.00,2025-06-02 10:00:00",
        3: "O1,A,2025-06-01,10.00,2025-06-03 10:00:00",
    }
    for version in order:
        project.run(rows(versions[version], header=header))
    assert project.customers() == {"A": (30, 1, "10.00")}
    assert project.ledger()["rows"] == 1


def test_the_latest_updated_at_counts_within_one_source(tmp_path):
    project = Refreshed(tmp_path)
    header = HEADER + ",updated_at"
    text = rows("O1,A,2025-06-01,10.00,2025-06-01", "O1,A,2025-06-01,20.00,2025-06-02", header=header)
    assert counts(project.check(text)) == (2, 1, 0, 1, 0)
    project.run(text)
    assert project.customers() == {"A": (30, 1, "20.00")}


def test_a_changed_status_is_a_correction(tmp_path):
    project, header = Refreshed(tmp_path), HEADER + ",status"
    project.run(rows("O1,A,2025-06-01,10.00,paid", "O2,A,2025-06-02,5.00,pending", header=header))
    assert project.customers() == {"A": (30, 1, "10.00")}
    project.run(rows("O2,A,2025-06-02,5.00,paid", header=header))
    assert project.customers() == {"A": (29, 2, "15.00")}
    found = project.check(rows("O1,A,2025-06-01,10.00,cancelled", header=header))
    assert counts(found) == (1, 0, 0, 0, 1)
    project.run(rows("O1,A,2025-06-01,10.00,cancelled", header=header))
    assert project.customers() == {"A": (29, 1, "5.00")}


def test_a_refund_of_a_known_order_is_added_once(project):
    refund = rows("O2,A,2025-06-25,-8.00")
    found = project.check(refund)
    assert counts(found) == (1, 1, 0, 0, 0)
    assert found["net_total"] == "-8.00"
    assert codes(found) == {"late_rows"}
    project.run(refund)
    assert project.customers()["A"] == (11, 2, "22.00")
    project.run(refund + "O6,B,2025-06-26,1.00\n")
    assert project.customers() == BEFORE | {"A": (11, 2, "22.00"), "B": (5, 2, "6.00")}
    assert "orphan_refund" in codes(project.check(rows("O77,A,2025-06-25,-8.00")))


def test_the_lines_of_an_order_may_come_in_two_sources(tmp_path):
    project, header = Refreshed(tmp_path, ledger={"grain": "line"}), "order_id,line_id,customer_id,order_date,amount"
    project.run(rows("O1,1,A,2025-06-01,10.00", "O1,2,A,2025-06-01,10.00", header=header))
    found = project.check(rows("O1,2,A,2025-06-01,10.00", "O1,3,A,2025-06-01,10.00", header=header))
    assert counts(found) == (2, 1, 0, 1, 0)
    project.run(rows("O1,2,A,2025-06-01,11.00", "O1,3,A,2025-06-01,10.00", header=header))
    assert project.customers() == {"A": (30, 1, "31.00")}


def test_lines_without_an_id_are_counted(tmp_path):
    project = Refreshed(tmp_path, ledger={"grain": "line"})
    project.run(rows("O1,A,2025-06-01,10.00", "O1,A,2025-06-01,10.00"))
    again = rows("O1,A,2025-06-01,10.00", "O1,A,2025-06-01,10.00", "O1,A,2025-06-01,10.00")
    assert counts(project.check(again)) == (3, 1, 0, 2, 0)
    project.run(again)
    assert project.customers() == {"A": (30, 1, "30.00")}


def test_rows_without_an_order_id_are_counted(tmp_path):
    project, header = Refreshed(tmp_path), "customer_id,order_date,amount"
    project.run(rows("A,2025-06-01,10.00", "A,2025-06-01,10.00", header=header))
    again = rows("A,2025-06-01,10.00", "A,2025-06-01,10.00", "A,2025-06-01,10.00", "B,2025-06-01,10.00", header=header)
    assert counts(project.check(again)) == (4, 2, 0, 2, 0)
    project.run(again)
    assert project.customers() == {"A": (30, 3, "30.00"), "B": (30, 1, "10.00")}


def test_a_known_order_of_another_customer_is_set_aside(project):
    found = project.check(rows("O1,B,2025-06-01,10.00", "O8,B,2025-06-02,1.00"))
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("order_customer_conflict", 1)]
    assert found["quarantine"][0]["examples"][0]["line"] == 2
    project.run(rows("O1,B,2025-06-01,10.00", "O8,B,2025-06-02,1.00"))
    assert project.customers() == BEFORE | {"B": (29, 2, "6.00")}


def test_an_order_that_was_given_to_another_customer_is_corrected_as_in_one_run(tmp_path):
    header = "order_id,customer_id,order_date,amount,updated_at"
    first = rows("O1,A,2025-06-01,10.00,2025-06-01", "O2,A,2025-06-20,20.00,2025-06-20", header=header)
    later = rows("O1,B,2025-06-01,10.00,2025-06-05", "O3,C,2025-06-05,7.00,2025-06-05", header=header)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    project, other = Refreshed(tmp_path / "a"), Refreshed(tmp_path / "b")
    project.run(first)
    assert project.check(later)["quarantine"] == []
    project.run(later)
    other.run(first + later.partition("\n")[2])
    assert project.customers() == other.customers()
    assert project.customers() == {"A": (11, 1, "20.00"), "B": (30, 1, "10.00"), "C": (26, 1, "7.00")}


def test_a_row_nobody_can_read_never_replaces_a_good_one(project):
    project.run(rows("O1,A,2025-06-01,oops", "O2,,2025-06-20,20.00", "O3,B,2999-01-01,5.00", "O8,B,2025-06-02,1.00"),
                reading={"max_bad_share": 1})  # fmt: skip
    assert project.customers() == BEFORE | {"B": (29, 2, "6.00")}


def test_two_versions_of_a_known_order_in_one_source_are_set_aside(project):
    text = rows("O1,A,2025-06-01,11.00", "O1,A,2025-06-01,12.00", "O8,B,2025-06-02,1.00", "O9,B,2025-06-02,1.00")
    assert counts(project.check(text)) == (4, 2, 2, 0, 0)
    project.run(text)
    assert project.customers()["A"] == (11, 2, "30.00")


def test_rows_that_were_set_aside_are_kept_as_they_stood(project):
    project.run(rows("O5,B,2025-06-30,oops", "O6,B,2025-06-30,1.00", "O7,B,2025-06-30,2.00,9", "O8,C,2025-06-30,1.00"))
    kept = [project.home / "store" / file["name"] for file in project.ledger()["quarantine"]]
    found = duckdb.read_parquet(list(map(str, kept)))
    assert sorted(row[0] for row in found.project("quintile_reason").fetchall()) == ["bad_amount", "ragged_row"]
    assert ("O5", "oops") in found.project("order_id, amount").fetchall()
    project.run(rows("O5,B,2025-06-30,3.00"))
    assert project.customers()["B"] == (1, 3, "9.00")


def test_what_a_rule_set_aside_comes_back_when_the_rule_changes(tmp_path):
    project, header = Refreshed(tmp_path), "order_id,customer_id,email,order_date,amount"
    text = rows("O1,A,a@x.de,2025-06-01,10.00", "O2,,A@x.de,2025-06-02,5.00", "O3,B,,2025-06-03,1.00", header=header)
    project.run(text)
    assert project.customers()["A"] == (30, 1, "10.00")
    project.run(text, ledger={"guests": "email"})
    assert project.customers()["A"] == (29, 2, "15.00")


def test_policies_may_change_between_runs(project):
    project.run(rows("O2,A,2025-06-25,-8.00"), ledger={"refunds": "gross"})
    assert project.customers()["A"] == (11, 2, "30.00")
    project.run(rows("O8,B,2025-06-02,1.00"), ledger={"refunds": "exclude_order"})
    assert project.customers() == BEFORE | {"A": (30, 1, "10.00"), "B": (29, 2, "6.00")}


@pytest.mark.parametrize(
    "changed", [{"time_zone": "Europe/Istanbul"}, {"grain": "line"}, {"duplicates": "keep"}, {"grain": "day"}]
)
def test_what_the_rows_were_judged_by_may_not_change(project, changed):
    with pytest.raises(SettingsError, match=next(iter(changed))):
        project.run(rows("O8,B,2025-06-02,1.00"), ledger=changed)
    assert project.customers() == BEFORE


def test_a_base_currency_stands_for_sources_that_name_none(project):
    text = rows("O8,B,2025-06-02,1.00,EUR", header=HEADER + ",currency")
    with pytest.raises(DataError) as refused:
        project.run(text)
    assert refused.value.code == "mixed_currency"
    project.run(text, ledger={"base_currency": "EUR"})
    project.run(rows("O9,B,2025-06-03,1.00"), ledger={"base_currency": "EUR"})
    assert project.customers() == BEFORE | {"B": (28, 3, "7.00")}


def test_order_ids_may_neither_come_nor_go(project):
    with pytest.raises(DataError) as refused:
        project.run(rows("B,2025-06-02,1.00", header="customer_id,order_date,amount"))
    assert refused.value.code == "schema_drift"


def test_late_rows_are_told_and_count(project):
    project.run(rows("O5,B,2025-07-10,7.50"), as_of=date(2025, 8, 1))
    late = rows("O6,B,2025-07-20,1.00", "O7,C,2025-08-02,1.00")
    warning = next(one for one in project.check(late, date(2025, 8, 3))["warnings"] if one["code"] == "late_rows")
    assert warning["rows"] == 1
    assert "2025-08-01" in warning["message"]
    assert "2025-07-20" in warning["message"]
    project.run(late, as_of=date(2025, 8, 3))
    assert project.customers()["B"] == (14, 3, "13.50")


def test_an_earlier_analysis_date_has_to_be_meant(project):
    project.run(rows("O5,B,2025-07-10,7.50"), as_of=date(2025, 8, 1))
    with pytest.raises(SettingsError, match="2025-07-15 is earlier than 2025-08-01"):
        project.run(rows("O6,B,2025-07-20,1.00"), as_of=date(2025, 7, 15))
    wish = replace(project.wish(rows("O6,B,2025-07-20,1.00"), date(2025, 7, 15)), backfill=True)
    run(wish, project.home, in_project=True)
    assert project.customers()["B"] == (5, 2, "12.50")
    assert project.run(rows("O8,B,2025-07-21,1.00"), as_of=None)["as_of"] == "2025-08-01"


def test_a_full_extract_replaces_the_ledger(project):
    full = {"refresh": {"mode": "full"}}
    text = rows("O1,A,2025-06-01,10.00", "O3,B,2025-03-01,6.00", "O5,B,2025-06-30,7.50")
    found = project.check(text, **full)
    assert counts(found) == (3, 3, 0, 0, 0)
    assert found["refresh"]["vanished_orders"] == 2
    assert "vanished_orders" in codes(found)
    project.run(text, **full)
    assert project.customers() == {"A": (30, 1, "10.00"), "B": (1, 2, "13.50")}
    before = sorted(project.home.rglob("*"))
    project.run(text, **full)
    assert sorted(project.home.rglob("*")) == before
    project.run(FIRST, **full)
    assert project.customers() == BEFORE


def test_a_full_extract_needs_a_project(tmp_path):
    project = Refreshed(tmp_path)
    with pytest.raises(SettingsError, match="--mode"):
        run(project.wish(FIRST, refresh={"mode": "full"}), tmp_path / "out")


def test_people_stand_once_under_a_number(tmp_path):
    project, header = Refreshed(tmp_path), "order_id,customer_id,email,phone,order_date,amount"
    project.run(rows("O1,A,anna@example.org,0301234,2025-06-01,10.00", header=header))
    project.run(rows("O2,A,anna@example.org,0301234,2025-06-02,1.00", "O3,B,bob@example.org,,2025-06-02,1.00",
                     header=header))  # fmt: skip
    store = project.home / "store"
    holding = {
        path.relative_to(store).parts[0]
        for path in store.rglob("*")
        if path.is_file() and (b"anna@example.org" in path.read_bytes() or path.suffix == ".parquet")
    }
    people = duckdb.read_parquet(str(store / "identity" / "*.parquet")).order("person_key")
    assert people.project("person_key, customer, email, phone").fetchall() == [
        (1, "A", "anna@example.org", "0301234"),
        (2, "B", "bob@example.org", None),
    ]
    assert "email" not in duckdb.read_parquet(str(store / "ledger" / "*.parquet")).columns
    keyed = duckdb.read_parquet(str(project.current / "customers.parquet"))
    assert "customer_id" not in keyed.columns
    assert keyed.project("customer_key, frequency").fetchall() == [(1, 2), (2, 1)]
    assert duckdb.read_parquet(str(store / "customers" / "*.parquet")).fetchall() == [(1, "A"), (2, "B")]
    assert holding == {"identity", "ledger", "snapshots", "orders", "customers"}
    assert "customer_id" not in duckdb.read_parquet(str(store / "orders" / "*.parquet")).columns


def test_old_snapshots_stay_as_they_were(project):
    old = project.current.resolve()
    before = {path: path.read_bytes() for path in [*old.iterdir(), *(project.home / "store" / "ledger").iterdir()]}
    project.run(rows("O4,C,2025-02-24,9.90"))
    project.run(rows("O8,C,2025-02-24,9.90"), refresh={"mode": "full"})
    assert {path: path.read_bytes() for path in before} == before


def test_a_drift_publishes_nothing_until_it_is_accepted(project):
    text = rows(*(f'N{number},C{number},2025-06-01,"{number},50"' for number in range(1, 40)))
    with pytest.raises(DataError) as refused:
        project.run(text, refresh={"accept": []})
    assert refused.value.code in {"schema_drift", "identity_shift"}
    assert project.customers() == BEFORE


def test_sources_of_more_and_of_fewer_decimals_keep_every_digit_of_each(tmp_path):
    project, header = Refreshed(tmp_path), "order_id,customer_id,order_date,quantity,unit_price"
    project.run(rows("O6,B,2025-06-20,1,0.001", "O2,A,2025-06-20,1,20.00", header=header))
    project.run(rows("O7,B,2025-06-21,1,0.01", header=header))
    assert project.customers()["B"] == (10, 2, "0.011")
    project.run(rows("O8,C,2025-06-21,1,0.0001", header=header))
    assert project.customers() == {"A": (11, 1, "20.0000"), "B": (10, 2, "0.0110"), "C": (10, 1, "0.0001")}
