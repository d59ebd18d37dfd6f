"""JSON: one object a line, or one array of objects; numbers keep every digit, as they are read as the text they are.

An object inside an object becomes columns of its own: ``{"customer": {"id": 7}}`` is the column ``customer.id``. What
would lose something is a rejected row: a key that comes twice, letters that are none, control characters.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from quintile.domain.transactions import RejectedRow
from quintile.errors import DataError, Place
from quintile.sources.number_forms import OwnNumbers, without_mark
from quintile.sources.written import checked_columns, write_rows, written_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from quintile.sources.located import SourceTable

MOST_COLUMNS = 2_000
LONGEST_CELL = 1 << 16
LONGEST_ARRAY = 256 << 20
_SHOWN = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"[\s]*")


class _Record(NamedTuple):
    """One object's cells by column; ``reason`` says why it cannot be used, ``column`` which cell is to blame.

    ``raw`` is that cell, or the whole object; ``whole`` is always that.
    """

    line: int
    cells: dict[str, str]
    reason: str | None = None
    column: str | None = None
    raw: str = ""
    whole: str = ""


class _FaultError(ValueError):
    """What makes one object unusable."""

    def __init__(self, reason: str, column: str | None, raw: str) -> None:
        super().__init__(reason)
        self.reason, self.column, self.raw = reason, column, raw


def open_json_lines(path: Path, staging: Path) -> SourceTable:
    """Open a file of JSON objects, one a line or all in one array; the columns are all keys in the order they are met.

    A line that is no object is a rejected row (``ragged_row``), as is an object with a key that comes twice.

    Raises:
        DataError: ``not_tabular`` when there is no object, ``too_many_columns``, ``duplicate_column``; of an array also
            ``encoding``, ``truncated``, ``corrupt_file`` and ``too_large``.
    """
    columns: dict[str, None] = {}
    own = OwnNumbers()
    rejected = []
    for record in _records(path):
        if record.reason is not None:
            raw = record.raw[:_SHOWN]
            rejected.append(RejectedRow(record.reason, path.name, record.line, record.column, raw))
        columns.update(dict.fromkeys(record.cells))
        _look(own, record.cells)
        if len(columns) > MOST_COLUMNS:
            raise DataError(
                "too_many_columns",
                f"the objects have more than {MOST_COLUMNS:,} different keys",
                fix="keep only the keys of an order",
                place=Place(path.name, record.line),
            )
    if not columns and rejected:
        raise _no_row(rejected, path)
    names = list(columns)
    written = staging / f"source_{sum(1 for _ in staging.iterdir()):04}.csv"
    rows = (
        (record.line, [_settled(record.cells.get(name, ""), name in own.torn) for name in names])
        for record in _records(path)
        if record.reason is None
    )
    lines = write_rows(written, names, rows)
    form = "json" if _is_array(path) else "json lines"
    columns_of = checked_columns(names, path.name, 1)
    table = written_table(path, written, columns_of, lines, form=form, rejected=tuple(rejected))
    typed = frozenset(column for name, column in zip(names, columns_of, strict=True) if name in own.pointed)
    return replace(table, typed=typed, damaged=lambda: _damaged(path))


def _look(own: OwnNumbers, cells: dict[str, str]) -> None:
    for column, cell in cells.items():
        if isinstance(cell, _Number):
            own.number(column, cell)
        else:
            own.text(column, cell)


def _settled(cell: str, torn: bool) -> str:  # noqa: FBT001 - a column is torn or not
    return without_mark(cell) if torn and isinstance(cell, _Number) else cell


def _no_row(rejected: list[RejectedRow], path: Path) -> DataError:
    """The error of a file without a single usable object: what is wrong with the first, if there are objects at all."""
    faulty = next((row for row in rejected if row.column is not None), None)
    if faulty is None:
        fix = 'write one object a line, such as {"order_id": "1", "customer_id": "7", ...}'
        return DataError("not_tabular", "no line of the file is a JSON object", fix=fix, place=Place(path.name, 1))
    twice = faulty.reason == "ragged_row"
    what = f"has {faulty.raw}" if twice else f"has a {faulty.reason.replace('_', ' ')} under '{faulty.column}'"
    message = f"no object of the file can be used; the first {what}"
    fix = "write each key once" if twice else "export the file again without it"
    return DataError("not_tabular", message, fix=fix, place=Place(path.name, faulty.line, faulty.column))


def _damaged(path: Path) -> Iterator[tuple[RejectedRow, list[str]]]:
    for record in _records(path):
        if record.reason is not None:
            whole = (record.whole or record.raw).rstrip("\r\n")
            yield RejectedRow(record.reason, path.name, record.line, record.column, whole), []


def _is_array(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(_SHOWN).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")


def _records(path: Path) -> Iterator[_Record]:
    if _is_array(path):
        yield from _elements(path)
        return
    with path.open("rb") as file:
        for line, raw in enumerate(file, start=1):
            text = raw.removeprefix(codecs.BOM_UTF8) if line == 1 else raw
            if text.strip():
                yield _record(line, text)


def _record(line: int, raw: bytes) -> _Record:
    shown = raw.decode(errors="replace")
    try:
        return _Record(line, _cells(json.loads(raw.decode(), **_HOOKS)))
    except UnicodeDecodeError:
        return _Record(line, {}, "bad_encoding", None, shown)
    except _FaultError as fault:
        return _Record(line, {}, fault.reason, fault.column, fault.raw, shown)
    except (ValueError, RecursionError):
        return _Record(line, {}, "ragged_row", None, shown)


def _elements(path: Path) -> Iterator[_Record]:
    """The elements of one array, which may be laid out over any lines."""
    place = Place(path.name)
    if path.stat().st_size > LONGEST_ARRAY:
        message = f"a JSON array of over {LONGEST_ARRAY >> 20} MB cannot be read"
        raise DataError("too_large", message, fix="write one object a line", place=place)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 text: {error}"
        raise DataError("encoding", message, fix="save it as UTF-8", place=place) from error
    decoder = json.JSONDecoder(**_HOOKS)
    position, line = text.index("[") + 1, 1
    counted = 0
    while True:
        position = _after_blanks(text, position)
        if text[position : position + 1] == "]":
            break
        line += text.count("\n", counted, position)
        counted = position
        record, position = _element(decoder, text, position, line, path)
        yield record
        position = _after_blanks(text, position)
        follows = text[position : position + 1]
        if follows not in {",", "]"} or not follows:
            raise _broken(text, position, path)
        position += follows == ","
    if text[position + 1 :].strip():
        raise _broken(text, position + 1, path)


def _element(decoder: json.JSONDecoder, text: str, position: int, line: int, path: Path) -> tuple[_Record, int]:
    try:
        value, end = decoder.raw_decode(text, position)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos, path) from error
    except RecursionError as error:
        raise _broken(text, position, path) from error
    raw = text[position:end]
    try:
        return _Record(line, _cells(value)), end
    except _FaultError as fault:
        return _Record(line, {}, fault.reason, fault.column, fault.raw, raw), end
    except (ValueError, RecursionError):
        return _Record(line, {}, "ragged_row", None, raw), end


def _broken(text: str, position: int, path: Path) -> DataError:
    """The error of an array that is cut off or damaged: nothing says where its next object would begin."""
    place = Place(path.name, text.count("\n", 0, position) + 1)
    if not text.rstrip().endswith("]"):
        return DataError("truncated", "the JSON array is cut off", fix="fetch the file again", place=place)
    return DataError("corrupt_file", "the JSON array is damaged here", fix="fetch the file again", place=place)


def _after_blanks(text: str, position: int) -> int:
    return _BLANKS.match(text, position).end()  # type: ignore[union-attr]  # matches nothing, too


class _Number(str):
    """A number with a point or an exponent, as it is written."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object as it is written: its keys may come twice."""


