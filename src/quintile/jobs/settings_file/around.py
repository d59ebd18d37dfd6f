"""Around: the few lines of a text file beside the one that an error names."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.errors import Place

BESIDE = 2
_SHOWN = 160
_LONGEST = 1 << 16
_FARTHEST = 1_000_000
_NO_TEXT = (b"PK", b"PAR1", b"\x1f\x8b", b"\xd0\xcf")


def lines_around(files: Sequence[Path], place: Place) -> list[dict[str, Any]]:
    """The named line and two on each side: ``line`` and the beginning of its ``text``.

    Nothing where the place names no line of one of the files, the file is no plain text, or the line is far down.
    """
    path = next((file for file in files if file.name == place.file), None)
    if path is None or not place.line or place.line > _FARTHEST or not path.is_file():
        return []
    found = []
    with path.open("rb") as file:
        # An endless line is no line to show, nor are those after it.
        lines = iter(lambda: file.readline(_LONGEST), b"")
        for number, line in enumerate(islice(lines, place.line + BESIDE), start=1):
            if len(line) == _LONGEST or b"\0" in line or (number == 1 and line.startswith(_NO_TEXT)):
                return []
            if number >= place.line - BESIDE:
                text = line.decode(errors="replace").removeprefix("\ufeff").rstrip("\r\n")
                found.append({"line": number, "text": text[:_SHOWN]})
    return found
