"""Excel: a workbook's sheet as text, ids and amounts digit for digit as the cells hold them."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook

from quintile.errors import DataError, Place
from quintile.sources.written import checked_columns, write_rows, written_table

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.sources.located import SourceTable

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

MOST_TIMES_LARGER = 100
MOST_BYTES = 2 * 1024**3
_CLOSED = "a workbook protected by a password cannot be read"
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
_HEAD = 64 * 1024


def open_sheet(path: Path, staging: Path, sheet: str | None) -> SourceTable:
    """Open one sheet of a workbook; the first row that is not empty is the header.

    Raises:
        DataError: ``encrypted``, ``corrupt_file``, ``unsafe_xml``, ``too_large``, ``choose_sheet`` when several sheets
            hold rows and none is named, ``duplicate_column``, ``empty_input``.
    """
    _inspect(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        rows = workbook.get_sheet_by_name(_chosen(workbook, sheet, path.name)).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise DataError(
            "corrupt_file",
            f"the workbook cannot be read: {error}",
            fix="open it in a spreadsheet program and save it again as .xlsx, or export it as CSV",
            place=Place(path.name),
        ) from error
    filled = [(line, row) for line, row in enumerate(rows, start=1) if any(cell != "" for cell in row)]
    if not filled:
        raise DataError("empty_input", "the sheet is empty", fix="name the sheet: --sheet NAME", place=Place(path.name))
    (place, header), body = filled[0], filled[1:]
    columns = checked_columns([_text(cell) for cell in header], path.name, place)
    written = staging / f"source_{sum(1 for _ in staging.iterdir()):04}.csv"
    lines = write_rows(written, columns, ((line, [_text(cell) for cell in row]) for line, row in body))
    return written_table(path, written, columns, lines, form="excel")


def _inspect(path: Path) -> None:
    """Refuse what must not reach a parser: passwords, bombs, XML entities."""
    if not zipfile.is_zipfile(path):
        # A compound file is an old .xls, or what wraps an encrypted workbook: told apart by name or by a stream's name.
        if path.suffix.lower() != ".xls" or "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise DataError(
                "encrypted", _CLOSED, fix="save it without a password, or export it as CSV", place=Place(path.name)
            )
        return
    with zipfile.ZipFile(path) as archive:
        packed = sum(entry.compress_size for entry in archive.infolist())
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_BYTES or unpacked > MOST_TIMES_LARGER * max(packed, 1):
            raise DataError(
                "too_large",
                f"the workbook would unpack to {unpacked:,} bytes",
                fix="export the sheet as CSV",
                place=Place(path.name),
            )
        for entry in archive.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as part:
                    head = part.read(_HEAD)
                if any(mark in head for mark in _ENTITIES):
                    raise DataError(
                        "unsafe_xml",
                        "the workbook defines XML entities, which can read other files",
                        fix="open it in a spreadsheet program and save it again, or export it as CSV",
                        place=Place(path.name),
                    )


def _chosen(workbook: CalamineWorkbook, sheet: str | None, file: str) -> str:
    if sheet is not None:
        if sheet in workbook.sheet_names:
            return sheet
        raise DataError(
            "choose_sheet",
            f"the workbook has no sheet '{sheet}'",
            fix=f"name one of its sheets: {', '.join(workbook.sheet_names)}",
            place=Place(file),
        )
    filled = [name for name in workbook.sheet_names if workbook.get_sheet_by_name(name).total_height > 0]
    if len(filled) > 1:
        raise DataError(
            "choose_sheet",
            f"{len(filled)} sheets hold rows: {', '.join(filled)}",
            fix=f"say which one: --sheet '{filled[0]}'",
            place=Place(file),
        )
    return filled[0] if filled else workbook.sheet_names[0]


def _text(cell: Cell) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)
