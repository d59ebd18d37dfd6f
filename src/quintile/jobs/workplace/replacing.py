"""Replacing: a file takes the place of the one before it in one step, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from quintile.errors import Place, SettingsError, StoreError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HTML, ZIPPED = b"<!doctype html>", b"PK"
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def replacing(target: Path, called: str, begins: bytes | None = None) -> Iterator[Path]:
    """A draft beside a file, to be written in the block; it takes the file's place when the block ends well.

    Args:
        target: The file; whoever reads the one before it keeps it whole.
        called: What it is, for messages: ``the page``.
        begins: How a file of this kind begins: one that begins otherwise is foreign, and stays.

    Raises:
        SettingsError: A foreign file is there, or no folder.
        StoreError: It cannot be written.
        StoreFullError: The disk is full.
    """
    if begins is not None:
        refuse_foreign(target, called, begins)
    draft = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        try:
            yield draft
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        is_full = error.errno in _FULL  # then the folder may be what could not be made
        if not is_full:
            refuse_missing_folder(target)
        kind = StoreFullError if is_full else StoreError
        message, fix = f"{called} cannot be written ({error.strerror})", "name another place, or make room there"
        raise kind("output", message, fix=fix, place=Place(str(target))) from error


def refuse_missing_folder(out: Path) -> None:
    """Refuse a file whose folder is not there; asked before long work as well, which must not be for nothing.

    Raises:
        SettingsError: ``out``.
    """
    folder = out.parent
    if folder.is_dir():
        return
    if folder.exists():
        message, fix = f"'{folder}' is a file, not a folder", "choose another --out"
    else:
        message, fix = f"the folder '{folder}' is not there", f"make it first (mkdir {folder}), or choose another --out"
    raise SettingsError("out", message, fix=fix, place=Place(str(out)))


def refuse_other_list(out: Path, header: str, called: str, example: str) -> None:
    """Refuse a place that is no CSV file, has no folder, or where something else than an older list of its kind lies.

    Args:
        out: The place.
        header: The first line of such lists.
        called: Their name: ``list of movers``.
        example: A file name that would do.

    Raises:
        SettingsError: ``out``.
    """
    place = Place(str(out))
    if out.suffix != ".csv":
        raise SettingsError("out", "the list is a CSV file", fix=f"write --out {example}", place=place)
    refuse_missing_folder(out)
    if not out.exists():
        return
    with contextlib.suppress(OSError, UnicodeDecodeError), out.open(encoding="utf-8") as opened:
        if opened.readline(len(header) + 1).rstrip() == header:
            return
    message = f"the file is there already and is no {called}"
    raise SettingsError("out", message, fix="choose another --out", place=place)


def write_page(page: str, out: Path) -> None:
    """Write an HTML page; only an earlier page is written over.

    Raises:
        SettingsError: A file of another kind is there.
        StoreError: The file cannot be written.
    """
    with replacing(out, "the page", HTML) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def refuse_foreign(target: Path, called: str, begins: bytes, fix: str = "choose another name: --out FILE") -> None:
    """Never write over what is of another kind, such as the orders themselves.

    Args:
        target: The file that is to be written.
        called: What it is: ``the page``.
        begins: How a file of this kind begins.
        fix: What to do about a foreign one.

    Raises:
        SettingsError: ``out``, a foreign file is there.
    """
    if not target.is_file():
        return
    with contextlib.suppress(OSError), target.open("rb") as file:
        if file.read(len(begins)).lower() == begins.lower():
            return
    message = f"a file is there already, and it is not {called} of an earlier time"
    raise SettingsError("out", message, fix=fix, place=Place(str(target)))
