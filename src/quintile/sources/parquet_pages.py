"""Parquet pages: walks the pages of a column chunk and checks their CRC, which the database does not.

Only page headers are decoded (thrift's compact protocol); the values stay the database's work.
"""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quintile.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPRESSED_SIZE, _CRC = 3, 4  # fields of a page header
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_WHOLE = (4, 5, 6)
_CONTINUES = 0x80
_LONG_LIST = 15
_LONGEST_NUMBER = 63
_DEEPEST = 8
_MOST_ITEMS = 10_000
_LONGEST_HEADER = 1 << 20


def has_crc(content: memoryview, start: int) -> bool:
    """Whether the page that begins here carries the CRC of its bytes."""
    return _CRC in _header(content, start)[0]


def check_pages(content: memoryview, start: int, size: int) -> tuple[int, int]:
    """Walk the pages of one column chunk, from its first byte to its last.

    Returns:
        How many pages there are, and how many of them carry a CRC, all found right.

    Raises:
        DataError: ``corrupt_file``, a header makes no sense, the pages do not fill the chunk, or a CRC is wrong.
    """
    pages = checked = 0
    place, end = start, start + size
    if not 0 <= start <= end <= len(content):
        reason = "a column lies outside the file"
        raise _unsound(reason)
    while place < end:
        header, place = _header(content, place)
        length = header.get(_COMPRESSED_SIZE)
        if type(length) is not int or not 0 <= length <= end - place:
            reason = f"the page at byte {place:,} has an impossible size"
            raise _unsound(reason)
        crc = header.get(_CRC)
        if type(crc) is int:
            checked += 1
            if zlib.crc32(content[place : place + length]) != crc & 0xFFFFFFFF:
                reason = f"the page at byte {place:,} does not have the bytes it was written with"
                raise _unsound(reason)
        pages += 1
        place += length
    return pages, checked


def require_apart(chunks: list[tuple[int, int]]) -> None:
    """Column chunks (first byte, size) must not share bytes.

    Raises:
        DataError: ``corrupt_file``, two of them do.
    """
    for (start, size), (following, _) in pairwise(sorted(chunks)):
        if start + size > following:
            reason = f"two columns share the bytes from {following:,} on"
            raise _unsound(reason)


def _header(content: memoryview, place: int) -> tuple[dict[int, Any], int]:
    reader = _Reader(bytes(content[place : place + 512]))
    try:
        try:
            return reader.struct(), place + reader.place
        except IndexError:  # statistics of long texts make a long header
            reader = _Reader(bytes(content[place : place + _LONGEST_HEADER]))
            return reader.struct(), place + reader.place
    except IndexError as error:
        reason = f"the page header at byte {place:,} is cut off"
        raise _unsound(reason) from error


def _unsound(reason: str) -> DataError:
    return DataError("corrupt_file", f"the Parquet file is damaged: {reason}", fix="export or download it again")


class _Reader:
    """Reads thrift's compact protocol; an IndexError says that the bytes end too early."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.place = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > _DEEPEST:
            reason = "a page header is nested too deep"
            raise _unsound(reason)
        return dict(self._fields(depth))

    def _fields(self, depth: int) -> Iterator[tuple[int, Any]]:
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._number()
            yield field, self._value(head & 15, depth)

    def _value(self, kind: int, depth: int) -> Any:  # noqa: ANN401 - whatever the header holds
        if kind in {_TRUE, _FALSE}:
            return kind == _TRUE
        if kind in _WHOLE:
            return self._number()
        if kind in {_BYTE, _DOUBLE, _BINARY}:
            return self._bytes({_BYTE: 1, _DOUBLE: 8}.get(kind) or self._unsigned())
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in {_LIST, _SET}:
            return self._items(depth + 1)
        reason = f"a page header holds a value of the unknown kind {kind}"
        raise _unsound(reason)

    def _items(self, depth: int) -> list[Any]:
        head = self._byte()
        count = self._unsigned() if head >> 4 == _LONG_LIST else head >> 4
        if count > _MOST_ITEMS or depth > _DEEPEST:
            reason = "a page header holds too long a list"
            raise _unsound(reason)
        return [self._value(head & 15, depth) for _ in range(count)]

    def _byte(self) -> int:
        self.place += 1
        return self._content[self.place - 1]

    def _bytes(self, length: int) -> bytes:
        self.place += length
        if self.place > len(self._content):
            raise IndexError
        return self._content[self.place - length : self.place]

    def _unsigned(self) -> int:
        number = shift = 0
        while shift < _LONGEST_NUMBER + 1:
            byte = self._byte()
            number |= (byte & ~_CONTINUES) << shift
            if not byte & _CONTINUES:
                return number
            shift += 7
        reason = "a page header holds too long a number"
        raise _unsound(reason)

    def _number(self) -> int:
        number = self._unsigned()
        return (number >> 1) ^ -(number & 1)
