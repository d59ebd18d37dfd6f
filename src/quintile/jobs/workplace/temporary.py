"""Temporary folders that do not outlive their process by much: what a killed run leaves, the next one removes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX, LOCK = "quintile-", ".lock"


@contextlib.contextmanager
def temporary_folder(home: Path | None = None) -> Iterator[Path]:
    """A folder for the length of a ``with``; those of processes that were killed are removed on the way.

    Args:
        home: Where it is made; None takes the system's place for temporary folders.

    Raises:
        SettingsError: ``temporary`` or, in a place that was named, ``spill``: none can be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
        descriptor = os.open(folder / "locking", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        message = f"no temporary folder can be made: {error.strerror or error}"
        if home is not None:
            fix = "make room there, or name a folder you may write to"
            raise SettingsError("spill", message, fix=fix, place=Place(str(home))) from error
        fix = "make room there, or set TMPDIR to a folder you may write to"
        raise SettingsError("temporary", message, fix=fix) from error
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
