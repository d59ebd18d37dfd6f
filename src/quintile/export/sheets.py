"""Sheets: cells of an Excel workbook, each of the type it has; nothing is ever a formula or a link.

Rows are written once and in their order, because a sheet is not kept in memory.
"""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from quintile.domain.formulas import neutralised
from quintile.errors import DataError
from quintile.pictures.palette import label_colour

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

MOST_ROWS = 1_048_576  # of a sheet, its header among them
MOST_DIGITS = 15  # of a number; more would be lost
_LONGEST = 32_767  # letters of a cell, as UTF-16 counts them
_DAY_ZERO = date(1899, 12, 30)
_EXACT = Context(prec=100)
WHOLE, SHARE, TEXT, DAY = "#,##0", "0.0%", "@", "yyyy-mm-dd"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
Value = str | int | Decimal | date | None


class Workbook:
    """A workbook being written; ``as_texts`` counts the numbers that have too many digits for a number in Excel."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - the library ships no types
        self.as_texts = 0
        self._book = book
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def sheet(self, title: str, widths: Sequence[int], *, frozen: tuple[int, int] = (1, 0)) -> Sheet:
        """A new sheet, after those there are; its first rows and columns stay where they are when it is scrolled."""
        found = self._book.add_worksheet(title)
        for column, width in enumerate(widths):
            found.set_column(column, column, width)
        found.freeze_panes(*frozen)
        return Sheet(self, found)

    def format(self, **traits: Any) -> Any:  # noqa: ANN401 - the library ships no types
        """The look of a cell, made once."""
        key = tuple(sorted(traits.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"valign": "top", **traits})
        return self._formats[key]

    def number(self, form: str) -> Any:  # noqa: ANN401 - the library ships no types
        """The look of a number, such as ``#,##0.00``."""
        return self.format(num_format=form)

    def filled(self, colour: str, **traits: Any) -> Any:  # noqa: ANN401 - the library ships no types
        """The look of a cell on a ground of a colour, its text black or white."""
        return self.format(bg_color=colour, font_color=label_colour(colour), **traits)

    @property
    def header(self) -> Any:  # noqa: ANN401 - the library ships no types
        """The look of a column's title."""
        return self.format(bold=True, bottom=1, text_wrap=True)


class Sheet:
    """One sheet, written row by row from the top."""

    def __init__(self, book: Workbook, sheet: Any) -> None:  # noqa: ANN401 - the library ships no types
        self.rows = 0
        self._book = book
        self._sheet = sheet

    def header(self, titles: Sequence[str]) -> None:
        """A row of titles."""
        self.row(titles, [self._book.header] * len(titles))

    def row(self, values: Sequence[Value], looks: Sequence[Any]) -> None:
        """The next row, each value with its look; nothing leaves a cell empty.

        Raises:
            DataError: ``cell_too_long``, a text is longer than a cell can be.
        """
        for column, (value, look) in enumerate(zip(values, looks, strict=True)):
            if value is not None:
                self._write(column, value, look)
        self.rows += 1

    def finish(self, columns: int, *, texts: Sequence[int] = ()) -> None:
        """Filters for all that stands there; ``texts`` are columns whose numbers are meant as texts."""
        last = max(self.rows - 1, 0)
        self._sheet.autofilter(0, 0, last, columns - 1)
        for column in texts:
            letter = chr(ord("A") + column)
            self._sheet.ignore_errors({"number_stored_as_text": f"{letter}1:{letter}{last + 1}"})

    def _write(self, column: int, value: str | int | Decimal | date, look: Any) -> None:  # noqa: ANN401 - as above
        if isinstance(value, Decimal) and significant(value) > MOST_DIGITS:
            self._book.as_texts += 1
            value = f"{value:f}"
            look = self._book.format(num_format=TEXT, align="right")
            self._sheet.write_string(self.rows, column, value, look)
        elif isinstance(value, str):
            if self._sheet.write_string(self.rows, column, neutralised(value), look):
                message = f"a text has more than the {_LONGEST:,} letters that a cell of Excel can hold"
                raise DataError("cell_too_long", message, fix="write lists instead: --lists DIR")
        else:
            number = (value - _DAY_ZERO).days if isinstance(value, date) else value
            self._sheet.write_number(self.rows, column, number, look)


@contextlib.contextmanager
def workbook(file: Path, scratch: Path, *, title: str, comment: str, made: datetime) -> Iterator[Workbook]:
    """A workbook that is complete when the block ends well, and nothing else; the same content gives the same bytes.

    Args:
        file: Where it is written.
        scratch: A folder for what is not yet in it.
        title: Of the document.
        comment: On the document.
        made: The day and time it bears; never the clock's.

    Raises:
        OSError: It cannot be written.
    """
    book = xlsxwriter.Workbook(str(file), {**_OPTIONS, "tmpdir": str(scratch)})
    book.use_zip64()
    book.set_properties({"title": title, "comments": comment, "created": made})
    yield Workbook(book)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error  # the OSError that the library wraps


def significant(value: Decimal) -> int:
    """How many digits a number needs: 1.50 needs 2, and so does 12000."""
    digits = len(value.as_tuple().digits)
    return digits if digits <= MOST_DIGITS else len(value.normalize(_EXACT).as_tuple().digits)


def form_of(decimals: int, *, optional: int = 0) -> str:
    """The format of a number with thousands marks; the last ``optional`` decimals show where they are not 0."""
    return WHOLE + ("." + "0" * (decimals - optional) + "#" * optional if decimals else "")