_HOOKS: dict[str, Any] = {
    "parse_float": _Number,
    "parse_int": str,
    "parse_constant": str,
    "object_pairs_hook": _Pairs,
}


def _cells(value: Any) -> dict[str, str]:  # noqa: ANN401 - any JSON value
    """An object's cells by column.

    Raises:
        ValueError: It is no object, or a key or cell cannot be used.
    """
    if not isinstance(value, _Pairs):
        message = "no object"
        raise ValueError(message)  # noqa: TRY004 - one error for every line that is no row
    cells: dict[str, str] = {}
    for column, cell in _columns(value, ""):
        if column in cells:
            reason = "ragged_row"
            raise _FaultError(reason, column, f"the key '{column}' twice")
        cells[column] = _checked(column, cell)
    return cells


def _columns(pairs: Iterable[tuple[str, Any]], above: str) -> Iterator[tuple[str, str]]:
    for key, value in pairs:
        column = above + key
        if isinstance(value, _Pairs):
            yield from _columns(value, f"{column}.")
        elif value is None or isinstance(value, str):
            yield column, value or ""
        else:
            yield column, json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, _Pairs):
        return {key: _plain(inner) for key, inner in value}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _checked(column: str, cell: str) -> str:
    """A cell that can be kept as it is.

    Raises:
        _FaultError: Half a letter pair, a control character, or more text than a field may have.
    """
    reason = None
    try:
        long = len((column + cell).encode()) > LONGEST_CELL
    except UnicodeEncodeError:
        reason = "bad_encoding"
    else:
        reason = "control_character" if _CONTROL.search(column + cell) else "field_too_long" if long else None
    if reason is not None:
        shown = (text.encode(errors="replace").decode() for text in (column, cell))
        raise _FaultError(reason, *shown)
    return cell
