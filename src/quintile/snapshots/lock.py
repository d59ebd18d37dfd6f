"""One writer per store: a lock of the operating system, and beside it the name of who holds it.

The system frees the lock the moment its process ends, however it ends; the text is only for people.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from quintile.errors import Place, StoreBusyError
from quintile.snapshots.disk import disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TRIES, _PAUSE_SECONDS = 20, 0.05
_MODE = 0o666  # less the umask, as for every file
_TEXT_LIMIT = 65_536


@dataclass(frozen=True)
class Holder:
    """The run that writes: ``started`` is its start as the user should read it."""

    run_id: str
    pid: int
    host: str
    started: str

    @classmethod
    def this_process(cls, run_id: str, started: str) -> Holder:
        """A run of the process that asks."""
        return cls(run_id, os.getpid(), os.uname().nodename, started)

    @classmethod
    def from_json(cls, text: bytes) -> Holder | None:
        """Read what ``to_json`` wrote; None if a killed process left it unfinished."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    def to_json(self) -> bytes:
        """The holder as one line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    def __str__(self) -> str:
        return f"run '{self.run_id}' (process {self.pid} on {self.host}, started {self.started})"


@contextlib.contextmanager
def writer_lock(path: Path, holder: Holder, *, wait: bool) -> Iterator[None]:
    """Hold the lock of the store whose lock file is ``path``.

    Raises:
        StoreBusyError: Another run holds it and ``wait`` is False; said within about a second.
    """
    with disk_errors(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        with disk_errors(path.parent):
            _take(descriptor, path, wait=wait)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, holder.to_json(), 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)  # which frees the lock


def _take(descriptor: int, path: Path, *, wait: bool) -> None:
    if wait:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    other = None
    # More than one try, because a run that has just taken the lock may not have written its name yet.
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        named = Holder.from_json(os.pread(descriptor, _TEXT_LIMIT, 0))
        if named is not None and _may_live(named):
            other = named
            break
        time.sleep(_PAUSE_SECONDS)
    raise StoreBusyError(
        "store-busy",
        f"{other or 'another run'} is writing here",
        fix="wait for it to end, or start this run with --wait",
        place=Place(file=str(path.parent.parent)),
    )


def _may_live(holder: Holder) -> bool:
    if holder.host != os.uname().nodename:
        return True
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
