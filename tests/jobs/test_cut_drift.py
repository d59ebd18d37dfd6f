"""Kept cut points against those of today: what quintile drift tells, what a run tells, what a refit tells."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.rfm_model import RfmModel
from quintile.errors import SettingsError
from quintile.jobs.cut_drift import cut_drift
from quintile.jobs.run import run
from quintile.jobs.whatif import whatif
from quintile.jobs.workplace.wish import Wish
from tests.golden.refreshes import codes
from tests.jobs.stability import CUSTOMERS, FIRST, HEADER, SECOND, first_orders, later_orders, project_of

ENGINE = EngineSettings()


@pytest.fixture
def project(tmp_path):
    made = project_of(tmp_path)
    made.run(first_orders(), FIRST)
    return made


def drift(project, **more):
    return cut_drift(project.home, ENGINE, **more)


def customers(project):
    """Customer -> segment and code, as published."""
    with (project.current / "customers.csv").open(encoding="utf-8", newline="") as file:
        return {row["customer_id"]: (row["segment"], row["rfm"]) for row in csv.DictReader(file)}


def test_just_learned_cut_points_have_not_drifted(project):
    found = drift(project)
    assert (found["customers"], found["recoded"], found["moved"], found["due"]) == (CUSTOMERS, 0, 0, False)
    assert all(cut["now"] == cut["after"] and cut["share"] == cut["share_at_fit"] for cut in found["cuts"])
    assert found["moves"] == found["reasons"] == []


def test_a_drift_says_what_a_refit_would_do_and_the_refit_does_it(project):
    project.run(later_orders(), SECOND)
    before = customers(project)
    found = drift(project, out=project.folder / "movers.csv")
    report = json.loads((project.current / "run.json").read_text(encoding="utf-8"))
    cuts_now = report["model"]["cuts"]

    refit = project.run(f"{HEADER}B0,C0,2025-06-30,200.50\n", SECOND, refresh={"refit": True})  # nothing new
    after = customers(project)

    moved = {key for key in before if before[key][0] != after[key][0]}
    assert found["moved"] == len(moved) > CUSTOMERS // 20
    assert found["recoded"] == sum(before[key][1] != after[key][1] for key in before)
    assert refit["refit"]["customers"] == len(moved)
    assert refit["refit"]["share"] == found["moved_share"] == report["cut_drift"]["share"]
    assert refit["refit"]["from_model"] == report["model"]["fingerprint"]
    assert refit["refit"]["to_model"] == refit["model"]["fingerprint"]
    for metric in "rfm":
        cuts = [cut for cut in found["cuts"] if cut["metric"] == metric]
        cuts = cuts[::-1] if metric == "r" else cuts
        assert [cut["now"] for cut in cuts] == cuts_now[metric]["values"]
        assert [cut["after"] for cut in cuts] == refit["model"]["cuts"][metric]["values"]
    with (project.folder / "movers.csv").open(encoding="utf-8", newline="") as file:
        listed = {row.pop("customer_id"): tuple(row.values()) for row in csv.DictReader(file)}
    assert listed == {key: (before[key][0], after[key][0], before[key][1], after[key][1]) for key in moved}
    assert found["listed"]["customers"] == len(moved) == sum(move["customers"] for move in found["moves"])


def test_it_agrees_with_whatif(project):
    project.run(later_orders(), SECOND)
    found = drift(project)
    model = RfmModel.from_json((project.current / "model.json").read_text(encoding="utf-8"))
    wish = Wish([], read_settings(None, {}), SECOND, project=project.home, model=model)
    # Another number for each metric learns it anew, and percentile says the default rule in its own words.
    told = whatif(wish, {"method": "percentile", **{f"{metric}_cuts": (20, 40, 60, 80) for metric in "rfm"}})
    assert (told["move"], told["stay"]) == (found["moved"], found["customers"] - found["moved"])


def test_the_shares_are_those_of_the_day_of_the_fit_however_long_ago(project):
    at_fit = [cut["share_at_fit"] for cut in drift(project)["cuts"]]
    project.run(later_orders(), SECOND)
    project.run(f"{HEADER}Z1,C1,2025-07-01,9.00\n", SECOND.replace(day=3))
    found = drift(project)["cuts"]
    assert [cut["share_at_fit"] for cut in found] == at_fit
    receipt = json.loads((project.current / "run.json").read_text(encoding="utf-8"))["tie_receipt"][2]["customers"]
    assert float(found[-1]["share"]) == pytest.approx(1 - receipt[-1] / sum(receipt), abs=1e-6)


def test_a_project_from_before_this_finds_the_day_of_its_fit_in_its_snapshots(project):
    at_fit = [cut["share_at_fit"] for cut in drift(project)["cuts"]]
    file = project.current / "run.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    del report["cut_drift"]
    file.write_text(json.dumps(report), encoding="utf-8")
    project.run(later_orders(), SECOND)
    assert [cut["share_at_fit"] for cut in drift(project)["cuts"]] == at_fit


def test_where_nothing_tells_of_the_fit_nothing_is_said_of_it(project, tmp_path):
    (tmp_path / "other").mkdir()
    other = project_of(tmp_path / "other")
    model = RfmModel.from_json((project.current / "model.json").read_text(encoding="utf-8"))
    wish = other.wish(first_orders(), SECOND)
    run(replace(wish, model=model), other.home, in_project=True)
    found = drift(other)
    assert {cut["share_at_fit"] for cut in found["cuts"]} == {None}
    assert found["reached"]["at_fit"] is None


def test_a_run_warns_when_a_refit_is_due_and_not_after_it(project):
    assert "refit_due" not in codes(project.run(first_orders(), FIRST))
    report = project.run(later_orders(), SECOND)
    assert report["cut_drift"]["due"] is True
    [warning] = [one for one in report["warnings"] if one["code"] == "refit_due"]
    assert warning["message"].startswith(f"the cut points of {FIRST} fit the customers no longer: ")
    refit = project.run(f"{HEADER}Z9,C1,2025-06-30,1.00\n", SECOND, refresh={"refit": True})
    assert "refit_due" not in codes(refit)
    assert refit["cut_drift"]["due"] is False
    assert refit["refit"]["customers"] > 0


def test_only_a_refit_tells_of_one(project):
    assert "refit" not in project.run(later_orders(), SECOND)


def test_the_first_run_has_nothing_to_refit(tmp_path):
    report = project_of(tmp_path).run(first_orders(), FIRST, refresh={"refit": True})
    assert "refit" not in report
    assert report["cut_drift"]["share"] == "0.000000"


def test_other_settings_are_no_refit(project):
    report = project.run(later_orders(), SECOND, refresh={"refit": True}, model={"window": "6mo"})
    assert "refit" not in report


def test_with_another_scheme_only_the_cut_points_are_told_of(project):
    report = project.run(later_orders(), SECOND, refresh={"refit": True}, model={"scheme": "rf-10"})
    before = customers(project)
    assert {segment for segment, _ in before.values()} != {"Champions"}
    assert 0 < report["refit"]["customers"] < CUSTOMERS


def test_few_customers_make_no_refit_due(tmp_path):
    project = project_of(tmp_path)
    project.run(first_orders(99), FIRST)
    of_known = later_orders().splitlines(keepends=True)[:33]
    report = project.run("".join(of_known), SECOND)
    assert float(report["cut_drift"]["share"]) > 0.05
    assert report["cut_drift"]["due"] is False


def test_cut_points_of_ones_own_never_drift(tmp_path):
    own = {"r_cuts": [10, 20, 30, 40], "f_cuts": [2, 3, 4, 5], "m_cuts": [50, 100, 200, 400]}
    project = project_of(tmp_path, **own)
    project.run(first_orders(), FIRST)
    report = project.run(later_orders(), SECOND)
    assert (report["cut_drift"]["share"], report["cut_drift"]["due"]) == ("0.000000", False)
    assert drift(project)["moved"] == 0


@pytest.mark.parametrize(
    "model",
    [
        {"method": "kmeans", "best": "low"},
        {"method": "ntile", "scale": 10},
        {"method": "nested", "scale": 3},
        {"monetary": "average", "population": "ever", "window": "1mo"},
        {"recency": "elapsed", "scale": 4},
    ],
    ids=str,
)
def test_every_way_to_score_can_be_held_against_today(tmp_path, model):
    project = project_of(tmp_path, **model)
    project.run(first_orders(), FIRST)
    report = project.run(later_orders(), SECOND)
    before, found = customers(project), drift(project)
    assert found["moved_share"] == report["cut_drift"]["share"]
    assert found["recoded"] > 0
    refit = project.run(f"{HEADER}B0,C0,2025-06-30,200.50\n", SECOND, refresh={"refit": True})
    after = customers(project)
    assert sum(before[key][1] != after[key][1] for key in before) == found["recoded"]
    assert sum(before[key][0] != after[key][0] for key in before) == found["moved"]
    if found["moved"]:
        assert refit["refit"]["customers"] == found["moved"]
    shown = {cut["score"] for cut in found["cuts"]}
    scores = model.get("scale", 5)
    assert shown == (set(range(1, scores)) if model.get("best") == "low" else set(range(2, scores + 1)))


def test_the_list_neutralises_formulas(tmp_path):
    project = project_of(tmp_path)
    project.run(first_orders().replace(",C", ",=C"), FIRST)
    project.run(later_orders().replace(",C", ",=C"), SECOND)
    drift(project, out=tmp_path / "movers.csv")
    lines = (tmp_path / "movers.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 1
    assert all(line.startswith("'=C") for line in lines[1:])


def test_the_list_takes_the_place_of_no_other_file(project):
    (project.folder / "mine.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is no list of movers"):
        drift(project, out=project.folder / "mine.csv")


def test_a_folder_without_a_snapshot_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="no snapshot yet"):
        cut_drift(tmp_path, ENGINE)


def test_a_result_of_no_project_tells_of_no_drift(tmp_path):
    wish = project_of(tmp_path).wish(first_orders(), FIRST)
    report = run(replace(wish, project=None), tmp_path / "out")
    assert not {"cut_drift", "refit", "dwell"} & report.keys()


def test_nothing_is_written_by_looking(project):
    before = {path: path.stat().st_mtime_ns for path in project.home.rglob("*")}
    drift(project)
    assert {path: path.stat().st_mtime_ns for path in project.home.rglob("*")} == before
