"""A draft: the hidden room in which one run writes its snapshot, and what a killed run leaves of it.

What the room holds says how far the run came. ``current`` is the pointer-to-be: it leaves the room by the rename
that publishes, so while it is here nothing was published. ``files`` is the snapshot-to-be; ``duplicate`` is a
snapshot-to-be that turned out to exist already. ``kept`` holds files that the store keeps beside its snapshots, under
their paths in the store; ``moving`` names them from the moment they may have been moved there. ``adding`` says that
past snapshots, to which no pointer leads, have left the room.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quintile.domain.fail_point import fail_point
from quintile.snapshots.disk import sync, sync_tree
from quintile.snapshots.lock import Holder

if TYPE_CHECKING:
    from pathlib import Path

WRITING, GONE = ".writing-", ".gone-"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ENDINGS = {
    "writing": "was stopped before it published anything; its unfinished files were removed",
    "adding": "was stopped while it added past snapshots; those it had added stand, its unfinished files were removed",
    "publishing": "was stopped while publishing; nothing of it became visible and its files were removed",
    "published": "was stopped after it had published; its snapshot stands",
}


@dataclass(frozen=True)
class StoppedRun:
    """A run that was killed: who it was (``holder`` is None if it left no name) and how far it came."""

    run_id: str
    holder: Holder | None
    stage: Literal["writing", "adding", "publishing", "published"]

    def __str__(self) -> str:
        return f"{self.holder or f'run {self.run_id!r}'} {_ENDINGS[self.stage]}"


@dataclass(frozen=True)
class Room:
    """The paths of one run's hidden folder, ``snapshots/.writing-<run id>``."""

    path: Path

    @property
    def files(self) -> Path:
        """The snapshot-to-be; users of the store write here."""
        return self.path / "files"

    @property
    def kept(self) -> Path:
        """The files to be kept beside the snapshots."""
        return self.path / "kept"

    @property
    def _moving(self) -> Path:
        return self.path / "moving"

    @property
    def adding(self) -> Path:
        """There from the moment when snapshots without a pointer may have left the room."""
        return self.path / "adding"

    @property
    def duplicate(self) -> Path:
        """Where the snapshot-to-be goes if an equal one is already published."""
        return self.path / "duplicate"

    @property
    def pointer(self) -> Path:
        """The pointer-to-be, a link ``snapshots/<snapshot id>``."""
        return self.path / "current"

    @property
    def _holder(self) -> Path:
        return self.path / "holder.json"

    def open(self, holder: Holder) -> None:
        """Make the empty room."""
        self.files.mkdir(parents=True)
        self._holder.write_bytes(holder.to_json())
        fail_point("store.drafted")

    def move_kept(self, root: Path) -> None:
        """Move the kept files to their places in the store; until the pointer moves, no snapshot names them.

        A file that is there already has the same content, since its name holds its checksum.
        """
        paths = [path for path in sorted(self.kept.rglob("*")) if path.is_file()]
        names = [path.relative_to(self.kept) for path in paths]
        new = [name for name in names if not (root / name).exists()]
        if not new:
            return
        sync_tree(self.kept)
        self._moving.write_text("".join(f"{name}\n" for name in new), encoding="utf-8")
        sync(self._moving)
        for name in new:
            (root / name).parent.mkdir(exist_ok=True)
            (self.kept / name).rename(root / name)
            fail_point("store.kept")
        for folder in sorted({(root / name).parent for name in new}):
            sync(folder)

    def clear(self) -> None:
        """Begin the snapshot-to-be anew."""
        shutil.rmtree(self.files)
        self.files.mkdir()

    def stopped(self) -> StoppedRun:
        """Who was killed in this room, and how far the run came."""
        named = self._holder.exists()
        holder = Holder.from_json(self._holder.read_bytes()) if named else None
        stage: Literal["writing", "adding", "publishing", "published"]
        if self.pointer.is_symlink():
            stage = "publishing"
        elif self.adding.exists():
            stage = "adding"
        else:
            stage = "writing" if self.files.exists() or not named else "published"
        return StoppedRun(self.path.name.removeprefix(WRITING), holder, stage)

    def discard(self) -> None:
        """Take back what was moved but not published, then remove the room; a missing room is fine."""
        if not self.path.exists():
            return
        if self.pointer.is_symlink() and self._moving.exists():
            for name in self._moving.read_text(encoding="utf-8").splitlines():
                (self.path.parent.parent / name).unlink(missing_ok=True)
        if self.pointer.is_symlink() and not self.files.exists() and not self.duplicate.exists():
            # The snapshot has its final name, but no pointer ever led to it, so no reader can hold it.
            with contextlib.suppress(FileNotFoundError):
                (self.path.parent / self.pointer.readlink().name).rename(self.files)
            fail_point("store.retracted")
        fail_point("store.discarding")
        # One rename first: a room that is half removed would tell a wrong story.
        gone = self.path.with_name(GONE + self.path.name.removeprefix(WRITING))
        self.path.rename(gone)
        fail_point("store.discarded")
        shutil.rmtree(gone)


def checked_name(name: str) -> str:
    """The name itself, if it can be a folder's name everywhere.

    Raises:
        ValueError: It has other characters than letters, digits, ``.``, ``_``, ``-``, or over 100 of them.
    """
    if _NAME.fullmatch(name) is None:
        message = f"{name!r} cannot name a run or a snapshot: 1 to 100 letters, digits, dots, '_' or '-'"
        raise ValueError(message)
    return name


def clean(snapshots: Path) -> tuple[StoppedRun, ...]:
    """Remove what killed runs left, and say who they were; only the holder of the writer lock may call it."""
    stopped = []
    # Sorted, so that every old .gone-R is away before .writing-R takes that name.
    for path in sorted(snapshots.iterdir()):
        if path.name.startswith(WRITING):
            stopped.append(Room(path).stopped())
            Room(path).discard()
        elif path.name.startswith(GONE):
            shutil.rmtree(path)
    return tuple(stopped)
