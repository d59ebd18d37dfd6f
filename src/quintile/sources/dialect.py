"""Detection of a delimited text file's dialect: suggested by its first bytes, overruled by what the user says.

Only the encoding is looked at over the whole file. What stays in doubt is an error that says what to set.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from quintile.domain.dialect import BLANKS, Dialect
from quintile.errors import DataError, Place, SettingsError
from quintile.sources.chunks import GZIP_MAGIC, is_text_in, raw_chunks, utf8_chunks
from quintile.sources.grammar import Grammar

if TYPE_CHECKING:
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2_000

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_HINT = re.compile(rb'"?sep=(.)"?\r?', re.IGNORECASE)
_SAMPLED_CHUNKS = 8
_SAMPLED_RECORDS = 500
_FEWEST_BLANK_PARTED = 3
_MOSTLY = 0.9
_NUL_SHARE = 0.3
_FEW_NULS = 0.02
_LONGEST_NAME = 60
_DATA_LIKE = re.compile(r"[-+]?[\d.,]*\d|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[^@\s]+@[^@\s]+\.\w+|[A-Z]{0,4}[-_]?\d{3,}")
_CALLED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", BLANKS: "blanks"}


@dataclass(frozen=True)
class _Shape:
    """How a delimiter cuts the sample: the header's columns, the most usual number of fields below it, its share."""

    grammar: Grammar
    header: int
    fields: int
    share: float

    @property
    def fits(self) -> bool:
        """Whether header and rows agree on more than one column."""
        return self.header > 1 and self.fields in (0, self.header)


