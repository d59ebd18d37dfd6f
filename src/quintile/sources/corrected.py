"""Corrected: a file of rows that were set aside, as people open it in a spreadsheet and as it comes back.

A text that a spreadsheet would take for a formula is written with an apostrophe before it, and so is a text that
begins with such an apostrophe itself: taking one away again gives every text back to the letter.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.formulas import FORMULA_STARTS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.sources.located import SourceTable

REASON, LINE, KEY, COLUMN, RAW = OURS = (
    "quintile_reason", "quintile_line", "quintile_key", "quintile_column", "quintile_raw",
)  # fmt: skip
_STARTS = "".join(re.escape(start) for start in FORMULA_STARTS)
_FORMULA = re.compile(rf"'* *[{_STARTS}]")
_NUMBER = re.compile(r"-[0-9]+([.,][0-9]+)*")
_WRITTEN = rf"^'+ *[{_STARTS}]"
_PLAIN = "CASE WHEN regexp_matches({column}, {written}) THEN substr({column}, 2) ELSE {column} END AS {plain}"
_SELECT = "SELECT {columns} FROM ({query})"


def own_columns(columns: Iterable[str]) -> list[str]:
    """The columns without those that were written beside the source's own."""
    return [column for column in columns if column.casefold() not in OURS]


def as_written(text: str) -> str:
    """A text as it stands in the file; negative numbers are left alone."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def as_corrected(table: SourceTable) -> SourceTable:
    """The source with its own columns and texts, if it is a file of rows that were set aside; else as it is."""
    own = own_columns(table.columns)
    if len(own) == len(table.columns):
        return table
    names = {column: _read(column) for column in own}
    shown = [_column(column, names[column], table.columns[column]) for column in own]
    return replace(
        table,
        query=render(_SELECT, columns=joined(shown), query=table.query),
        located=render(_SELECT, columns=joined([*shown, Sql(ROW_NUMBER)]), query=table.located),
        columns={names[column]: table.columns[column] for column in own},
        typed=frozenset(names[column] for column in own if column in table.typed),
        assumed={**table.assumed, "corrected": True},
        copied=None,
    )


def _read(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _column(column: str, plain: str, kind: str) -> Sql:
    if kind != "VARCHAR":
        return render("{column} AS {plain}", column=name(column), plain=name(plain))
    return render(_PLAIN, column=name(column), written=literal(_WRITTEN), plain=name(plain))
