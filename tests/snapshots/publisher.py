"""A run as a process of its own, for tests that kill it: python publisher.py DIR RUN_ID MODE SNAPSHOT_ID..."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from quintile.domain.fail_point import VARIABLE
from quintile.snapshots.disk import checksums
from quintile.snapshots.store import Store

NAMES = ("customers.csv", "segments.csv")
STARTED = "2025-06-01 09:00"
KILLED = -9


def text_of(name: str, snapshot_id: str) -> str:
    return f"{name} {snapshot_id}\n" * 500


def fill(folder: Path, snapshot_id: str) -> None:
    for name in NAMES:
        (folder / name).write_text(text_of(name, snapshot_id))


def store_at(root: Path) -> Store:
    return Store(root, top_links=NAMES)


def publish(root: Path, snapshot_id: str, run_id: str = "run") -> Path:
    with store_at(root).writing(run_id, started=STARTED) as draft:
        fill(draft.folder, snapshot_id)
        return draft.publish(snapshot_id)


def keep(root: Path, snapshot_id: str, run_id: str = "run") -> Path:
    """Publish a snapshot with two files that outlive it."""
    with store_at(root).writing(run_id, started=STARTED) as draft:
        fill(draft.folder, snapshot_id)
        for number in (1, 2):
            file = draft.kept / "ledger" / f"{snapshot_id}-{number}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(snapshot_id)
        return draft.publish(snapshot_id)


def add(root: Path, snapshot_ids: list[str], run_id: str = "run") -> list[str]:
    """Add past snapshots in one go; returns the names of their folders."""
    names = []
    with store_at(root).writing(run_id, started=STARTED) as draft:
        for snapshot_id in snapshot_ids:
            fill(draft.folder, snapshot_id)
            names.append(draft.add(snapshot_id).name)
    return names


def current(root: Path) -> Path:
    """The published snapshot, which has to be there."""
    home = store_at(root).current()
    assert home is not None
    return home


def complete(home: Path) -> bool:
    """The snapshot holds exactly the files of its id, byte for byte."""
    expected = {name: hashlib.sha256(text_of(name, home.name).encode()).hexdigest() for name in NAMES}
    return checksums(home) == expected


def start(root: Path, run_id: str, mode: str, *snapshot_ids: str, fail_at: str = "") -> subprocess.Popen[str]:
    """Start the process.

    MODE is publish or keep (each id), add (all), hold (take the lock and stay) or wait (like --wait).
    """
    search = os.pathsep.join(str(Path(entry).resolve()) for entry in sys.path)
    command = [sys.executable, __file__, str(root), run_id, mode, *snapshot_ids]
    environment = os.environ | {"PYTHONPATH": search, VARIABLE: fail_at}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> str:
    """Wait until the process says how far it is."""
    assert process.stdout is not None
    return process.stdout.readline()


def main(root: Path, run_id: str, mode: str, snapshot_ids: list[str]) -> None:
    if mode in ("publish", "keep"):
        sys.stdout.write("started\n")
        sys.stdout.flush()
        for snapshot_id in snapshot_ids:
            (keep if mode == "keep" else publish)(root, snapshot_id, run_id)
        return
    if mode == "add":
        add(root, snapshot_ids, run_id)
        return
    with store_at(root).writing(run_id, started=STARTED, wait=mode == "wait") as draft:
        sys.stdout.write("holding\n")
        sys.stdout.flush()
        if mode == "hold":
            time.sleep(60)
        fill(draft.folder, snapshot_ids[0])
        draft.publish(snapshot_ids[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
