"""Grammar: one dialect's rule for where a record ends and how it falls into fields; exact, and slow.

A field that starts with a quote runs to its closing quote, over commas and line ends. A quote further
inside a field is a plain character. Text after a closing quote is against the rules: such a record is not sound.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from quintile.domain.dialect import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BACKSLASH = b"\\"
_FIGURES, _LETTERS = re.compile(rb"[0-9]+"), re.compile(rb"[A-Za-z\x80-\xff]+")
_DATE_LIKE = re.compile(rb"9[^9a]+9.*")


class Split(NamedTuple):
    """A record's fields; ``sound``: its quotes close where they should; ``plain``: no quote is a mere character."""

    fields: list[bytes]
    sound: bool
    plain: bool


class Grammar:
    """Finds and splits the records of UTF-8 bytes.

    Args:
        delimiter: One character, or ``BLANKS``.
        escape: A quote or a backslash.
        padded: Blanks may stand before and after a quoted field.
    """

    def __init__(self, delimiter: str, escape: str = '"', *, padded: bool = False) -> None:
        self.escape = escape
        self.padded = padded
        self.delimiter = delimiter.encode()
        self._blanks = delimiter == BLANKS
        self._backslash = escape.encode() == _BACKSLASH
        self._escaped = re.compile(rb"\\(.)", re.DOTALL)
        inside = rb'[^"\\]*+(?:\\.[^"\\]*+)*+"' if self._backslash else rb'[^"]*+(?:""[^"]*+)*+"'
        other = rb"[^%s]*+" % re.escape(self.delimiter)
        opening = rb' *+"' if padded else rb'"'
        field = rb"(?:%s%s%s|(?!%s)%s)" % (opening, inside, other, opening, other)
        more = rb"(?:%s%s)*+" % (re.escape(self.delimiter), field)
        self._closed = re.compile(field + more, re.DOTALL)
        self._closed_within = re.compile(inside + other + more, re.DOTALL)
        self._field = re.compile(rb"%s(%s)(%s)|(%s)" % (opening, inside, other, other), re.DOTALL)

    def records(self, block: bytes) -> Iterator[tuple[bytes, int]]:
        r"""The records of a block that ends with ``\n``: each without its line end, and its number of lines.

        The last one is left out when its quote is still open at the end of the block.
        """
        lines = block.split(b"\n")
        lines.pop()
        pending: list[bytes] = []
        for line in lines:
            pattern = self._closed_within if pending else self._closed
            pending.append(line)
            if self._blanks or (len(pending) == 1 and b'"' not in line) or pattern.fullmatch(line):
                yield (pending[0] if len(pending) == 1 else b"\n".join(pending)), len(pending)
                pending = []

    def split(self, record: bytes) -> Split:
        """Fall into fields, quotes taken off."""
        if self._blanks:
            return Split(record.split(), sound=True, plain=True)
        if b'"' not in record:
            return Split(record.split(self.delimiter), sound=True, plain=True)
        fields: list[bytes] = []
        sound, plain, position = True, True, 0
        while position <= len(record):
            match = self._field.match(record, position)
            if match is None:  # the quote never closes
                return Split([*fields, record[position:]], sound=False, plain=False)
            quoted, after, bare = match.groups()
            after = after.strip(b" ") if after and self.padded else after
            if quoted is None:
                fields.append(bare)
                plain = plain and b'"' not in bare
            else:
                fields.append(self._unescaped(quoted[:-1]) + after)
                sound = sound and not after
            position = match.end() + len(self.delimiter)
        return Split(fields, sound, plain)

    def may_hide_rows(self, quoted: Iterable[bytes], width: int) -> bool:
        """Whether a quoted field has as many delimiters as whole rows would have in its place."""
        breaks = ((field, field.count(b"\n")) for field in quoted)
        return any(lines and field.count(self.delimiter) == lines * (width - 1) for field, lines in breaks)

    def hides_rows(self, record: bytes, width: int) -> bool:
        """Whether a stray quote has made one record of several: each of its lines is written as the first one is.

        Half of its fields at least, and a date or an amount among them.
        """
        lines = [line.split(self.delimiter) for line in record.split(b"\n")]
        if self._blanks or any(len(line) != width for line in lines):
            return False
        first, *others = ([_written_as(field) for field in line] for line in lines)
        alike = [[one for one, other in zip(first, line, strict=True) if one == other] for line in others]
        return all(2 * len(same) >= width and any(map(_DATE_LIKE.fullmatch, same)) for same in alike)

    def _unescaped(self, text: bytes) -> bytes:
        return self._escaped.sub(rb"\1", text) if self._backslash else text.replace(b'""', b'"')


def _written_as(field: bytes) -> bytes:
    """A field with its figures and letters made alike: ``O1`` is written as ``O2``, a date as another date."""
    return _FIGURES.sub(b"9", _LETTERS.sub(b"a", field.strip(b'" \r')))
