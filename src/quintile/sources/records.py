"""Records: counts, locates and sorts out the records of a delimited text file, independently of the database.

Most files are regular: the same marks in every line. That is proved a block at a time, by taking all other bytes away
and comparing what is left with one line's marks repeated. Only blocks that differ are taken apart record by record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from quintile.domain.dialect import BLANKS, Location
from quintile.errors import DataError, Place
from quintile.sources.chunks import after_lines, utf8_chunks
from quintile.sources.fields import LONGEST_FIELD, fault_of, is_utf8
from quintile.sources.grammar import Grammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quintile.domain.dialect import Dialect

LONGEST_RECORD = 1_000_000

_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_WITNESSES = (b":", b".")
_WINDOW = LONGEST_FIELD // 2  # a line longer than LONGEST_FIELD covers at least one such window whole


@dataclass(frozen=True)
class Block:
    """Sound records that need no closer look: the first one's line, their text, how many records and lines they are."""

    line: int
    text: bytes
    rows: int
    lines: int


class Record(NamedTuple):
    """One record taken apart.

    ``reason`` says why it cannot be used (None: it can), ``column`` which field is to blame. ``verbatim``: the database
    reads its bytes as they are. A blank record is no row: it has no fields, and no reason. ``raw`` are the bytes of a
    record with a reason.
    """

    line: int
    fields: list[str]
    reason: str | None
    column: int | None
    verbatim: bool
    raw: bytes = b""


def count_records(path: Path, dialect: Dialect) -> int:
    """How many records follow the header, sound or not; blank and delimiter-only lines are none.

    Raises:
        DataError: ``unterminated_quote``, ``too_large``, or the file cannot be unpacked or decoded.
    """
    return sum(rows_of(part) for part in walk(path, dialect))


def rows_of(part: Block | list[Record]) -> int:
    """How many records a part of a file holds, blank ones not counted."""
    return part.rows if isinstance(part, Block) else sum(1 for record in part if record.fields)


def locate(path: Path, dialect: Dialect, numbers: Sequence[int]) -> dict[int, Location]:
    """Where the given rows are, by their place (from 1) among the rows the database reads from the file.

    Rejected and blank records have no place. Reads the file once, up to the last row asked for, a block at a time.
    """
    wanted = iter(sorted(set(numbers)))
    number = next(wanted, None)
    found: dict[int, Location] = {}
    grammar = Grammar(dialect.delimiter, dialect.escape, padded=dialect.padded)
    before = 0
    for part in walk(path, dialect) if number is not None else ():
        usable = part.rows if isinstance(part, Block) else sum(1 for record in part if is_usable(record))
        if number is not None and number <= before + usable:
            for place, record in enumerate(_usable(part, grammar), before + 1):
                if place == number:
                    found[place] = Location(record.line, tuple(record.fields))
                    number = next(wanted, None)
        if number is None:
            break
        before += usable
    return found


def is_usable(record: Record) -> bool:
    """Whether the database gets to see the record."""
    return bool(record.fields) and record.reason is None


def walk(path: Path, dialect: Dialect) -> Iterator[Block | list[Record]]:
    """All records of a file in order: regular stretches as they are, the others taken apart.

    Raises:
        DataError: ``unterminated_quote`` at the line of its opening quote; ``too_large``, a record beyond a million
            bytes; or the file cannot be unpacked or decoded.
    """
    reader = _Reader(dialect, path.name)
    rest = b""
    for chunk in after_lines(utf8_chunks(path, dialect), dialect.head):
        text = rest + chunk
        cut = text.rfind(b"\n") + 1
        if cut:
            part, used = reader.read(text[:cut])
            yield part
            cut = used
        rest = text[cut:]
        if len(rest) > LONGEST_RECORD:
            raise reader.endless(rest)
    if rest:
        part, used = reader.read(rest + (reader.line_end or b"\n"))
        yield part
        if used < len(rest):
            raise reader.endless(rest[used:])


