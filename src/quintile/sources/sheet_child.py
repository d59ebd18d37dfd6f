"""The child process of ``sheets``: reads one sheet of a workbook and writes its rows down as plain text.

Numbers are written as a spreadsheet shows them in full: to 15 significant digits, so that 0.1 + 0.2 is 0.3.
"""

from __future__ import annotations

import datetime as dt
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from quintile.errors import DataError, Place
from quintile.sources.apart_child import serve
from quintile.sources.number_forms import OwnNumbers, without_mark
from quintile.sources.workbook import closed, damaged, inspect, part_of
from quintile.sources.written import checked_columns, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quintile.sources.workbook import Errors

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
Row = tuple[int, list[Cell]]

MOST_COLUMNS = 2_000
_EXACT = 2**53
_SHOWN_DIGITS = 15
_LOOKED_AT = 50


def write_sheet(request: dict[str, Any], on_step: Callable[[str], None]) -> dict[str, Any]:
    """Write the rows of a sheet as CSV.

    Args:
        request: ``path`` of the workbook, ``sheet`` or None, ``written`` the new file.
        on_step: Not needed.

    Returns:
        ``columns``, ``typed`` (those with numbers to be read with a point), ``sheet``, ``header_line``, and ``lines``:
        runs of (first line, how many) of the written rows.
    """
    del on_step
    path = Path(request["path"])
    errors = inspect(path)
    try:
        workbook = _opened(path)
        chosen = _chosen(workbook, request["sheet"], path.name)
        sheet, shown = workbook.get_sheet_by_name(chosen), _errors_of(errors, path, chosen)
        return {
            "sheet": chosen,
            **_written(lambda: _rows(sheet, shown, path.name), Path(request["written"]), path.name),
        }
    except PasswordError as error:
        raise closed(path) from error
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(error, path) from error


def _opened(path: Path) -> CalamineWorkbook:
    """A workbook by its name, which the parser believes, else by what it holds: many an .xls is an .xlsx."""
    try:
        return CalamineWorkbook.from_path(str(path))
    except CalamineError as error:
        try:
            with path.open("rb") as content:
                return CalamineWorkbook.from_filelike(content)
        except CalamineError:
            raise error from None


def _errors_of(errors: Errors, path: Path, sheet: str) -> dict[tuple[int, int], str]:
    return errors.get(part_of(path, sheet) or "", {}) if any(errors.values()) else {}


def _rows(opened: CalamineSheet, errors: dict[tuple[int, int], str], file: str) -> Iterator[Row]:
    """The rows that hold anything, each with its line."""
    left = (opened.start or (0, 0))[1]
    shown = {(row, column - left): text for (row, column), text in errors.items() if column >= left}
    broken = {row for row, _ in shown}
    if opened.width > MOST_COLUMNS:
        message = f"the sheet has {opened.width:,} columns, over {MOST_COLUMNS:,}"
        fix = "keep only the columns that are needed"
        raise DataError("too_many_columns", message, fix=fix, place=Place(file))
    for number, cells in enumerate(opened.iter_rows()):
        if number in broken:
            cells = [shown.get((number, column), cell) for column, cell in enumerate(cells)]  # noqa: PLW2901 - the same row
        if any(cell != "" for cell in cells):
            yield number + 1, cells


def _written(rows: Callable[[], Iterator[Row]], target: Path, file: str) -> dict[str, Any]:
    head = list(islice(rows(), _LOOKED_AT))
    if not head:
        raise DataError("empty_input", "the sheet is empty", fix="name the sheet: --sheet NAME", place=Place(file))
    title_lines = _title_lines([cells for _, cells in head])
    line, header = head[title_lines]
    columns = checked_columns([_text(cell) for cell in header], file, line)
    own = OwnNumbers()

    def body() -> Iterator[tuple[int, Sequence[str]]]:
        for place, cells in islice(rows(), title_lines + 1, None):
            texts = [_text(cell) for cell in cells]
            _look(own, cells, texts)
            yield place, texts

    def settled() -> Iterator[tuple[int, Sequence[str]]]:
        for place, cells in islice(rows(), title_lines + 1, None):
            yield place, [_settled(cell, column in own.torn) for column, cell in enumerate(cells)]

    lines = write_rows(target, columns, body())
    if own.torn:
        write_rows(target, columns, settled())
    typed = [column for place, column in enumerate(columns) if place in own.pointed]
    return {"columns": columns, "typed": typed, "header_line": line, "lines": _runs(lines)}


def _title_lines(rows: list[list[Cell]]) -> int:
    """How many rows stand above the header: a report's title fills few of the cells that the table fills."""
    filled = [sum(cell != "" for cell in cells) for cells in rows]
    return next(place for place, count in enumerate(filled) if 2 * count > max(filled))


def _runs(lines: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for line in lines:
        if runs and line == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    return runs


def _chosen(workbook: CalamineWorkbook, sheet: str | None, file: str) -> str:
    """The sheet that is named; else the only one with rows, hidden ones left aside."""
    sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    names = [one.name for one in sheets]
    if sheet is not None:
        if sheet in names:
            return sheet
        raise DataError(
            "choose_sheet",
            f"the workbook has no sheet '{sheet}'",
            fix=f"name one of its sheets: {', '.join(names)}",
            place=Place(file),
        )
    filled = [one for one in sheets if workbook.get_sheet_by_name(one.name).total_height > 0]
    seen = [one.name for one in filled if one.visible == SheetVisibleEnum.Visible]
    if len(seen) == 1:
        return seen[0]
    if filled:
        several = seen or [one.name for one in filled]
        hidden = "" if seen else "hidden "
        raise DataError(
            "choose_sheet",
            f"{len(several)} {hidden}sheets hold rows: {', '.join(several)}",
            fix=f"say which one: --sheet '{several[0]}'",
            place=Place(file),
        )
    if not names:
        raise DataError("empty_input", "the workbook has no sheet", fix="export it again", place=Place(file))
    return names[0]


def _look(own: OwnNumbers, cells: list[Cell], texts: list[str]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, float):
            own.number(column, texts[column])
        elif isinstance(cell, str) and cell:
            own.text(column, cell)


def _settled(cell: Cell, torn: bool) -> str:  # noqa: FBT001 - a column is torn or not
    return without_mark(_text(cell)) if torn and isinstance(cell, float) else _text(cell)


def _text(cell: Cell) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else _digits(cell)
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)


def _digits(number: float) -> str:
    return repr(float(format(number, f".{_SHOWN_DIGITS}g"))) if abs(number) < _EXACT else repr(number)


if __name__ == "__main__":
    serve(write_sheet)
