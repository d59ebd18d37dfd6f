"""A history that is killed anywhere leaves whole snapshots alone, and the next one ends in equal bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from quintile.domain.fail_point import VARIABLE
from tests.conftest import ROOT
from tests.golden.refreshes import FIRST, Refreshed

if TYPE_CHECKING:
    from pathlib import Path

KILLED, ADDED = -9, 4
# Where it is killed -> how many past snapshots stand then.
PLACES = {
    "store.drafted:1": 0,
    "store.entry_synced:3": 0,
    "store.folder_synced:1": 0,
    "store.added:1": 1,
    "store.entry_synced:12": 1,
    "store.added:3": 3,
    f"store.added:{ADDED}": ADDED,
    "store.discarding:1": ADDED,
    "store.discarded:1": ADDED,
}


def history(folder: Path, fail_at: str = "") -> int:
    command = ["history", "--project", "project", "--from", "2025-03-01", "--quiet"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), VARIABLE: fail_at}
    return subprocess.run(
        [sys.executable, "-m", "quintile", *command], cwd=folder, env=environment, check=False
    ).returncode


def files_of(folder: Path) -> dict[str, bytes]:
    home = folder / "project"
    paths = (path for path in home.rglob("*") if path.is_file() and path.name != ".lock")
    shown = (path for path in paths if not any(part.startswith((".writing", ".gone")) for part in path.parts))
    return {str(path.relative_to(home)): path.read_bytes() for path in shown}


def snapshots_of(folder: Path) -> set[str]:
    return {path.name for path in (folder / "project/store/snapshots").iterdir() if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project before its history and after it, never killed."""
    folder = tmp_path_factory.mktemp("shop")
    Refreshed(folder).run(FIRST)
    after = folder.with_name("after_history")
    shutil.copytree(folder, after, symlinks=True)
    assert history(after) == 0
    assert len(snapshots_of(after)) == 1 + ADDED
    return folder, files_of(folder), after, files_of(after)


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_history_leaves_whole_snapshots_and_the_next_one_completes_it(shop, tmp_path, place):
    folder, before, _, after = shop
    own = tmp_path / "own"
    shutil.copytree(folder, own, symlinks=True)
    pointer = (own / "project/store/current").readlink()
    assert history(own, place) == KILLED
    assert before.items() <= files_of(own).items() <= after.items()
    assert len(snapshots_of(own)) == 1 + PLACES[place]
    assert (own / "project/store/current").readlink() == pointer
    assert history(own) == 0
    assert files_of(own) == after
    assert (own / "project/store/current").readlink() == pointer
