"""Excel: a workbook's sheet as text, read in a child process: the parser is native code without limits of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.errors import Place
from quintile.sources import apart
from quintile.sources.written import written_table

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import LimitSettings
    from quintile.sources.located import SourceTable

CHILD = "quintile.sources.sheet_child"


def open_sheet(path: Path, staging: Path, sheet: str | None, limits: LimitSettings) -> SourceTable:
    """Open one sheet of a workbook; its header is the first row that fills more than half of the table's width.

    Raises:
        DataError: ``encrypted``, ``unsafe_archive``, ``corrupt_file``, ``unsafe_xml``, ``too_large``, ``choose_sheet``
            when several sheets hold rows and none is named, ``duplicate_column``, ``too_many_columns``,
            ``empty_input``.
    """
    written = staging / f"source_{sum(1 for _ in staging.iterdir()):04}.csv"
    request = {"path": str(path), "sheet": sheet, "written": str(written)}
    if apart.confined:
        from quintile.sources.sheet_child import write_sheet  # noqa: PLC0415 - the parser is for children alone

        found = write_sheet(request, _silent)
    else:
        with apart.Child(CHILD, limits) as child:
            found = child.ask(request, Place(path.name), _silent)
    lines = [line for first, count in found["lines"] for line in range(first, first + count)]
    table = written_table(path, written, found["columns"], lines, form="excel")
    return replace(table, typed=frozenset(found["typed"]))


def _silent(_step: str) -> None:
    """A sheet is one step."""
