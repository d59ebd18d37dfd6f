"""A disk that runs full in a job on a project: the job says so, nothing is lost, and with more room it ends as ever."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

import quintile
from quintile.config.read import read_settings
from quintile.errors import StoreFullError
from quintile.jobs.demo import SETTINGS_TEXT
from quintile.jobs.quarantined import write_quarantine
from quintile.jobs.workplace.wish import Wish
from quintile.snapshots.disk import checksums
from tests.forked import printed
from tests.golden.killed import JOBS, KILLS, MANY, Before, ended_in, files_of, shown_by

FULL = 74
ROUNDS = 20 if MANY else KILLS
_DISK, _FILES, _MOST = 4_000_000, 5_000, 200_000  # bytes and files of the disk, bytes that a round leaves free at most


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "small"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},nr_inodes={_FILES}", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


ORDERS = "order_id,customer_id,order_date,amount\nO1,A,2025-06-01,10.00\nO2,A,2025-06-20,twenty\nO3,B,2025-06-21,5.00\n"


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("init", "{orders}", "--project", "{disk}", "--force"), "quintile.toml"),
        (("demo", "--out", "{disk}", "--only-shop", "--customers", "2000"), "quintile.toml"),
        (("quarantine", "{orders}", "--out", "{disk}", "--max-bad-share", "1"), None),
    ],
    ids=["init", "demo", "quarantine"],
)
def test_a_file_of_the_user_s_own_outlives_a_full_disk(words, file, small_disk, tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text(ORDERS, encoding="utf-8")
    kept = SETTINGS_TEXT if words[0] == "demo" else "[model]\nscale = 3\n"
    if file is not None:
        (small_disk / file).write_text(kept, encoding="utf-8")
    (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free - 4096 * (words[0] == "demo")))
    os.sync()
    command = [word.format(orders=orders, disk=small_disk) for word in words]
    found = subprocess.run([sys.executable, "-m", "quintile", *command], capture_output=True, text=True, check=False)
    assert (found.returncode, "Traceback" in found.stderr) == (FULL, False), found.stderr
    if file is not None:
        assert (small_disk / file).read_text(encoding="utf-8") == kept
    assert sorted(path.name for path in small_disk.iterdir() if path.stat().st_size == 0) == []


@pytest.mark.parametrize(
    "words",
    [
        ("init", "--project", "{disk}/new"),
        ("demo", "--out", "{disk}/new", "--customers", "20"),
        ("quarantine", "{orders}", "--out", "{disk}/new", "--max-bad-share", "1"),
        ("run", "{orders}", "--out", "{disk}/new", "--max-bad-share", "1"),
        ("run", "{orders}", "--project", "{disk}/new", "--max-bad-share", "1"),
        ("plan", "{orders}", "--out", "{disk}/new", "--max-bad-share", "1"),
        ("dbt", "{orders}", "--out", "{disk}/new", "--max-bad-share", "1", "--dialect", "duckdb"),
        ("export", "{results}", "--lists", "{disk}/new"),
    ],
    ids=lambda words: words[0],
)
def test_a_disk_without_room_for_a_folder_is_told_as_full(words, small_disk, tmp_path):
    orders, results = tmp_path / "orders.csv", tmp_path / "results"
    orders.write_text(ORDERS, encoding="utf-8")
    places = {"orders": orders, "results": results, "disk": small_disk}
    if words[0] == "export":
        settings = {"reading": {"max_bad_share": 1.0}}
        quintile.run(orders, settings=settings, out=results)
    with contextlib.suppress(OSError):
        for number in range(_FILES):
            (small_disk / str(number)).touch()
    command = [word.format(**places) for word in words]
    found = subprocess.run([sys.executable, "-m", "quintile", *command], capture_output=True, text=True, check=False)
    assert (found.returncode, "Traceback" in found.stderr) == (FULL, False), found.stderr


def test_a_list_of_files_to_correct_outlives_a_full_disk(small_disk, tmp_path):
    orders, out = tmp_path / "orders.csv", small_disk / "fix"
    orders.write_text(ORDERS, encoding="utf-8")
    wish = Wish([orders], read_settings(None, {"ledger": {"base_currency": "EUR"}}))
    write_quarantine(wish, out)
    before = checksums(out)
    for spare in (0, 4096, 8192):
        (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free - spare))
        with contextlib.suppress(StoreFullError):
            write_quarantine(wish, out)
        assert checksums(out) == before
        (small_disk / "filler").unlink()
    assert write_quarantine(wish, out)["rows"] == 1


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_disk_that_runs_full_loses_nothing(job, small_disk, tmp_path):
    before, codes = Before(job, tmp_path), []
    for round_ in range(ROUNDS):
        own = before.copy(small_disk / str(round_))
        spare = _MOST * round_ // ROUNDS
        filler = small_disk / "filler"
        filler.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - spare)))
        os.sync()
        codes.append(ended_in(own, job))
        assert codes[-1] in (0, FULL), printed()
        if codes[-1] == FULL and job.publishes:
            assert shown_by(own) == before.shown[0]
        before.check_between(own)
        filler.unlink()
        before.check_completed(own)
        assert files_of(own) == before.after
        shutil.rmtree(own)
    assert FULL in codes