class _Reader:
    """Reads one file block after block and knows the line it has come to."""

    def __init__(self, dialect: Dialect, file: str) -> None:
        self._file = file
        self._line = dialect.head + 1
        self.line_end = b""
        self._grammar = Grammar(dialect.delimiter, dialect.escape, padded=dialect.padded)
        self._blanks = dialect.delimiter == BLANKS
        self._spaces = b" \t".replace(dialect.delimiter.encode(), b"")
        self._delimiter = delimiter = dialect.delimiter.encode()
        self._width = len(dialect.columns)
        self._marks = delimiter * (self._width - 1)
        self._quoted_marks = delimiter.join([b'""'] * self._width)
        self._between = b'"' + delimiter + b'"'
        kept = delimiter + b'"\r\n' + _CONTROLS
        self._dropped = bytes(code for code in range(256) if code not in kept)
        self._shape: bytes | None = None
        self._dropped_around_shape = b""
        # A quoted field that stands where it should; one that holds a control character is left for the closer look.
        inside = rb'[^"%s]*+' % re.escape(_CONTROLS)
        around = re.escape(delimiter)
        self._quoted = re.compile(rb'"(?<=[%s\n]")%s(?:""%s)*+"(?=%s|\r?\n)' % (around, inside, inside, around))
        self._fast = dialect.escape == '"' and not self._blanks and not dialect.padded

    def read(self, text: bytes) -> tuple[Block | list[Record], int]:
        r"""The records of a text that ends with ``\n`` and how many of its bytes they take: all but an open record."""
        self.line_end = self.line_end or (b"\r\n" if text[text.find(b"\n") - 1 :][:1] == b"\r" else b"\n")
        rows = self._regular_rows(text) if self._fast else 0
        if rows:
            lines = rows if b'"' not in text else text.count(b"\n")
            block = Block(self._line, text, rows, lines)
            self._line += lines
            return block, len(text)
        records, used = [], 0
        for raw, lines in self._grammar.records(text):
            parted = self._rows_between_returns(raw) if lines == 1 and b"\r" in raw else []
            for row in parted:
                records.append(self._record(row, 1)._replace(verbatim=False))
                self._line += 1
            if not parted:
                records.append(self._record(raw, lines))
                self._line += lines
            used += len(raw) + 1
        return records, used

    def endless(self, rest: bytes) -> DataError:
        """The error of a record that does not end."""
        place = Place(self._file, self._line)
        if b'"' in rest:
            return DataError(
                "unterminated_quote",
                f"the quote that opens on line {self._line} is never closed",
                fix="close or remove the quote on that line",
                place=place,
            )
        message = f"the record on line {self._line} is longer than {LONGEST_RECORD:,} bytes"
        fix = "look at that line: it is no row of a table"
        if b"\r" in rest:
            fix = "from that line on lines end with CR alone: save the file with one kind of line ends"
        return DataError("too_large", message, fix=fix, place=place)

    def _stray_quote(self, lines: int) -> DataError:
        end = self._line + lines - 1
        message = f"the quote that opens on line {self._line} closes on line {end} only, over what look like other rows"
        fix = "close or remove the quote on that line"
        return DataError("unterminated_quote", message, fix=fix, place=Place(self._file, self._line))

    def _regular_rows(self, text: bytes) -> int:
        """How many rows the text has if all are sound and none needs a closer look, else 0."""
        if not is_utf8(text) or _has_long_line(text):
            return 0
        if rows := self._alike_rows(text):
            return rows
        kept = text.translate(None, self._dropped)
        rows = kept.count(b"\n")
        if b'"' in kept:
            if self._is_all_quoted(text, kept, rows):
                return rows
            bare = self._quoted.sub(b"", b"\n" + text)[1:]
            kept = bare.translate(None, self._dropped)
            rows = kept.count(b"\n")
        else:
            bare = text
        if kept != (self._marks + self.line_end) * rows or self._may_hide_rows(text, rows):
            return 0
        if self.line_end == b"\r\n" and bare.count(b"\r\n") != rows:  # a CR may stand elsewhere in the line
            return 0
        return 0 if self._has_empty_row(text) else rows

    def _may_hide_rows(self, text: bytes, rows: int) -> bool:
        over_lines = text.count(b"\n") > rows
        return over_lines and self._grammar.may_hide_rows(self._quoted.findall(b"\n" + text), self._width)

    def _alike_rows(self, text: bytes) -> int:
        """How many rows the text has if all have the first one's marks, and with them one that no empty row has."""
        if self._shape is None:
            first = text[: text.find(b"\n") + 1]
            mark = next((mark for mark in _WITNESSES if mark != self._delimiter and mark in first), b"")
            self._dropped_around_shape = self._dropped.translate(None, mark)
            shape = first.translate(None, self._dropped_around_shape)
            self._shape = shape if mark and shape.translate(None, mark) == self._marks + self.line_end else b""
        kept = text.translate(None, self._dropped_around_shape) if self._shape else b""
        rows = kept.count(b"\n")
        if kept != self._shape * rows or (self.line_end == b"\r\n" and text.count(b"\r\n") != rows):
            self._shape, rows = b"", 0
        return rows

    def _is_all_quoted(self, text: bytes, kept: bytes, rows: int) -> bool:
        """Whether every field of every row stands in quotes, with no mark inside them."""
        ends = self.line_end
        return (
            kept == (self._quoted_marks + ends) * rows
            and text.startswith(b'"')
            and text.endswith(b'"' + ends)
            and text.count(b'"' + ends + b'"') == rows - 1
            and text.count(self._between) == rows * (self._width - 1)
            and not self._has_empty_row(text)
        )

    def _has_empty_row(self, text: bytes) -> bool:
        rows = (self._marks, self._quoted_marks) if b'"' in text else (self._marks,)
        return any(text.startswith(row + self.line_end) or b"\n" + row + self.line_end in text for row in rows)

    def _rows_between_returns(self, raw: bytes) -> list[bytes]:
        """The rows of a line that a CR alone parts, each of them whole; none if the CR is no line end."""
        rows = raw.rstrip(b"\r").split(b"\r")
        splits = [self._grammar.split(row) for row in rows if row]
        whole = all(split.sound and len(split.fields) == self._width for split in splits)
        return rows if whole and (len(rows) > 1 or raw.endswith(b"\r\r")) else []

    def _record(self, raw: bytes, lines: int) -> Record:
        line = self._line
        text = raw.removesuffix(b"\r")
        verbatim = raw.endswith(b"\r") == (self.line_end == b"\r\n")
        if not text.strip(self._spaces) or not text.strip(self._delimiter) or text == self._quoted_marks:
            return Record(line, [], None, None, verbatim=verbatim and not text)
        fields, sound, plain = self._grammar.split(text)
        if lines > 1 and not sound:
            raise self.endless(raw)
        if lines > 1 and self._grammar.hides_rows(raw, self._width):
            raise self._stray_quote(lines)
        if len(fields) != self._width or not sound:
            return Record(line, [_shown(field) for field in fields], "ragged_row", None, verbatim=False, raw=text)
        stray = b'"' not in text and b"\r" in text
        for column, field in enumerate(fields):
            reason = fault_of(field, stray=stray)
            if reason:
                return Record(line, [_shown(field) for field in fields], reason, column, verbatim=False, raw=text)
        verbatim = verbatim and plain and self._fast
        return Record(line, [field.decode() for field in fields], None, None, verbatim)


def _usable(part: Block | list[Record], grammar: Grammar) -> Iterator[Record]:
    if not isinstance(part, Block):
        yield from filter(is_usable, part)
        return
    line = part.line
    for raw, lines in grammar.records(part.text):
        fields = [field.decode() for field in grammar.split(raw.removesuffix(b"\r")).fields]
        yield Record(line, fields, None, None, verbatim=True)
        line += lines


def _has_long_line(text: bytes) -> bool:
    return any(text.find(b"\n", start, start + _WINDOW) < 0 for start in range(0, len(text) - _WINDOW + 1, _WINDOW))


def _shown(field: bytes) -> str:
    return field.decode(errors="replace")
