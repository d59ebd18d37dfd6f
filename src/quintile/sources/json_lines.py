"""JSON lines: one object a line; numbers keep every digit, because they are read as the text they are written in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quintile.domain.transactions import RejectedRow
from quintile.errors import DataError, Place
from quintile.sources.written import checked_columns, write_rows, written_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quintile.sources.located import SourceTable

MOST_COLUMNS = 2_000
_SHOWN = 500


def open_json_lines(path: Path, staging: Path) -> SourceTable:
    """Open a file of JSON objects, one a line; the columns are all keys met, in the order they were met.

    A line that is no object is a rejected row (``ragged_row``). A nested value stays JSON text.

    Raises:
        DataError: ``not_tabular`` when no line is an object, ``too_many_columns``.
    """
    columns: dict[str, None] = {}
    rejected = []
    for line, text, record in _records(path):
        if record is None:
            rejected.append(RejectedRow("ragged_row", path.name, line, None, text[:_SHOWN]))
        else:
            columns.update(dict.fromkeys(record))
        if len(columns) > MOST_COLUMNS:
            raise DataError(
                "too_many_columns",
                f"the objects have more than {MOST_COLUMNS:,} different keys",
                fix="keep only the keys of an order",
                place=Place(path.name, line),
            )
    if not columns:
        raise DataError(
            "not_tabular",
            "no line of the file is a JSON object",
            fix='write one object a line, such as {"order_id": "1", "customer_id": "7", ...}',
            place=Place(path.name, 1),
        )
    names = list(columns)
    written = staging / f"source_{sum(1 for _ in staging.iterdir()):04}.csv"
    rows = (
        (line, [_cell(record.get(name)) for name in names]) for line, _, record in _records(path) if record is not None
    )
    lines = write_rows(written, names, rows)
    return written_table(
        path, written, checked_columns(names, path.name, 1), lines, form="json lines", rejected=tuple(rejected)
    )


def _records(path: Path) -> Iterator[tuple[int, str, dict[str, Any] | None]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for line, text in enumerate(file, start=1):
            if text.strip():
                yield line, text, _object(text)


def _object(text: str) -> dict[str, Any] | None:
    try:
        record = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()  # half a letter pair is no letter
