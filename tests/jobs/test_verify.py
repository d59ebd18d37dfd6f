"""Damage of any kind is found, named with its file, and told how to mend; a sound project is sound."""

from __future__ import annotations

import json
import shutil
from datetime import date

import duckdb
import pytest

from quintile.domain.settings import Settings
from quintile.errors import SettingsError
from quintile.jobs.erase import erase
from quintile.jobs.verify import verify
from quintile.jobs.verifying.recomputed import differences
from tests.golden.refreshes import FIRST, HEADER, Refreshed
from tests.jobs.grown import grow

SECOND = f"{HEADER}\nO5,D,2025-06-30,7.50\nO6,D,2025-06-30,oops\nO4,C,2025-02-24,9.90\n"


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    project = Refreshed(folder)
    project.run(FIRST)
    project.run(SECOND, date(2025, 7, 2))
    return folder


@pytest.fixture
def project(made, tmp_path):
    shutil.copytree(made, tmp_path / "own", symlinks=True)
    return Refreshed(tmp_path / "own")


def found(project, **more):
    return [(one["file"], one["problem"]) for one in verify(project.home, Settings(), **more)["problems"]]


def only(project, pattern):
    return next(iter(sorted((project.home / "store").glob(pattern))))


def test_a_project_is_sound_after_an_erasure_however_the_database_packs_what_is_left(tmp_path):
    home = grow(tmp_path)
    erase(home, ["C5"], Settings())
    assert verify(home, Settings(), recompute=True)["problems"] == []
    customers = max((home / "store" / "snapshots").glob("2025-07-01*")) / "customers.parquet"
    duckdb.connect().execute(
        f"COPY (SELECT * REPLACE (9 AS frequency) FROM '{customers}') TO '{customers}.new' (FORMAT parquet)"
    )
    customers.with_name("customers.parquet.new").replace(customers)
    assert [one.path for one in differences(home, Settings(), lambda _step: None)] == [customers]


def test_a_sound_project_has_no_problem_and_is_the_same_made_anew(project):
    checked = verify(project.home, Settings(), recompute=True)
    assert checked["problems"] == []
    assert (checked["snapshots"], checked["recomputed"]) == (2, True)


@pytest.mark.parametrize(
    "pattern",
    ["ledger/*", "superseded/*", "identity/*", "quarantine/*", "orders/*", "customers/*", "snapshots/*/customers.csv"],
)
def test_a_flipped_byte_is_found(project, pattern):
    path = only(project, pattern)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    name = path.relative_to(project.home).as_posix()
    assert (name, "the file is not as it was written") in found(project)


@pytest.mark.parametrize("pattern", ["ledger/*", "orders/*", "snapshots/*/segments.csv"])
def test_a_file_that_is_gone_is_found(project, pattern):
    path = only(project, pattern)
    path.unlink()
    assert (path.relative_to(project.home).as_posix(), "the file is gone") in found(project)


def test_a_changed_report_is_found(project):
    path = only(project, "snapshots/*/run.json")
    path.write_text(path.read_text().replace('"as_of_given": true', '"as_of_given": false'))
    assert found(project) == [(path.relative_to(project.home).as_posix(), "the report is not as it was published")]


def test_a_bridge_that_does_not_add_up_is_found(project):
    path = only(project, "snapshots/*/run.json")
    report = json.loads(path.read_text())
    report["bridge"][0]["rows"] += 1
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    assert any("does not add up" in what for _, what in found(project))


def test_a_report_that_is_no_json_is_found(project):
    path = only(project, "snapshots/*/run.json")
    path.write_text("{")
    assert (path.relative_to(project.home).as_posix(), "the report cannot be read") in found(project)


def test_a_pointer_to_nowhere_is_found(project):
    (project.home / "store" / "current").unlink()
    (project.home / "store" / "current").symlink_to("snapshots/gone")
    assert any(file == "store/current" for file, _ in found(project))


def test_files_that_nothing_names_are_found(project):
    (project.home / "store" / "ledger" / "mine.parquet").write_text("x")
    (project.current.resolve() / "mine.txt").write_text("x")
    names = {file.rpartition("/")[2] for file, what in found(project) if what == "nothing names this file"}
    assert names == {"mine.parquet", "mine.txt"}


def test_a_damaged_state_is_found(project):
    (project.home / "state.sqlite").write_bytes(b"nothing of the kind " * 200)
    for beside in ("state.sqlite-wal", "state.sqlite-shm"):
        (project.home / beside).unlink(missing_ok=True)
    assert any("state cannot be used" in what for _, what in found(project))


def test_a_ledger_with_other_rows_and_right_checksums_is_found_by_making_it_anew(project):
    """Somebody who changes a row and every checksum: only the rows themselves can tell."""
    path = only(project, "snapshots/*/customers.csv")
    home = project.current.resolve()
    path = home / "customers.parquet"
    query = f"SELECT * REPLACE (monetary + 1 AS monetary) FROM '{path}'"
    duckdb.connect().execute(f"COPY ({query}) TO '{home / 'other'}' (FORMAT parquet)")
    (home / "other").rename(path)
    from quintile.jobs.project.sealed import CHECKSUM, digest_of  # noqa: PLC0415 - what a forger would use
    from quintile.sources.files import checksum  # noqa: PLC0415

    report = json.loads((home / "run.json").read_text())
    report["files"]["customers.parquet"] = checksum(path)
    report[CHECKSUM] = digest_of(report)
    (home / "run.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    assert found(project) == []
    assert [what for _, what in found(project, recompute=True)] == ["the ledger's rows give other bytes"]


def test_other_settings_are_refused_before_anything_is_compared(project):
    from dataclasses import replace  # noqa: PLC0415

    other = replace(Settings(), ledger=replace(Settings().ledger, refunds="gross"))
    with pytest.raises(SettingsError, match="other settings"):
        verify(project.home, other, recompute=True)


def test_verify_changes_nothing(project):
    def files():
        kept = (project.home / "store").rglob("*")
        return {path: path.read_bytes() for path in kept if path.is_file() and path.name != ".lock"}

    before = files()
    verify(project.home, Settings(), recompute=True)
    assert files() == before
