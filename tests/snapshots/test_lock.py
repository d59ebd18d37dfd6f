from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quintile.errors import StoreBusyError
from quintile.snapshots.lock import Holder, writer_lock
from tests.snapshots.publisher import STARTED, complete, current, first_line, publish, start, store_at

if TYPE_CHECKING:
    from pathlib import Path

ME = Holder.this_process("mine", STARTED)


def test_a_holder_survives_its_json():
    assert Holder.from_json(ME.to_json()) == ME


@pytest.mark.parametrize("text", [b"", b'{"run_id": "a', b"[]", b"{}", b"\xff"])
def test_an_unfinished_holder_is_nobody(text):
    assert Holder.from_json(text) is None


def test_a_second_writer_is_told_who_writes(tmp_path):
    holder = start(tmp_path, "nightly", "hold")
    with holder:
        assert first_line(holder) == "holding\n"
        begin = time.monotonic()
        with pytest.raises(StoreBusyError) as busy, store_at(tmp_path).writing("second", started=STARTED):
            pass
        assert time.monotonic() - begin < 2
        holder.kill()
    host = os.uname().nodename
    assert busy.value.exit_code == 75
    assert busy.value.place.file == str(tmp_path)
    assert busy.value.message == (
        f"run 'nightly' (process {holder.pid} on {host}, started 2025-06-01 09:00) is writing here"
    )


def test_a_second_writer_in_the_same_process_is_refused_too(tmp_path):
    with (
        store_at(tmp_path).writing("first", started=STARTED),
        pytest.raises(StoreBusyError, match="run 'first'"),
        store_at(tmp_path).writing("second", started=STARTED),
    ):
        pass
    assert complete(publish(tmp_path, "a"))


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path):
    with start(tmp_path, "killed", "hold") as holder:
        first_line(holder)
        holder.kill()
    with store_at(tmp_path).writing("next", started=STARTED) as draft:
        pass
    who = f"run 'killed' (process {holder.pid} on {os.uname().nodename}, started 2025-06-01 09:00)"
    ending = "was stopped before it published anything; its unfinished files were removed"
    assert [str(run) for run in draft.stopped] == [f"{who} {ending}"]


def test_a_writer_that_waits_gets_its_turn(tmp_path):
    with store_at(tmp_path).writing("first", started=STARTED):
        waiting = start(tmp_path, "second", "wait", "b")
        with pytest.raises(StoreBusyError), store_at(tmp_path).writing("third", started=STARTED):
            pass
        time.sleep(0.3)
        assert waiting.poll() is None
    _, complaints = waiting.communicate(timeout=10)
    assert complaints == ""
    assert current(tmp_path).name == "b"


def test_two_concurrent_writers_leave_every_snapshot_whole(tmp_path):
    with start(tmp_path, "one", "wait", "a") as one, start(tmp_path, "two", "wait", "b") as two:
        assert (one.wait(10), two.wait(10)) == (0, 0)
    assert complete(tmp_path / "snapshots" / "a")
    assert complete(tmp_path / "snapshots" / "b")


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("quintile.snapshots.lock._PAUSE_SECONDS", 0.001)


def told_while_held(lock: Path, text: bytes) -> str:
    """Hold the lock, with ``text`` as the name of its holder: what does a second run say?"""
    with writer_lock(lock, ME, wait=False):
        lock.write_bytes(text)
        with pytest.raises(StoreBusyError) as busy, writer_lock(lock, ME, wait=False):
            pass
    return busy.value.message


@pytest.mark.usefixtures("impatient")
def test_a_holder_that_has_not_written_its_name_is_another_run(tmp_path):
    assert told_while_held(tmp_path / ".lock", b"") == "another run is writing here"


@pytest.mark.usefixtures("impatient")
def test_the_name_of_a_dead_holder_is_not_told_for_a_living_one(tmp_path):
    with start(tmp_path, "dead", "hold") as dead:
        first_line(dead)
        dead.kill()
    lock = tmp_path / "snapshots" / ".lock"
    left = lock.read_bytes()
    assert b'"dead"' in left
    assert told_while_held(lock, left) == "another run is writing here"


def test_a_holder_on_another_machine_is_told_though_its_process_cannot_be_seen(tmp_path):
    elsewhere = replace(ME, pid=2**22 + 1, host="elsewhere")
    assert "on elsewhere, started" in told_while_held(tmp_path / ".lock", elsewhere.to_json())


def test_the_lock_names_nobody_after_its_run(tmp_path):
    with writer_lock(tmp_path / ".lock", ME, wait=False):
        assert Holder.from_json((tmp_path / ".lock").read_bytes()) == ME
    assert (tmp_path / ".lock").read_bytes() == b""