def detect_dialect(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> Dialect:
    """Find out how a text file is to be read.

    Args:
        path: A delimited text file, gzip or not, with a header.
        delimiter: Fixes the delimiter; a tabulator may be written ``tab``.
        encoding: Fixes the encoding, by its Python name.

    Raises:
        SettingsError: The encoding or delimiter given is none.
        DataError: ``empty_input``, ``not_tabular``, ``dialect``, ``duplicate_column``, ``too_many_columns``,
            ``encoding``, ``truncated``, ``corrupt_file`` or ``too_large``.
    """
    with path.open("rb") as file:
        compressed = file.read(2) == GZIP_MAGIC
    head = next(raw_chunks(path, compressed=compressed), b"")
    dialect = Dialect((), encoding=_encoding(path, head, encoding, compressed=compressed), compressed=compressed)
    sample = b"".join(islice(utf8_chunks(path, dialect), _SAMPLED_CHUNKS))
    if b"\n" not in sample and b"\r" in sample:
        dialect = replace(dialect, carriage_returns=True)
        sample = sample.replace(b"\r", b"\n")
    if not sample.strip():
        raise DataError("empty_input", "the file is empty", fix="export it again with its rows", place=Place(path.name))
    _refuse_binary(sample, path)
    skipped, hint, body = _preamble(sample)
    shape = _choose(body, _delimiter_given(delimiter) or hint, path)
    return _with_header(dialect, shape, body, skipped, path)


def looks_like_data(names: tuple[str, ...]) -> bool:
    """Whether a header's names read like values (numbers, dates, codes, addresses): probably there is no header."""
    return sum(1 for name in names if _DATA_LIKE.fullmatch(name)) * 2 >= len(names)


def find_encoding(path: Path) -> str:
    """The encoding of a text file, as Python calls it.

    Raises:
        DataError: ``encoding``, it is neither UTF-8, UTF-16 nor Windows-1252.
    """
    return _encoding(path, next(raw_chunks(path, compressed=False), b""), None, compressed=False)


def _encoding(path: Path, head: bytes, given: str | None, *, compressed: bool) -> str:
    marked = next((name for mark, name in _BOMS.items() if head.startswith(mark)), None)
    if given is not None:
        try:
            known = codecs.lookup(given).name
        except LookupError as error:
            message = f"'{given}' is no encoding"
            fix = "write for example utf-8, cp1252, cp1254 or utf-16"
            raise SettingsError("encoding", message, fix=fix) from error
        return marked if marked and known.replace("_", "-").startswith(marked[:5]) else known.replace("_", "-")
    if marked:
        return marked
    wide = _wide(head)
    if wide:
        return wide
    if is_text_in(path, "utf-8", compressed=compressed) or _is_mostly_utf8(path, compressed=compressed):
        return "utf-8"
    if not is_text_in(path, "cp1252", compressed=compressed):
        message = "the file is neither UTF-8 nor Windows-1252 text"
        fix = "save it as UTF-8, or name its encoding with --encoding"
        raise DataError("encoding", message, fix=fix, place=Place(path.name))
    return "cp1252"


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: Western text has a NUL in every other byte."""
    pairs = max(len(head) // 2, 1)
    even, odd = head[::2].count(0) / pairs, head[1::2].count(0) / pairs
    if even < _FEW_NULS and odd > _NUL_SHARE:
        return "utf-16-le"
    return "utf-16-be" if odd < _FEW_NULS and even > _NUL_SHARE else None


def _is_mostly_utf8(path: Path, *, compressed: bool) -> bool:
    """Whether letters beyond ASCII are more often sound UTF-8 than not: then it is UTF-8 with a few damaged rows."""
    sound = damaged = 0
    for chunk in raw_chunks(path, compressed=compressed):
        if not chunk.isascii():
            for letters in re.findall(rb"[\x80-\xff]+", chunk):
                try:
                    letters.decode()
                    sound += 1
                except UnicodeDecodeError:
                    damaged += 1
    return sound > damaged


def _refuse_binary(sample: bytes, path: Path) -> None:
    line = sample.split(b"\n", 1)[0]
    if b"\0" in line or len(re.findall(rb"[\x01-\x08\x0e-\x1f]", line)) > 1:
        message = "the file is not text: its first line holds control characters"
        raise DataError("not_tabular", message, fix="export it as CSV, Excel or Parquet", place=Place(path.name, 1))


def _preamble(sample: bytes) -> tuple[int, str | None, bytes]:
    """Lines before the header: blank ones, and the ``sep=;`` by which Excel is told the delimiter."""
    lines = sample.split(b"\n")
    skipped, hint = 0, None
    for line in lines:
        match = _HINT.fullmatch(line)
        if match is None and line.strip():
            break
        hint = match[1].decode(errors="replace") if match else hint
        skipped += 1
    return skipped, hint, b"\n".join(lines[skipped:])


def _delimiter_given(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    named = {"tab": "\t", "\\t": "\t", **{name: mark for mark, name in _CALLED.items()}}.get(delimiter, delimiter)
    if len(named.encode()) != 1 or named in '"\r\n\\':
        message = f"'{delimiter}' cannot part columns"
        raise SettingsError("delimiter", message, fix="give one character, for example ; or , or tab")
    return named


def _shape(body: bytes, delimiter: str, escape: str = '"') -> _Shape:
    grammar = Grammar(delimiter, escape)
    counts: list[int] = []
    for raw, _ in grammar.records(body):
        if raw.strip():
            counts.append(len(grammar.split(raw.removesuffix(b"\r")).fields))
        if len(counts) > _SAMPLED_RECORDS:
            break
    usual, times = Counter(counts[1:]).most_common(1)[0] if counts[1:] else (0, 0)
    return _Shape(grammar, counts[0] if counts else 0, usual, times / max(len(counts) - 1, 1))


def _choose(body: bytes, fixed: str | None, path: Path) -> _Shape:
    text = body if body.endswith(b"\n") else body[: body.rfind(b"\n") + 1] or body + b"\n"
    if fixed is not None:
        shape = _escaped(text, fixed)
        if not shape.fits:
            raise _mismatch([shape], [_shape(text, mark) for mark in DELIMITERS], path)
        return shape
    shapes = [_escaped(text, mark) for mark in DELIMITERS]
    fitting = [shape for shape in shapes if shape.fits]
    if fitting:
        return max(fitting, key=lambda shape: (shape.share > _MOSTLY, shape.header, shape.share))
    blanks = _shape(text, BLANKS)
    if blanks.fits and blanks.share == 1 and blanks.header >= _FEWEST_BLANK_PARTED and _has_figures(text):
        return blanks
    cut = [shape for shape in shapes if shape.header > 1 or shape.fields > 1]
    if cut:
        raise _mismatch(cut, shapes, path)
    message = "the file is no table: no comma, semicolon, tab or bar parts its header into columns"
    raise DataError("not_tabular", message, fix="export it as CSV with a header line", place=Place(path.name, 1))


def _has_figures(text: bytes) -> bool:
    """Whether every row holds a digit: prose, whose words may chance to be as many in every line, does not."""
    rows = [line for line in text.split(b"\n")[1:] if line.strip()]
    return bool(rows) and all(re.search(rb"[0-9]", row) for row in rows)


def _escaped(text: bytes, delimiter: str) -> _Shape:
    doubled = _shape(text, delimiter)
    if b'\\"' not in text:
        return doubled
    backslash = _shape(text, delimiter, "\\")
    better = (backslash.fits, backslash.share) > (doubled.fits, doubled.share) or _unsound(text, doubled.grammar)
    return backslash if better and backslash.fits else doubled


def _unsound(text: bytes, grammar: Grammar) -> bool:
    return any(not grammar.split(raw.removesuffix(b"\r")).sound for raw, _ in grammar.records(text) if b'\\"' in raw)


def _mismatch(cut: list[_Shape], shapes: list[_Shape], path: Path) -> DataError:
    """The error of a header and rows that are cut into different numbers of columns."""
    header = max(cut, key=lambda shape: shape.header)
    rows = max(shapes, key=lambda shape: shape.fields if shape.share > _MOSTLY else 0)
    mark, other = (_CALLED.get(shape.grammar.delimiter.decode(), "delimiter") for shape in (header, rows))
    if rows.fields > 1 and mark != other:
        message = f"the delimiter of the header is the {mark}, that of the rows the {other}"
    else:
        message = f"with the {mark} as delimiter the header has {header.header} columns and the rows {header.fields}"
    fix = "write header and rows with one delimiter, quote values that hold it, or name it with --delimiter"
    return DataError("dialect", message, fix=fix, place=Place(path.name, 1))


def _with_header(dialect: Dialect, shape: _Shape, body: bytes, skipped: int, path: Path) -> Dialect:
    grammar = shape.grammar
    text = body if body.endswith(b"\n") else body + b"\n"
    raw, lines = next(grammar.records(text), (b"", 1))
    fields = grammar.split(raw.removesuffix(b"\r")).fields
    place = Place(path.name, skipped + 1)
    if len(fields) > MOST_COLUMNS:
        message = f"the header has {len(fields):,} columns, over {MOST_COLUMNS:,}"
        raise DataError("too_many_columns", message, fix="keep only the columns that are needed", place=place)
    names = [field.decode(errors="replace").strip() for field in fields]
    columns = tuple(name or f"column_{number}" for number, name in enumerate(names, 1))
    twice = [name for name, times in Counter(name.casefold() for name in columns).items() if times > 1]
    if twice:
        column = next(name for name in columns if name.casefold() == twice[0])[:_LONGEST_NAME]
        message = f"{sum(name.casefold() == twice[0] for name in columns)} columns are called '{column}'"
        place = replace(place, column=column)
        raise DataError("duplicate_column", message, fix="rename or remove one of them", place=place)
    return replace(
        dialect,
        columns=columns,
        delimiter=grammar.delimiter.decode(),
        escape=grammar.escape,
        head=skipped + lines,
    )
