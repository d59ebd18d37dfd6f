"""What the store asks of the disk: durable writes, checksums, and its errors in the user's words."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from quintile.domain.fail_point import fail_point
from quintile.errors import Place, StoreError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# A database reports a full disk in its own exception, with the system's words inside.
_FULL_WORDS = tuple(os.strerror(code) for code in sorted(_FULL))


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Force a folder and everything in it onto the disk."""
    for path in sorted(folder.rglob("*")):
        sync(path)
        fail_point("store.entry_synced")
    sync(folder)
    fail_point("store.folder_synced")


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path in the folder (``/`` between parts), sorted."""
    sums = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                sums[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums


def require_space(root: Path, needed: int) -> None:
    """Refuse to begin what cannot fit.

    Args:
        root: An existing folder on the disk in question.
        needed: Bytes that will be written.

    Raises:
        StoreFullError: Fewer bytes are free.
    """
    free = shutil.disk_usage(root).free
    if free < needed:
        raise _full(root, needed, free)


@contextlib.contextmanager
def disk_errors(root: Path) -> Iterator[None]:
    """Turn the operating system's errors into a StoreError; that of a full disk passes on to ``full_disk``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise
        message = f"cannot use '{root}' for results: {error.strerror or error}"
        fix = "choose a folder you may write to"
        raise StoreError("store", message, fix=fix, place=Place(file=str(error.filename or root))) from error


@contextlib.contextmanager
def full_disk(root: Path, needed: Callable[[], int] | None = None) -> Iterator[None]:
    """Turn an error that means a full disk into a StoreFullError, with the bytes ``needed`` says; others pass.

    Who does not know needs more than are free. The folder itself may be what could not be made.
    """
    try:
        yield
    except Exception as error:
        if not _says_full(error):
            raise
        there = next(folder for folder in (root, *root.absolute().parents) if folder.exists())
        free = shutil.disk_usage(there).free
        raise _full(root, free + 1 if needed is None else needed(), free) from error


def _says_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    return not isinstance(error, StoreError) and any(words in str(error) for words in _FULL_WORDS)


def _full(root: Path, needed: int, free: int) -> StoreFullError:
    return StoreFullError(
        "disk-full",
        f"the disk is full: at least {needed:,} bytes are needed, {free:,} are free; earlier results are untouched",
        fix="make room on that disk, or choose a folder on another one",
        place=Place(file=str(root)),
    )
