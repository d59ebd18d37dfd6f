"""Chunks: the bytes of a text file as UTF-8, a piece at a time, whatever the file's encoding or compression."""

from __future__ import annotations

import codecs
import gzip
import zlib
from itertools import islice
from typing import TYPE_CHECKING

from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from quintile.domain.dialect import Dialect

GZIP_MAGIC = b"\x1f\x8b"

_CHUNK = 1 << 16  # fits the processor's cache
_GZIP_RATIO = 100
_GZIP_ALLOWANCE = 16 << 20  # small files of equal rows honestly shrink more than a hundred times
_GZIP_LIMIT = 64 << 30


def raw_chunks(path: Path, *, compressed: bool) -> Iterator[bytes]:
    """The bytes of a file, unpacked if it is gzip, in pieces of 64 kB.

    Raises:
        DataError: ``truncated``, ``corrupt_file`` or ``too_large``, for gzip only.
    """
    with path.open("rb", buffering=0) as raw:
        if not compressed:
            while chunk := raw.read(_CHUNK):
                yield chunk
            return
        yield from _unpacked(raw, path)


def utf8_chunks(path: Path, dialect: Dialect) -> Iterator[bytes]:
    """The text of a file as UTF-8 bytes without a byte order mark; where lines end with CR, all ends become LF.

    A file said to be UTF-8 is passed on unchecked, so that a damaged row can be told from a damaged file.

    Raises:
        DataError: ``encoding`` when the bytes are not text of the dialect's encoding, and all of ``raw_chunks``.
    """
    chunks = raw_chunks(path, compressed=dialect.compressed)
    if dialect.encoding not in ("utf-8", "utf-8-sig"):
        chunks = _recoded(chunks, dialect.encoding, path)
    if dialect.doubled_returns:
        chunks = _with_single_returns(chunks)
    if dialect.carriage_returns:
        chunks = _with_line_feeds(chunks)
    start = True
    for chunk in chunks:
        text = chunk.removeprefix(codecs.BOM_UTF8) if start else chunk
        start = False
        yield text


def is_text_in(path: Path, encoding: str, *, compressed: bool, chunks: int | None = None) -> bool:
    """Whether every byte of the file, or of so many pieces at its beginning, is valid in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    pending = False
    try:
        for chunk in islice(raw_chunks(path, compressed=compressed), chunks):
            if pending or not chunk.isascii():
                decoder.decode(chunk)
                pending = bool(decoder.getstate()[0])
        decoder.decode(b"", final=chunks is None)
    except UnicodeDecodeError:
        return False
    return True


def _with_single_returns(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """CR CR LF become CR LF, also where a piece ends in the middle of them."""
    held = b""
    for chunk in chunks:
        text = held + chunk
        whole = text.rstrip(b"\r")
        held = text[len(whole) :]
        yield whole.replace(b"\r\r\n", b"\r\n")
    yield held


def _with_line_feeds(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Every line end becomes LF, also where a piece ends between CR and LF."""
    held = b""
    for chunk in chunks:
        text = held + chunk
        held = b"\r" if text.endswith(b"\r") else b""
        yield text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    yield held.replace(b"\r", b"\n")


def _recoded(chunks: Iterator[bytes], encoding: str, path: Path) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for chunk in chunks:
            text = decoder.decode(chunk).encode()
            yield text
            line += text.count(b"\n")
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        if isinstance(error, UnicodeDecodeError):
            line += error.object[: error.start].count(b"\n")
        message = f"the file is not {encoding} text: {error}"
        place = Place(path.name, line)
        raise DataError("encoding", message, fix="save the file as UTF-8, or name its encoding", place=place) from error


def _unpacked(raw: BinaryIO, path: Path) -> Iterator[bytes]:
    unpacked = 0
    place = Place(path.name)
    try:
        with gzip.GzipFile(fileobj=raw) as stream:
            while chunk := stream.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > min(_GZIP_LIMIT, max(_GZIP_ALLOWANCE, _GZIP_RATIO * raw.tell())):
                    message = f"the gzip file unpacks to over {_GZIP_RATIO} times its size ({unpacked:,} bytes so far)"
                    raise DataError("too_large", message, fix="unpack the file yourself and look at it", place=place)
                yield chunk
    except EOFError as error:
        message = "the gzip file is cut off"
        raise DataError("truncated", message, fix="fetch the file again", place=place) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        message = f"the gzip file is damaged: {error}"
        raise DataError("corrupt_file", message, fix="fetch the file again", place=place) from error


def after_lines(chunks: Iterator[bytes], head: int) -> Iterator[bytes]:
    """What follows the first so many lines."""
    skipped = 0
    for chunk in chunks:
        if skipped == head:
            yield chunk
            continue
        lines = chunk.split(b"\n", head - skipped)
        skipped += len(lines) - 1
        if skipped == head:
            yield lines[-1]
