"""Workbooks before a parser sees them: archives that are none, passwords, bombs, damage and XML entities are refused.

Every part is unpacked once, a piece at a time and thrown away: so its CRC and its true size are known, and cells that
show an error, which the parser hands over as empty.
"""

from __future__ import annotations

import mmap
import re
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from pathlib import Path

MOST_TIMES_LARGER = 100
MOST_BYTES = 2 * 1024**3
MOST_PARTS = 10_000
MOST_ERRORS = 100_000

_PIECE = 1 << 20
_OVERLAP = 4_096
_WORKBOOK_PARTS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
_SPREADSHEETS = {".xlsx", ".xlsm", ".xlsb", ".ods"}
_SAVE_AGAIN = "open it in a spreadsheet program and save it again as .xlsx, or export it as CSV"
_NO_PASSWORD = "save it without a password, or export it as CSV"  # noqa: S105 - a sentence
_ENTITIES = tuple(
    mark.encode(form) for mark in ("<!DOCTYPE", "<!ENTITY") for form in ("utf-8", "utf-16-le", "utf-16-be")
)
_CELL = rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
_ERROR_CELL = re.compile(_CELL + rb"(?:(?!</(?:\w+:)?c>).){0,2000}?<(?:\w+:)?v>([^<]{0,40})", re.DOTALL)
_ENCRYPTED_FLAG = 0x1
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

Errors = dict[str, dict[tuple[int, int], str]]
"""Part of the workbook -> (row, column), both from 0 -> the error shown there."""


def inspect(path: Path) -> Errors:
    """Refuse a workbook that must not reach a parser.

    Returns:
        The cells that show an error, of each part that holds a sheet.

    Raises:
        DataError: ``encrypted``, ``unsafe_archive``, ``format_not_supported``, ``corrupt_file``, ``unsafe_xml``,
            ``too_large``.
    """
    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    if not packed:
        _inspect_compound(path)
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect_zip(archive, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise damaged(error, path) from error


def part_of(path: Path, sheet: str) -> str | None:
    """The part of an .xlsx that holds a sheet; call it after ``inspect``."""
    with zipfile.ZipFile(path) as archive:
        if "xl/_rels/workbook.xml.rels" not in archive.namelist():
            return None
        links = _elements(archive.read("xl/_rels/workbook.xml.rels"), "Relationship")
        sheets = _elements(archive.read("xl/workbook.xml"), "sheet")
    wanted = next((named.get(f"{_RELATION}id") for named in sheets if named.get("name") == sheet), None)
    target = next((link["Target"] for link in links if link.get("Id") == wanted), "")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _elements(text: bytes, tag: str) -> list[dict[str, str]]:
    root = ET.fromstring(text)  # noqa: S314 - inspect refuses entities
    return [element.attrib for element in root.iter() if element.tag.rpartition("}")[2] == tag]


def damaged(error: Exception | str, path: Path) -> DataError:
    """The error of a workbook that cannot be read."""
    return DataError("corrupt_file", f"the workbook cannot be read: {error}", fix=_SAVE_AGAIN, place=Place(path.name))


def closed(path: Path) -> DataError:
    """The error of a workbook under a password."""
    message = "a workbook protected by a password cannot be read"
    return DataError("encrypted", message, fix=_NO_PASSWORD, place=Place(path.name))


def _inspect_compound(path: Path) -> None:
    """A compound file is an old .xls, what wraps an encrypted workbook, or another program's: told by its streams."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        streams = {
            name for name in ("EncryptedPackage", "Workbook", "Book") if content.find(name.encode("utf-16-le")) >= 0
        }
    if "EncryptedPackage" in streams or (not streams and path.suffix.lower() in _SPREADSHEETS):
        raise closed(path)
    if not streams and path.suffix.lower() != ".xls":
        message = "the file is an old Office file but no workbook"
        raise DataError("format_not_supported", message, fix="export the table as CSV", place=Place(path.name))


def _inspect_zip(archive: zipfile.ZipFile, path: Path) -> Errors:
    place = Place(path.name)
    parts = archive.infolist()
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise closed(path)
    is_workbook = bool(_WORKBOOK_PARTS & set(archive.namelist()))
    if not is_workbook and path.suffix.lower() not in _SPREADSHEETS:
        raise _archive(place)
    unpacked = sum(part.file_size for part in parts)
    # Parts of a bomb can share bytes, so what counts is the size of the file, not the sum of its parts.
    if len(parts) > MOST_PARTS or unpacked > min(MOST_BYTES, MOST_TIMES_LARGER * path.stat().st_size):
        message = f"the workbook would unpack to {unpacked:,} bytes in {len(parts):,} parts"
        raise DataError("too_large", message, fix="export the sheet as CSV", place=place)
    if not is_workbook or any(part.filename.startswith("/") or ".." in part.filename.split("/") for part in parts):
        raise _archive(place)
    return {part.filename: _read_through(archive, part, place) for part in parts if not part.is_dir()}


def _archive(place: Place) -> DataError:
    message = "the file is a zip archive and no workbook; archives are not unpacked"
    return DataError("unsafe_archive", message, fix="unpack it yourself and give the file inside", place=place)


def _read_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo, place: Place) -> dict[tuple[int, int], str]:
    """Unpack a part to its end, which checks its CRC, and look at its text."""
    errors: dict[tuple[int, int], str] = {}
    if not part.filename.endswith((".xml", ".rels", ".vml")):
        with archive.open(part) as content:
            while content.read(_PIECE):
                pass
        return errors
    is_sheet = "worksheets/" in part.filename
    before = b""
    with archive.open(part) as content:
        while piece := content.read(_PIECE):
            text = before + piece
            if any(mark in text for mark in _ENTITIES):
                message = "the workbook defines XML entities, which can read other files"
                raise DataError("unsafe_xml", message, fix=_SAVE_AGAIN, place=place)
            if is_sheet and b't="e"' in text:
                errors |= _errors(text)
            if len(errors) > MOST_ERRORS:
                message = f"more than {MOST_ERRORS:,} cells of the workbook show an error"
                raise DataError("corrupt_file", message, fix="mend its formulas and save it again", place=place)
            before = text[-_OVERLAP:]
    return errors


def _errors(text: bytes) -> dict[tuple[int, int], str]:
    return {
        (int(match[2]) - 1, _column(match[1])): match[3].decode(errors="replace")
        for match in _ERROR_CELL.finditer(text)
    }


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
