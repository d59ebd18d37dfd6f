from __future__ import annotations

import contextlib
import errno
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql
from quintile.errors import StoreError, StoreFullError
from quintile.snapshots.disk import checksums, disk_errors, full_disk, require_space
from quintile.snapshots.store import Store
from tests.snapshots.publisher import STARTED, complete, current, fill, publish, store_at

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def small_disk(tmp_path):
    """A disk with room for 400 kB in 60 files."""
    disk = tmp_path / "small"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k,nr_inodes=60", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def take_every_inode(folder: Path) -> list[Path]:
    taken = []
    with contextlib.suppress(OSError):
        for count in range(100):
            (folder / f"{count}").touch()
            taken.append(folder / f"{count}")
    assert len(taken) < 60
    return taken


def test_checksums_name_every_file_below_the_folder(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / ".c").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"abc")
    assert checksums(tmp_path) == {
        "a": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "b/.c": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }


def test_too_little_room_is_refused_with_both_figures(tmp_path):
    require_space(tmp_path, 1)
    with pytest.raises(StoreFullError, match=r"at least 1,125,899,906,842,624 bytes are needed, [\d,]+ are free"):
        require_space(tmp_path, 1 << 50)


def test_an_error_of_the_system_says_where_and_why(tmp_path):
    missing = tmp_path / "missing" / "file"
    with pytest.raises(StoreError, match="No such file or directory") as refused, disk_errors(tmp_path):
        missing.write_text("")
    assert (refused.value.place.file, refused.value.exit_code) == (str(missing), 2)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("kind", [OSError, RuntimeError])
def test_a_full_disk_is_known_by_its_code_or_by_the_words_of_a_database(tmp_path, code, kind):
    error = OSError(code, os.strerror(code)) if kind is OSError else RuntimeError(f"IO Error: {os.strerror(code)}")
    with pytest.raises(StoreFullError, match="at least 8 bytes are needed") as full, full_disk(tmp_path, lambda: 8):
        raise error
    assert full.value.exit_code == 74


def test_other_errors_are_no_full_disk(tmp_path):
    with pytest.raises(ZeroDivisionError), full_disk(tmp_path, lambda: 8):
        raise ZeroDivisionError


@pytest.mark.parametrize("round_", range(20))
def test_a_disk_that_runs_full_loses_nothing(small_disk, round_):
    publish(small_disk, "old")
    before = checksums(small_disk)

    def write_too_much() -> None:
        with store_at(small_disk).writing("run", started=STARTED) as draft:
            for part in range(40):
                (draft.folder / f"{part}.csv").write_bytes(b"x" * (12_000 + 997 * round_))

    with pytest.raises(StoreFullError, match=r"at least [\d,]{7} bytes are needed"):
        write_too_much()
    assert checksums(small_disk) == before
    assert complete(current(small_disk))
    assert complete(publish(small_disk, "new"))


@pytest.mark.parametrize("spare", [0, 1, 2])
def test_a_disk_without_room_for_the_pointer_or_a_link_loses_nothing(small_disk, spare):
    with Store(small_disk).writing("run", started=STARTED) as draft:
        fill(draft.folder, "old")
        draft.publish("old")
    before = checksums(small_disk / "snapshots")

    def publish_on_the_full_disk() -> None:
        with store_at(small_disk).writing("run", started=STARTED) as draft:
            fill(draft.folder, "new")
            for path in take_every_inode(draft.folder)[:spare]:
                path.unlink()
            draft.publish("new")

    with pytest.raises(StoreFullError):
        publish_on_the_full_disk()
    assert checksums(small_disk / "snapshots") == before
    assert complete(current(small_disk))
    assert complete(publish(small_disk, "new"))


def test_a_disk_that_is_full_before_the_run_is_told_and_nothing_is_lost(small_disk):
    publish(small_disk, "old")
    take_every_inode(small_disk)
    before = checksums(small_disk)
    with pytest.raises(StoreFullError):
        publish(small_disk, "new")
    assert checksums(small_disk) == before
    assert complete(current(small_disk))


def test_a_database_that_fills_the_disk_ends_as_a_full_store(small_disk):
    publish(small_disk, "old")
    engine = DuckDbEngine([small_disk])

    def write_too_much() -> None:
        with store_at(small_disk).writing("run", started=STARTED) as draft:
            draft.require_space(90_000)
            engine.write(Sql("SELECT hash(range) FROM range(1000000)"), draft.folder / "customers.csv")

    with pytest.raises(StoreFullError, match="at least 90,000 bytes are needed"):
        write_too_much()
    engine.close()
    assert complete(current(small_disk))
