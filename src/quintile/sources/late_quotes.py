"""Late quotes: how fields are quoted, where the first rows do not show it and a later one does."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from quintile.domain.dialect import BLANKS, Dialect
from quintile.sources.chunks import utf8_chunks
from quintile.sources.grammar import Grammar
from quintile.sources.records import LONGEST_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MOST_LINES = 1_000


def as_quoted_later(path: Path, dialect: Dialect) -> Dialect:
    r"""The dialect with ``\"`` within quotes, or with blanks before quotes, if the lines with such marks show it.

    All of them must be whole rows that way, and some must be none, or say something else, the usual way.

    Raises:
        DataError: All of ``utf8_chunks``.
    """
    if dialect.escape != '"' or dialect.padded or dialect.delimiter == BLANKS:
        return dialect
    others = {
        b'\\"': replace(dialect, escape="\\"),
        dialect.delimiter.encode() + b' "': replace(dialect, padded=True),
    }
    lines = list(islice(_lines_with(tuple(others), path, dialect), _MOST_LINES))
    for mark, other in others.items():
        if _is_shown([line for line in lines if mark in line], dialect, other):
            return other
    return dialect


def _is_shown(lines: Sequence[bytes], dialect: Dialect, other: Dialect) -> bool:
    usual, grammar = (Grammar(one.delimiter, one.escape, padded=one.padded) for one in (dialect, other))
    splits = [grammar.split(line) for line in lines]
    whole = all(split.sound and len(split.fields) == len(dialect.columns) for split in splits)
    return whole and any(
        split.fields != said.fields or not said.sound
        for split, said in zip(splits, map(usual.split, lines), strict=True)
    )


def _lines_with(marks: Sequence[bytes], path: Path, dialect: Dialect) -> Iterator[bytes]:
    rest = b""
    for chunk in utf8_chunks(path, dialect):
        text = rest + chunk
        end = text.rfind(b"\n") + 1
        whole, rest = text[:end], text[end:]
        if len(rest) > LONGEST_RECORD:
            return
        if any(mark in whole for mark in marks):
            yield from (line.removesuffix(b"\r") for line in whole.split(b"\n") if any(mark in line for mark in marks))
    if any(mark in rest for mark in marks):
        yield rest
