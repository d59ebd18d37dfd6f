"""The dwell rule in a project: who is held back, where it is told, and what takes part in it."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from quintile.config.read import read_settings
from quintile.domain.columns import CUSTOMERS
from quintile.domain.rhythm import Rhythm
from quintile.errors import SettingsError
from quintile.jobs.history import Dates, history
from quintile.jobs.migration import Between, migration
from quintile.jobs.run import run
from quintile.jobs.verify import verify
from tests.golden.refreshes import ANY_DRIFT, HEADER
from tests.jobs.stability import project_of

DAY = date(2025, 6, 1)
SCHEME = """
title = "Two segments over recency"
source = "here"
scale = 3
best = "high"
[[segments]]
name = "Fresh"
intent = "Keep them."
rules = [{ r = [2, 3] }]
[[segments]]
name = "=Stale"
intent = "Win them back."
rules = [{ r = [1, 1] }]
"""
# Fresh are those who bought in the last 20 days; more than 21 days are past that border.
CUTS = {"scale": 3, "r_cuts": [10, 20], "f_cuts": [2, 3], "m_cuts": [10, 20]}
# A is fresh for good, B turns stale for good on the second day, C buys again on the third.
FIRST = f"{HEADER}\nA1,A,2025-05-31,5.00\nB1,B,2025-05-12,5.00\nC1,C,2025-05-12,5.00\n"
C_BUYS = f"{HEADER}\nC2,C,2025-06-02,5.00\n"


class Days:
    """A project run day after day."""

    def __init__(self, folder, **model):
        (folder / "two.toml").write_text(SCHEME, encoding="utf-8")
        self.model = {**CUTS, "scheme": str(folder / "two.toml"), **model}
        self.project = project_of(folder, **self.model)
        self.home = self.project.home

    def run(self, text, after, **settings):
        return self.project.run(text, DAY + timedelta(after), **settings)

    def three(self):
        """Runs on the first three days; the reports."""
        return [self.run(FIRST, 0), self.run(FIRST, 1), self.run(C_BUYS, 2)]

    def rows(self):
        with (self.project.current / "customers.csv").open(encoding="utf-8", newline="") as file:
            return {row["customer_id"]: row for row in csv.DictReader(file)}

    def segments(self, column="segment"):
        return "".join(f"{key}:{row[column].strip(chr(39))[:2]} " for key, row in sorted(self.rows().items())).strip()


def test_without_a_rule_nothing_is_added(tmp_path):
    days = Days(tmp_path)
    report = days.run(FIRST, 0)
    assert tuple(days.rows()["A"]) == CUSTOMERS
    assert "dwell" not in report
    assert "dwell" not in report["model"]
    columns = duckdb.connect().execute(f"DESCRIBE FROM '{days.project.current}/customers.parquet'").fetchall()
    assert [column[0] for column in columns] == ["customer_key", *CUSTOMERS[1:]]


def test_who_flaps_stays_and_who_moved_for_good_moves_after_so_many_snapshots(tmp_path):
    days = Days(tmp_path, dwell=2)
    first = days.run(FIRST, 0)
    assert first["dwell"] == {"snapshots": 2, "margin": None, "before": None, "held_back": 0}
    assert days.segments() == "A:Fr B:Fr C:Fr"
    second = days.run(FIRST, 1)
    assert second["dwell"] == {**first["dwell"], "before": first["snapshot"], "held_back": 2}
    assert days.segments() == "A:Fr B:Fr C:Fr"
    assert days.segments("computed_segment") == "A:Fr B:=S C:=S"
    assert [row["dwelling"] for row in days.rows().values()] == ["2", "1", "1"]
    third = days.run(C_BUYS, 2)
    assert third["dwell"]["held_back"] == 0
    assert days.segments() == "A:Fr B:=S C:Fr"
    assert [row["dwelling"] for row in days.rows().values()] == ["3", "2", "1"]


def test_counts_follow_the_published_segment_and_the_grid_the_scores(tmp_path):
    days = Days(tmp_path, dwell=2)
    days.run(FIRST, 0)
    report = days.run(FIRST, 1)
    assert [(line["segment"], line["customers"]) for line in report["segments"]] == [("Fresh", 3), ("=Stale", 0)]
    assert [(cell["segment"], cell["customers"]) for cell in report["grid"]] == [("=Stale", 2), ("Fresh", 1)]
    assert sum(Decimal(line["revenue"]) for line in report["segments"]) == Decimal("15.00")


def test_the_computed_segment_is_no_formula_to_a_spreadsheet(tmp_path):
    days = Days(tmp_path, dwell=2)
    days.run(FIRST, 0)
    days.run(FIRST, 1)
    assert days.rows()["B"]["computed_segment"] == "'=Stale"


def test_the_same_date_again_changes_nothing(tmp_path):
    days = Days(tmp_path, dwell=2)
    days.three()
    before = days.project.current.readlink()
    days.run(C_BUYS, 2)
    assert days.project.current.readlink() == before


def test_late_rows_of_the_same_date_do_not_count_as_another_snapshot(tmp_path):
    days = Days(tmp_path, dwell=2)
    days.run(FIRST, 0)
    days.run(FIRST, 1)
    days.run(f"{HEADER}\nD1,D,2025-05-02,5.00\n", 1)
    assert days.segments() == "A:Fr B:Fr C:Fr D:=S"
    assert days.rows()["B"]["dwelling"] == "1"


def test_at_most_one_snapshot_a_day_counts(tmp_path):
    days = Days(tmp_path, dwell=2, recency="elapsed")
    moment = datetime.fromisoformat("2025-06-01T12:00:00")
    days.project.run(FIRST, moment)
    for hour in (13, 15, 17):
        days.project.run(FIRST, moment.replace(day=2, hour=hour))
        assert days.segments("dwelling") == "A:2 B:1 C:1"
    days.project.run(FIRST, moment.replace(day=3, hour=1))
    assert days.segments() == "A:Fr B:=S C:=S"


def test_past_the_margin_a_customer_moves_at_once(tmp_path):
    days = Days(tmp_path, dwell=9, margin=0.05)
    days.run(FIRST, 0)
    days.run(FIRST, 1)  # 21 days: one past the border
    assert days.segments() == "A:Fr B:Fr C:Fr"
    days.run(FIRST, 2)  # 22 days
    assert days.segments() == "A:Fr B:=S C:=S"


def test_a_margin_alone_holds_back_as_long_as_it_takes(tmp_path):
    days = Days(tmp_path, margin=0.5)
    days.run(FIRST, 0)
    days.run(FIRST, 10)
    assert days.segments() == "A:Fr B:Fr C:Fr"  # 30 days, half as much again as 20
    days.run(FIRST, 11)
    assert days.segments() == "A:Fr B:=S C:=S"


@pytest.mark.parametrize("change", ["scheme", "scale"])
def test_another_scheme_or_scale_begins_anew(tmp_path, change):
    days = Days(tmp_path, dwell=3)
    days.run(FIRST, 0)
    (tmp_path / "other.toml").write_text(SCHEME.replace("Win them back", "Win back"), encoding="utf-8")
    other = {"scheme": str(tmp_path / "other.toml")} if change == "scheme" else {"scale": 5, "scheme": "rfm-9"}
    cuts = {} if change == "scheme" else {"r_cuts": [5, 10, 20, 40], "f_cuts": [2, 3, 4, 5], "m_cuts": [1, 2, 3, 9]}
    report = days.run(FIRST, 1, model={**days.model, **other, **cuts})
    assert report["dwell"] == {"snapshots": 3, "margin": None, "before": None, "held_back": 0}
    assert all(row["segment"] == row["computed_segment"] for row in days.rows().values())


def test_a_rule_that_comes_later_begins_with_what_was_published(tmp_path):
    days = Days(tmp_path)
    first = days.run(FIRST, 0)
    report = days.run(FIRST, 1, model={**days.model, "dwell": 2})
    assert (report["dwell"]["before"], report["dwell"]["held_back"]) == (first["snapshot"], 2)
    assert report["model"]["fitted"] == first["model"]["fitted"]  # the rule learns nothing anew


def test_a_rule_that_goes_lets_everybody_go(tmp_path):
    days = Days(tmp_path, dwell=3)
    days.run(FIRST, 0)
    without = {key: value for key, value in days.model.items() if key != "dwell"}
    days.project.settings["model"] = without
    report = days.run(FIRST, 1)
    assert "dwell" not in report
    assert days.segments() == "A:Fr B:=S C:=S"


def test_without_parquet_there_would_be_nothing_to_go_by(tmp_path):
    with pytest.raises(SettingsError, match=r"the dwell rule needs customers\.parquet"):
        Days(tmp_path, dwell=2).run(FIRST, 0, output={"formats": ["csv"], "report": False})


def test_a_margin_needs_borders_that_are_those_of_all(tmp_path):
    with pytest.raises(SettingsError, match="nested scores"):
        project_of(tmp_path, method="nested", margin=0.05).run(FIRST, DAY)


def test_outside_a_project_there_is_nothing_before(tmp_path):
    days = Days(tmp_path, dwell=2)
    wish = days.project.wish(FIRST, DAY)
    report = run(wish, tmp_path / "out")
    assert "dwell" not in report
    header = (tmp_path / "out" / "customers.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(CUSTOMERS)


def test_a_date_that_is_made_up_for_counts(tmp_path):
    days = Days(tmp_path, dwell=2)
    days.run(FIRST, 0)
    days.run(FIRST, 2)
    assert days.segments() == "A:Fr B:Fr C:Fr"
    settings = read_settings(None, {"model": days.model})
    found = history(days.home, settings, Dates(Rhythm.parse("day"), DAY))
    assert [line["added"] for line in found["snapshots"]] == [False, True, True]  # the last waits for a day less
    days.run(f"{HEADER}\nD1,D,2025-06-02,5.00\n", 2)
    assert days.segments() == "A:Fr B:=S C:=S D:Fr"


def check(days, **settings):
    groups = {"model": days.model, "refresh": {"accept": ANY_DRIFT}, "output": {"report": False}, **settings}
    return verify(days.home, read_settings(None, groups), recompute=True)["problems"]


def test_a_snapshot_can_be_made_anew_also_without_the_one_before_it(tmp_path):
    days = Days(tmp_path, dwell=3)
    days.three()
    assert days.segments() == "A:Fr B:Fr C:Fr"
    assert check(days) == []
    before = json.loads((days.project.current / "run.json").read_text(encoding="utf-8"))["dwell"]["before"]
    shutil.rmtree(days.home / "store" / "snapshots" / before)
    assert check(days) == []


def test_who_is_held_back_has_not_moved_and_who_is_let_go_moved_by_the_rule(tmp_path):
    days = Days(tmp_path, dwell=2)
    days.three()
    held = migration(days.home, Between("2025-06-01", "2025-06-02"))
    assert held["totals"]["moved"] == 0
    assert [[step["cause"] for step in path["steps"]] for path in held["paths"]] == [["passing_time", "dwell_rule"]]
    gone = migration(days.home, Between("2025-06-02", "2025-06-03"))
    assert [(line["from"], line["to"], line["causes"]) for line in gone["matrix"] if line["from"] != line["to"]] == [
        ("Fresh", "=Stale", {"dwell_rule": 1})
    ]
    assert gone["causes"][-1]["customers"] == 1
    whole = migration(days.home, Between("2025-06-01", "2025-06-03"))
    assert [line["cause"] for line in whole["causes"] if line["customers"]] == ["passing_time"]
