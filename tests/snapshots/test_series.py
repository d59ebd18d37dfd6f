"""The snapshots of a store in their order, without what is still being written."""

from __future__ import annotations

import json

import pytest

from quintile.errors import StoreError
from quintile.snapshots.series import dates_before, report_of, series


def put(store, folder, as_of, **more):
    home = store / "snapshots" / folder
    home.mkdir(parents=True)
    report = {"as_of": as_of, "model": {"fingerprint": "f"}, **more}
    (home / "run.json").write_text(json.dumps(report), encoding="utf-8")
    return home


def test_snapshots_come_by_date_and_by_what_was_known(tmp_path):
    put(tmp_path, "c", "2025-06-01", known={"ledger": 1})
    put(tmp_path, "a", "2025-06-01", known={"ledger": 10})
    put(tmp_path, "b", "2025-01-01")
    put(tmp_path, ".writing-run-1", "2025-07-01")
    (tmp_path / "snapshots" / "empty").mkdir()
    (tmp_path / "current").symlink_to("snapshots/a")
    found = series(tmp_path)
    assert [(one.id, one.known, one.is_current) for one in found] == [("b", 0, False), ("c", 1, False), ("a", 10, True)]
    assert report_of(found[0])["as_of"] == "2025-01-01"


def test_a_store_that_was_never_written_to_has_none(tmp_path):
    assert series(tmp_path / "store") == []


def test_a_damaged_report_is_named(tmp_path):
    home = put(tmp_path, "a", "2025-06-01")
    (home / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="report of a snapshot is damaged") as caught:
        series(tmp_path)
    assert caught.value.place.file == str(home / "run.json")


def test_the_dates_before_one_are_the_latest_as_they_are_now_known(tmp_path):
    for month in range(1, 6):
        put(tmp_path, f"2025-0{month}-01-a", f"2025-0{month}-01", known={"ledger": 1})
    put(tmp_path, "2025-04-01-b", "2025-04-01", known={"ledger": 2})
    put(tmp_path, "2025-06-01-a", "2025-06-01")
    (tmp_path / "snapshots/2025-01-01-a/run.json").write_text("{", encoding="utf-8")  # too early to be read
    assert [one.id for one in dates_before(tmp_path, "2025-05-01", 3)] == [
        "2025-02-01-a", "2025-03-01-a", "2025-04-01-b",
    ]  # fmt: skip


def test_a_moment_follows_on_the_earlier_ones_of_its_day(tmp_path):
    put(tmp_path, "2025-05-01-a", "2025-05-01T08:00:00")
    put(tmp_path, "2025-05-01-b", "2025-05-01T12:00:00")
    assert [one.id for one in dates_before(tmp_path, "2025-05-01T12:00:00", 3)] == ["2025-05-01-a"]
