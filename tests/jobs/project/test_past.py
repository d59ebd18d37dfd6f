"""What stands before a snapshot: the dates of its scheme, who moved as migration counts it, what alerts tells."""

from __future__ import annotations

import json
import shutil

import pytest

from quintile.config.read import read_settings
from quintile.domain.snapshot import as_now_known
from quintile.engine.duckdb import DuckDbEngine
from quintile.export.past import past_pictures, past_words
from quintile.insight.alerts import DATES
from quintile.jobs.alerts import alerts
from quintile.jobs.migration import migrated
from quintile.jobs.project.past import past_of
from quintile.snapshots.series import report_of, series
from tests.jobs.grown import grow


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.fixture
def store(project, tmp_path):
    return shutil.copytree(project / "store", tmp_path / "store", symlinks=True)


def past(store, place=-1, least=1):
    one = as_now_known(series(store))[place]
    engine = DuckDbEngine([store], [])
    try:
        return past_of(engine, one.folder, report_of(one), store, least)
    finally:
        engine.close()


def rewrite(snapshot, change):
    report = report_of(snapshot)
    change(report)
    (snapshot.folder / "run.json").write_text(json.dumps(report), encoding="utf-8")


def test_the_dates_before_come_in_order_and_the_first_has_none(store):
    found = past(store)
    assert [one["as_of"] for one in found.dates] == [one.as_of for one in as_now_known(series(store))][:-1]
    assert (found.previous, found.before) == ("2025-06-01", found.dates[-1])
    assert past(store, 0) is None


def test_the_moves_are_those_that_migration_counts(project):
    found, (earlier, later) = past(project / "store"), as_now_known(series(project / "store"))[-2:]
    matrix = migrated(project / "store", earlier, later)["matrix"]

    def counted(lines):
        return {(line["from"], line["to"]): line["customers"] for line in lines}

    assert counted(found.moves) == counted(matrix)
    assert {None} < {line["from"] for line in found.moves}
    assert {None} < {line["to"] for line in found.moves}


def test_the_alerts_are_those_of_the_command(project):
    settings = read_settings(None, {"alerts": {"least_customers": 1}})
    told = [line for line in alerts(project, settings)["alerts"] if line["kind"] == "movement"]
    found = past(project / "store").unusual
    assert [(one.segment, one.measure) for one in found] == [(line["segment"], line["measure"]) for line in told]


def test_another_scheme_is_left_out_and_nobody_is_followed_from_it(store):
    rewrite(as_now_known(series(store))[-2], lambda report: report["model"].update(scheme="other"))
    found = past(store)
    assert found.previous == "2025-06-01"
    assert found.dates[-1]["as_of"] == "2025-05-01"
    assert (found.before, found.moves) == (None, None)


def test_only_other_schemes_before_are_told_and_not_drawn(store):
    for one in as_now_known(series(store))[:-1]:
        rewrite(one, lambda report: report["model"].update(scale=3))
    found, report = past(store), report_of(as_now_known(series(store))[-1])
    assert (found.previous, found.dates, found.before, found.moves) == ("2025-06-01", [], None, None)
    assert past_pictures(report, found) == []
    assert past_words(report, found) == {
        "lead": "Another scheme or scale made the segments until 1 June 2025; they cannot be laid beside these.",
        "alerts": [],
        "since": None,
        "why": (),
    }


def test_another_model_is_followed_and_not_judged(store):
    rewrite(as_now_known(series(store))[-2], lambda report: report["model"].update(fingerprint="refitted"))
    found = past(store)
    assert found.moves
    assert found.unusual is None


def test_a_snapshot_without_a_file_of_its_customers_has_no_flow(store):
    (as_now_known(series(store))[-2].folder / "customers.parquet").unlink()
    found = past(store)
    assert found.before is not None
    assert found.moves is None


def test_the_past_is_bounded(store):
    first = as_now_known(series(store))[0]
    for year in range(1990, 2020):
        copy = shutil.copytree(first.folder, first.folder.with_name(f"{year}-01-01-copy"))
        report = {**report_of(first), "as_of": f"{year}-01-01"}
        (copy / "run.json").write_text(json.dumps(report), encoding="utf-8")
    assert len(past(store).dates) == DATES - 1
