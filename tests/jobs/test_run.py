from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date

import pytest

import quintile
from quintile.domain.rfm_model import RfmModel
from quintile.errors import ConservationError, DataError
from quintile.jobs.results.result import Result
from quintile.jobs.run import RESULT_FILES, run, run_in_memory
from quintile.jobs.workplace.workplace import today
from quintile.sources.files import checksum
from tests.jobs.shop import RFM, wish_for, write_shop


@pytest.fixture
def report(tmp_path):
    """The content of a published run.json."""
    run(wish_for(write_shop(tmp_path)), tmp_path / "out")
    return json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_files_of_a_snapshot_lie_at_the_top(tmp_path):
    run(wish_for(write_shop(tmp_path)), tmp_path / "out")
    with (tmp_path / "out" / "customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {
        row["customer_id"]: (int(row["recency_days"]), int(row["frequency"]), row["monetary"]) for row in rows
    } == RFM
    assert all((tmp_path / "out" / name).is_file() for name in RESULT_FILES)


def test_run_json_says_what_was_run_and_what_came_of_it(report, tmp_path):
    assert report["quintile"] == quintile.__version__
    assert (report["as_of"], report["as_of_given"]) == ("2025-07-01", True)
    assert report["window"] == {"length": "12mo", "start": "2024-07-01", "end": "2025-07-01"}
    assert (report["recency"], report["time_zone"], report["currency"]) == ("calendar", "UTC", None)
    assert report["inputs"][0]["sha256"] == checksum(tmp_path / "orders.csv")
    assert report["counts"] == {
        "rows_in": 4, "rows_kept": 4, "rows_quarantined": 0, "rows_deduplicated": 0, "rows_excluded": 0,
        "customers": 3, "buyers": 3, "first_order": "2024-12-24", "last_order": "2025-06-20",
    }  # fmt: skip
    assert [line["amount"] for line in report["bridge"] if line["total"]] == ["134.95"] * 4
    assert [receipt["metric"] for receipt in report["tie_receipt"]] == ["r", "f", "m"]
    assert sum(line["customers"] for line in report["segments"]) == 3
    assert sum(cell["customers"] for cell in report["grid"]) == 3


def test_run_json_names_every_other_file_by_its_checksum(report, tmp_path):
    others = sorted(set(RESULT_FILES) - {"run.json", "report.html"})  # the page is made from run.json
    assert report["files"] == {name: checksum(tmp_path / "out" / name) for name in others}


def test_run_json_says_nothing_of_the_clock_or_the_machine(report, tmp_path):
    text = json.dumps(report)
    assert str(tmp_path) not in text
    assert str(today("UTC")) not in text


def test_the_kept_model_is_the_one_that_scored(report, tmp_path):
    kept = RfmModel.from_json((tmp_path / "out" / "model.json").read_text(encoding="utf-8"))
    assert kept.as_dict() == report["model"]
    assert kept.cuts is not None


def test_equal_sources_and_settings_give_the_same_snapshot(tmp_path):
    ids = [run(wish_for(write_shop(tmp_path)), tmp_path / out)["snapshot"] for out in ("one", "two", "one")]
    assert len(set(ids)) == 1
    assert ids[0].startswith("2025-07-01-")
    assert files_of(tmp_path / "one").keys() == files_of(tmp_path / "two").keys()


@pytest.mark.parametrize(
    "change", [{"model": {"scale": 3}}, {"output": {"formats": ["csv"]}}, {"ledger": {"grain": "day"}}]
)
def test_other_settings_give_another_snapshot(tmp_path, change):
    file = write_shop(tmp_path)
    ids = {run(wish_for(file, chosen), tmp_path / "out")["snapshot"] for chosen in ({}, change)}
    assert len(ids) == 2


def test_only_the_wished_formats_are_written(tmp_path):
    run(wish_for(write_shop(tmp_path), {"output": {"formats": ["csv"]}}), tmp_path / "out")
    assert not (tmp_path / "out" / "customers.parquet").exists()
    assert (tmp_path / "out" / "customers.csv").is_file()


@pytest.mark.parametrize("error", [ConservationError("lost"), KeyboardInterrupt(), DataError("x", "y", fix="z")])
def test_whatever_ends_a_run_leaves_the_earlier_results_untouched(tmp_path, monkeypatch, error):
    wish = wish_for(write_shop(tmp_path))
    run(wish, tmp_path / "out")
    before = files_of(tmp_path / "out")

    def fails(*_args, **_more):
        raise error

    monkeypatch.setattr(Result, "write", fails)
    with pytest.raises(type(error)):
        run(replace(wish, as_of=date(2025, 6, 1)), tmp_path / "out")
    assert files_of(tmp_path / "out") == before


def test_a_project_publishes_into_its_store(tmp_path):
    done = run(wish_for(write_shop(tmp_path)), tmp_path / "project", in_project=True)
    assert done["folder"].startswith(str(tmp_path / "project" / "store"))
    assert not (tmp_path / "project" / "customers.csv").exists()


def test_every_step_is_told(tmp_path):
    told: list[str] = []
    run(wish_for(write_shop(tmp_path)), tmp_path / "out", on_step=told.append)
    assert told.pop(1).startswith("reading 4 rows: about 157.3 MB of memory, of ")
    assert told == [
        "reading", "building the ledger", "measuring recency, frequency and monetary", "scoring", "writing the results",
    ]  # fmt: skip


def test_the_run_in_memory_publishes_the_same_by_wish(tmp_path):
    wish = wish_for(write_shop(tmp_path))
    run(wish, tmp_path / "one")
    run_in_memory(wish, tmp_path / "two")
    assert (tmp_path / "one" / "run.json").read_bytes() == (tmp_path / "two" / "run.json").read_bytes()
