"""Temporary folders that do not outlive their process by much: what a killed run leaves, the next one removes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX, LOCK = "quintile-", ".lock"


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for the length of a ``with``; those of processes that were killed are removed on the way.

    Raises:
        SettingsError: ``temporary``, none can be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        descriptor = os.open(folder / "locking", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise SettingsError(
            "temporary",
            f"no temporary folder can be made: {error.strerror or error}",
            fix="make room there, or set TMPDIR to a folder you may write to",
        ) from error
    try:
        # The system frees the lock the moment the process ends, however it ends.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        (folder / "locking").rename(folder / LOCK)  # a lock that nobody holds yet would look abandoned
        _remove_abandoned(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _remove_abandoned(own: Path) -> None:
    for lock in own.parent.glob(f"{PREFIX}*/{LOCK}"):
        if lock.parent == own:
            continue
        with contextlib.suppress(OSError), lock.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
