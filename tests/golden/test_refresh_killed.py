"""A refresh that is killed anywhere leaves the earlier state or the new one, and the next run gives equal bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from quintile.domain.fail_point import VARIABLE
from tests.conftest import ROOT
from tests.golden.refreshes import ANY_DRIFT, FIRST, HEADER, Refreshed

if TYPE_CHECKING:
    from pathlib import Path

KILLED = -9
SECOND = f"""{HEADER}
O4,C,2025-02-24,9.90
O5,D,2025-06-30,7.50
O6,D,2025-06-30,oops
"""
PLACES = ("store.drafted:1", "store.marked:1", "store.kept:1", "store.kept:4", "store.renamed:1", "store.swapped:1")


def refresh(folder: Path, fail_at: str = "") -> int:
    accepted = [part for code in ANY_DRIFT for part in ("--accept", code)]
    command = ["run", "second.csv", "--project", "project", "--as-of", "2025-07-01", "--quiet", *accepted]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), VARIABLE: fail_at}
    return subprocess.run(
        [sys.executable, "-m", "quintile", *command], cwd=folder, env=environment, check=False
    ).returncode


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "project" / "store").rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def visible(folder: Path) -> dict[str, bytes]:
    """What a reader meets through the pointer."""
    return {path.name: path.read_bytes() for path in (folder / "project" / "store" / "current").iterdir()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project that was never killed: before the refresh, and after it."""
    folder = tmp_path_factory.mktemp("shop")
    Refreshed(folder).run(FIRST)
    (folder / "second.csv").write_text(SECOND, encoding="utf-8")
    after = folder.with_name("after")
    shutil.copytree(folder, after, symlinks=True)
    assert refresh(after) == 0
    return folder, files_of(folder), files_of(after)


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_refresh_shows_one_state_and_ends_in_equal_bytes(shop, tmp_path, place):
    folder, before, after = shop
    own = tmp_path / "own"
    shutil.copytree(folder, own, symlinks=True)
    assert refresh(own, place) == KILLED
    assert visible(own) in (visible(folder), visible(folder.with_name("after")))
    assert files_of(own).items() >= before.items()
    assert refresh(own) == 0
    assert files_of(own) == after
