"""The page of a result: beside its run.json, in a project with the trend, and why customers moved if it is asked."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError, StoreError
from quintile.jobs.alerts import missed_targets
from quintile.jobs.migration import migration
from quintile.jobs.report_page import report
from quintile.jobs.results.result import PAGE
from quintile.jobs.run import run
from tests.jobs.shop import ORDERS, wish_for, write_shop


def test_a_run_writes_the_page_and_leaves_it_out_of_its_checksums(tmp_path):
    out = tmp_path / "out"
    run(wish_for(write_shop(tmp_path)), out)
    assert (out / PAGE).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert PAGE not in json.loads((out / "run.json").read_text(encoding="utf-8"))["files"]


def test_a_page_made_later_is_the_same(tmp_path):
    out = tmp_path / "out"
    run(wish_for(write_shop(tmp_path)), out)
    written = report(out, out=tmp_path / "again.html")
    assert written.read_bytes() == (out / PAGE).read_bytes()


def test_a_run_can_leave_the_page_out_and_it_can_be_made_later(tmp_path):
    out = tmp_path / "out"
    run(wish_for(write_shop(tmp_path), {"output": {"report": False}}), out)
    assert not (out / PAGE).exists()
    assert report(out) == out / PAGE
    assert (out / PAGE).is_file()
    run(wish_for(write_shop(tmp_path)), out)


def test_a_project_tells_the_trend_since_the_snapshot_before(tmp_path):
    project = tmp_path / "project"
    file = write_shop(tmp_path)
    run(wish_for(file, as_of=date(2025, 6, 1)), project, in_project=True)
    write_shop(tmp_path, ORDERS + "O5,D,2025-06-28,400.00\n")
    home = run(wish_for(file), project, in_project=True)["folder"]
    page = (tmp_path / home / PAGE).read_text(encoding="utf-8")
    assert "on 1 June 2025" in page
    assert "quintile report --project DIR" in page


def test_a_page_of_a_project_that_is_asked_for_tells_why_and_which_targets_were_missed(tmp_path):
    project, file = tmp_path / "project", write_shop(tmp_path)
    (tmp_path / "project").mkdir()
    (project / "quintile.toml").write_text("[targets]\naverage_order_value = 100000\n", encoding="utf-8")
    run(wish_for(file, as_of=date(2025, 6, 1)), project, in_project=True)
    write_shop(tmp_path, ORDERS + "O5,D,2025-06-28,400.00\n")
    run(wish_for(file), project, in_project=True)
    page = unescape(report(project=project, out=tmp_path / "asked.html").read_text(encoding="utf-8"))
    why = migration(project)["statements"]
    missed = missed_targets(project, read_settings(project / "quintile.toml", {}), "2025-07-01")
    assert why
    assert missed
    assert [one for one in (*why, *missed) if one not in page] == []


def test_a_page_is_written_where_an_earlier_snapshot_cannot_be_followed(tmp_path):
    project, file = tmp_path / "project", write_shop(tmp_path)
    first = run(wish_for(file, as_of=date(2025, 6, 1)), project, in_project=True)["folder"]
    write_shop(tmp_path, ORDERS + "O5,D,2025-06-28,400.00\n")
    run(wish_for(file), project, in_project=True)
    (Path(first) / "orders.json").unlink()
    page = report(project=project, out=tmp_path / "asked.html").read_text(encoding="utf-8")
    assert "This cannot be told: the snapshot 2025-06-01@1 has no orders.json" in page


def test_an_earlier_analysis_date_has_no_trend(tmp_path):
    project = tmp_path / "project"
    home = run(wish_for(write_shop(tmp_path)), project, in_project=True)["folder"]
    assert "<dt>Trend</dt>" not in (tmp_path / home / PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": 1}'])
def test_what_is_no_report_of_a_run_is_named(tmp_path, text):
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        report(tmp_path)
    assert caught.value.code == "results"
    assert caught.value.place.file == str(tmp_path / "run.json")


def test_a_project_without_a_snapshot_is_named(tmp_path):
    with pytest.raises(SettingsError, match="no snapshot"):
        report(project=tmp_path)


def test_one_result_has_to_be_named(tmp_path):
    with pytest.raises(SettingsError, match="which result"):
        report()
    with pytest.raises(SettingsError, match="one result"):
        report(tmp_path, project=tmp_path)


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    run(wish_for(write_shop(tmp_path)), out)
    (tmp_path / "taken").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        report(out, out=tmp_path / "taken")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.csv", "out", "taken"]


def test_a_playbook_of_ones_own_stands_on_the_cards(tmp_path):
    out = tmp_path / "out"
    run(wish_for(write_shop(tmp_path)), out)
    segments = json.loads((out / "run.json").read_text(encoding="utf-8"))["ranking"]
    plays = tmp_path / "ours.toml"
    text = "".join(
        f'[[plays]]\nsegment = "{name}"\nlike = "loyal"\nactions = ["Ring {name} & co."]\n' for name in segments
    )
    plays.write_text(text, encoding="utf-8")
    page = report(out, out=tmp_path / "own.html", playbook=plays).read_text(encoding="utf-8")
    assert all(f"Ring {name} &amp; co." in page for name in segments)
    assert "Ring Champions" not in (out / PAGE).read_text(encoding="utf-8")


def test_a_playbook_that_does_not_fit_is_refused_and_nothing_is_written(tmp_path):
    out = tmp_path / "out"
    run(wish_for(write_shop(tmp_path)), out)
    (tmp_path / "ours.toml").write_text('[[plays]]\nsegment = "Gold"\nlike = "loyal"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="Gold"):
        report(out, out=tmp_path / "own.html", playbook=tmp_path / "ours.toml")
    assert not (tmp_path / "own.html").exists()


def test_an_average_order_value_is_shown_without_zeros_that_say_nothing(tmp_path):
    out = tmp_path / "out"
    found = run(wish_for(write_shop(tmp_path), {"model": {"monetary": "average"}}), out)
    assert any(cut and cut.endswith("0000000") for cut in found["tie_receipt"][2]["cuts"])
    assert not re.search(
        r">[^<>]*\.\d*00000[^<>]*<", (out / PAGE).read_text(encoding="utf-8").split('id="pictures"')[0]
    )
