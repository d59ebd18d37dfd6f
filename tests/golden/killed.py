"""Jobs on a project that are killed: what each begins with, what it ends with, and what may stand between the two."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from quintile.domain.settings import Settings
from quintile.jobs.erasing.rewriting import drafts_in
from quintile.jobs.verify import verify
from quintile.jobs.workplace.workplace import today
from tests.forked import ended, printed, start
from tests.golden.refreshes import ANY_DRIFT, FIRST, HEADER, Refreshed

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

# More kills than a quick suite can afford: QUINTILE_KILLS=40 QUINTILE_KILL_SEEDS=3 pytest tests/golden/test_killed.py
KILLS, SEEDS = (int(os.environ.get(f"QUINTILE_KILL{name}", default)) for name, default in (("S", "2"), ("_SEEDS", "1")))
SECOND = f"""{HEADER}
O4,C,2025-02-24,9.90
O5,D,2025-06-30,7.50
O6,D,2025-06-30,oops
"""
MANY = KILLS > 2
# The lock, and which erasures were obeyed: one that is begun twice has two numbers.
_NOT_COMPARED = (".lock", "erased.json")


@dataclass(frozen=True)
class Job:
    """``words`` is the command; ``begin`` makes the project in a folder.

    ``stages`` are the fail points that are the job's own; ``publishes`` says that what it does shows all at once.
    """

    name: str
    words: tuple[str, ...]
    begin: Callable[[Path], object]
    stages: tuple[str, ...]
    publishes: bool = True


def _one_run(folder: Path) -> None:
    Refreshed(folder).run(FIRST)
    (folder / "second.csv").write_text(SECOND, encoding="utf-8")


def _two_runs(folder: Path) -> None:
    project = Refreshed(folder)
    project.run(FIRST)
    project.run(SECOND, date(2025, 7, 2))


def _old_runs(folder: Path) -> None:
    project = Refreshed(folder)
    for day in (date(2022, 1, 1), date(2025, 7, 1)):
        project.run(FIRST.replace("2025-02", "2021-02"), day)
    (project.home / "quintile.toml").write_text('[model]\nwindow = "12mo"\n', encoding="utf-8")


def _since(day: date) -> str:
    return f"{(today('UTC') - day) // timedelta(days=1)}d"


def _of(room: str, stages: str) -> tuple[str, ...]:
    return tuple(f"{room}.{stage}" for stage in stages.split())


_REWRITING = _of("rewriting", "kept snapshot dropped")
_ACCEPTED = tuple(part for code in ANY_DRIFT for part in ("--accept", code))
JOBS = [
    Job(
        "run",
        ("run", "second.csv", "--as-of", "2025-07-01", "--quiet", *_ACCEPTED),
        _one_run,
        _of("store", "drafted entry_synced marked kept renamed swapped"),
    ),
    Job(
        "history",
        ("history", "--from", "2025-03-01", "--quiet"),
        _one_run,
        _of("store", "folder_synced added discarding"),
    ),
    Job("erase", ("erase", "C"), _two_runs, _of("erase", "buried swept certified") + _REWRITING, publishes=False),
    Job(
        "retention",
        ("retention", "--rows", _since(date(2022, 7, 1)), "--snapshots", _since(date(2023, 7, 1))),
        _old_runs,
        _of("retention", "removed rewritten") + _REWRITING,
        publishes=False,
    ),
]


class Before:
    """A job's project before it and after it, never killed; each kill gets a copy of its own."""

    def __init__(self, job: Job, folder: Path) -> None:
        self.job = job
        self.folder = folder / "before"
        self.folder.mkdir()
        job.begin(self.folder)
        after = self.copy(folder / "after")
        assert ended_in(after, job) == 0, printed()
        assert verify(after / "project", Settings())["problems"] == []
        self.files, self.after = files_of(self.folder), files_of(after)
        self.shown = [shown_by(self.folder), shown_by(after)]

    def copy(self, folder: Path) -> Path:
        """A copy of the project as it was before."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return folder

    def check_between(self, own: Path) -> None:
        """Nothing is half there and nothing is lost: each file is that of before or that of after."""
        found = files_of(own)
        differing = {
            name for name, content in found.items() if content not in (self.files.get(name), self.after.get(name))
        }
        assert differing == set()
        assert self.files.keys() & self.after.keys() <= found.keys()
        if self.job.publishes:
            assert self.files.items() <= found.items()
            assert shown_by(own) in self.shown

    def check_completed(self, own: Path) -> None:
        """The next of the same job ends in the bytes of one that was never killed."""
        assert ended_in(own, self.job) == 0, printed()
        assert files_of(own) == self.after
        assert drafts_in(own / "project" / "store") == []
        assert shown_by(own) == self.shown[1]


def ended_in(folder: Path, job: Job, **environment: str) -> int | None:
    """How a job ends in the project of a folder."""
    return ended(folder, _words(job), _environment(folder, environment))


def started_in(folder: Path, job: Job) -> BaseProcess:
    """A job that has just begun."""
    return start(folder, _words(job), _environment(folder, {}))


def _words(job: Job) -> list[str]:
    return [*job.words[:1], "--project", "project", *job.words[1:]]


def _environment(folder: Path, more: dict[str, str]) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(folder / "state-home"), **more}


def files_of(folder: Path) -> dict[str, bytes]:
    """All files of a store but hidden ones."""
    store = folder / "project" / "store"
    paths = (path.relative_to(store) for path in store.rglob("*") if path.is_file() and path.name not in _NOT_COMPARED)
    shown = (path for path in paths if path.parts[0] != "current" and not any(p.startswith(".") for p in path.parts))
    return {path.as_posix(): (store / path).read_bytes() for path in shown}


def shown_by(folder: Path) -> dict[str, bytes]:
    """What a reader meets through the pointer."""
    return {path.name: path.read_bytes() for path in (folder / "project" / "store" / "current").iterdir()}
