"""Detection of a delimited text file's dialect: suggested by its first bytes, overruled by what the user says.

Only the encoding is looked at over the whole file, or proved while its records are. What stays in doubt is an error
that says what to set.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from quintile.domain.dialect import BLANKS, Dialect
from quintile.errors import DataError, Place, SettingsError
from quintile.sources.chunks import GZIP_MAGIC, utf8_chunks
from quintile.sources.encodings import find_encoding
from quintile.sources.grammar import Grammar
from quintile.sources.no_table import refuse_no_table

if TYPE_CHECKING:
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = ("^", "~", "\x01", "\x1f")
MOST_COLUMNS = 2_000
DATA_LIKE = re.compile(r"[-+]?[\d.,]*\d|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[^@\s]+@[^@\s]+\.\w+|[A-Z]{0,4}[-_]?\d{3,}")

_HINT = re.compile(rb'"?sep=(.)"?\r?', re.IGNORECASE)
_SAMPLED_CHUNKS = 8
_CR_SHARE = 0.1
_QUOTED = re.compile(rb'"[^"]*"')
_SAMPLED_RECORDS = 500
_FEWEST_BLANK_PARTED = 3
_MOSTLY = 0.9
_NARROWEST_WITH_TITLE = 3
_MOST_TITLES = 20
_LONGEST_NAME = 60
_IN_APOSTROPHES = re.compile(r"'.*'", re.DOTALL)
_CALLED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", BLANKS: "blanks"}


@dataclass(frozen=True)
class _Shape:
    """How a delimiter cuts the sample.

    ``names`` are the header's fields, ``head`` the lines up to and with it, ``fields`` the most usual number of fields
    below it, ``share`` how usual. A delimiter that ends every row, or the header alone, is taken into account.
    """

    grammar: Grammar
    names: tuple[bytes, ...]
    head: int
    fields: int
    share: float

    @property
    def header(self) -> int:
        """How many columns the header has."""
        return len(self.names)

    @property
    def fits(self) -> bool:
        """Whether header and rows agree on more than one column."""
        return self.header > 1 and self.fields in (0, self.header)

    @property
    def is_named(self) -> bool:
        """Whether the header is more than a single title beside empty fields."""
        return sum(1 for name in self.names if name.strip()) > 1

    @property
    def is_whole(self) -> bool:
        """Whether every column has a name, but for one that a delimiter at the end of the line makes."""
        return all(name.strip() for name in self.names[:-1])


class _Sampled(NamedTuple):
    """One record of the sample: its fields, and the lines of the sample up to and with it."""

    fields: list[bytes]
    lines: int


def detect_dialect(
    path: Path, *, delimiter: str | None = None, encoding: str | None = None, whole: bool = True
) -> Dialect:
    """Find out how a text file is to be read.

    Args:
        path: A delimited text file, gzip or not, with a header.
        delimiter: Fixes the delimiter; a tabulator may be written ``tab``.
        encoding: Fixes the encoding, by its Python name.
        whole: Look at all bytes for the encoding; else a file that begins as UTF-8 is taken for it, and whoever finds
            a row that is not must ask again.

    Raises:
        SettingsError: The encoding or delimiter given is none.
        DataError: ``empty_input``, ``not_tabular``, ``dialect``, ``duplicate_column``, ``too_many_columns``,
            ``encoding``, ``format_not_supported``, ``truncated``, ``corrupt_file`` or ``too_large``.
    """
    with path.open("rb") as file:
        compressed = file.read(2) == GZIP_MAGIC
    chunks = None if whole else _SAMPLED_CHUNKS
    found = find_encoding(path, encoding, compressed=compressed, chunks=chunks)
    dialect = Dialect((), encoding=found, compressed=compressed)
    sample = b"".join(islice(utf8_chunks(path, dialect), _SAMPLED_CHUNKS))
    if _ends_with_returns(sample):
        dialect = replace(dialect, carriage_returns=True)
        sample = sample.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if sample.count(b"\r\r\n") * 2 > sample.count(b"\n"):
        dialect = replace(dialect, doubled_returns=True)
        sample = sample.replace(b"\r\r\n", b"\r\n")
    if not sample.strip():
        raise DataError("empty_input", "the file is empty", fix="export it again with its rows", place=Place(path.name))
    refuse_no_table(sample, path)
    skipped, hint, body = _preamble(sample)
    shape = _choose(body, _delimiter_given(delimiter) or hint, path)
    return _with_header(dialect, shape, skipped, path)


def _ends_with_returns(sample: bytes) -> bool:
    """Whether lines end with CR alone: the first, or too many for CRs within cells."""
    bare = _QUOTED.sub(b"", sample).replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    alone = bare.count(b"\r")
    return b"\r" in bare.partition(b"\n")[0] or alone > _CR_SHARE * (alone + bare.count(b"\n"))


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


def _shape(body: bytes, grammar: Grammar, *, titled: bool = False) -> _Shape:
    sampled: list[_Sampled] = []
    line = 0
    for raw, lines in grammar.records(body):
        line += lines
        if raw.strip():
            sampled.append(_Sampled(grammar.split(raw.removesuffix(b"\r")).fields, line))
        if len(sampled) > _SAMPLED_RECORDS:
            break
    if not sampled:
        return _Shape(grammar, (), 1, 0, 0)
    header = _find_header(sampled) if titled else 0
    rows = [record.fields for record in sampled[header + 1 :]]
    usual, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    names = _even(sampled[header].fields, [row for row in rows if len(row) == usual], usual)
    return _Shape(grammar, tuple(names), sampled[header].lines, usual, times / max(len(rows), 1))


def _find_header(sampled: list[_Sampled]) -> int:
    """The header's place: the first record, unless that is a title or a remark above a header as wide as the rows."""
    widths = Counter(len(record.fields) for record in sampled if len(record.fields) >= _NARROWEST_WITH_TITLE)
    if not widths:
        return 0
    usual = widths.most_common(1)[0][0]
    records = enumerate(sampled[: _MOST_TITLES + 1])
    place = next((number for number, record in records if not _is_title(record.fields, usual)), 0)
    names = tuple(_text(field) for field in sampled[place].fields)
    return 0 if place and any(DATA_LIKE.fullmatch(name) for name in names) else place


def _is_title(fields: list[bytes], usual: int) -> bool:
    is_narrow = sum(1 for field in fields if field.strip()) <= max(1, usual // 2) or len(fields) < usual - 1
    return is_narrow or (fields[0].startswith(b"#") and len(fields) != usual)


def _even(names: list[bytes], rows: list[list[bytes]], usual: int) -> list[bytes]:
    """The header's fields, with a nameless column more or less where only the rows or only the header end with one."""
    if usual == len(names) + 1 and all(not row[-1] for row in rows):
        return [*names, b""]
    return names[:-1] if usual == len(names) - 1 and not names[-1].strip() else names


def _choose(body: bytes, fixed: str | None, path: Path) -> _Shape:
    text = body if body.endswith(b"\n") else body[: body.rfind(b"\n") + 1] or body + b"\n"
    marks = DELIMITERS if fixed is None else (fixed,)
    # What stands above the header is looked for only where the first line is none.
    shapes = [_escaped(text, mark) for mark in marks]
    titled = [_escaped(text, mark, titled=True) for mark in marks]
    rare = [_escaped(text, mark, titled=title) for title in (False, True) for mark in RARE_DELIMITERS if fixed is None]
    for candidates, enough in ((shapes, 0.0), (titled, _MOSTLY), (rare, _MOSTLY)):
        fitting = [shape for shape in candidates if shape.fits and shape.is_named and shape.share >= enough]
        if fitting:
            best = max(fitting, key=_worth)
            below = [shape for shape in titled if shape.fits and shape.share >= _MOSTLY and shape.is_whole]
            return best if best.is_whole or not below else max(below, key=_worth)
    if fixed is not None:
        raise _mismatch(shapes, [_shape(text, Grammar(mark)) for mark in DELIMITERS], path)
    blanks = _shape(text, Grammar(BLANKS))
    if blanks.fits and blanks.share == 1 and blanks.header >= _FEWEST_BLANK_PARTED and _has_figures(text):
        return blanks
    cut = [shape for shape in shapes if shape.header > 1 or shape.fields > 1]
    if cut:
        raise _mismatch(cut, shapes, path)
    message = "the file is no table: no comma, semicolon, tab or bar parts its header into columns"
    raise DataError("not_tabular", message, fix="export it as CSV with a header line", place=Place(path.name, 1))


def _worth(shape: _Shape) -> tuple[bool, int, float]:
    return shape.share > _MOSTLY, shape.header, shape.share


def _has_figures(text: bytes) -> bool:
    """Whether every row holds a digit: prose, whose words may chance to be as many in every line, does not."""
    rows = [line for line in text.split(b"\n")[1:] if line.strip()]
    return bool(rows) and all(re.search(rb"[0-9]", row) for row in rows)


def _escaped(text: bytes, delimiter: str, *, titled: bool = False) -> _Shape:
    doubled = _shape(text, Grammar(delimiter), titled=titled)
    if b'\\"' in text:
        backslash = _shape(text, Grammar(delimiter, "\\"), titled=titled)
        better = (backslash.fits, backslash.share) > (doubled.fits, doubled.share) or _unsound(text, doubled.grammar)
        return backslash if better and backslash.fits else doubled
    if delimiter.encode() + b' "' in text and delimiter != BLANKS:
        padded = _shape(text, Grammar(delimiter, padded=True), titled=titled)
        better = padded.fits and padded.share >= doubled.share and not _unsound(text, padded.grammar, b' "')
        return padded if better and _read_differently(text, doubled.grammar, padded.grammar) else doubled
    return doubled


def _unsound(text: bytes, grammar: Grammar, marked: bytes = b'\\"') -> bool:
    return any(not grammar.split(raw.removesuffix(b"\r")).sound for raw, _ in grammar.records(text) if marked in raw)


def _read_differently(text: bytes, one: Grammar, other: Grammar) -> bool:
    return any(one.split(raw).fields != other.split(raw).fields for raw, _ in other.records(text) if b' "' in raw)


def _mismatch(cut: list[_Shape], shapes: list[_Shape], path: Path) -> DataError:
    """The error of a header and rows that are cut into different numbers of columns."""
    header = max(cut, key=lambda shape: shape.header)
    _refuse_apostrophes(header, Place(path.name, 1))
    rows = max(shapes, key=lambda shape: shape.fields if shape.share > _MOSTLY else 0)
    mark, other = (_CALLED.get(shape.grammar.delimiter.decode(), "delimiter") for shape in (header, rows))
    if rows.fields > 1 and mark != other:
        message = f"the delimiter of the header is the {mark}, that of the rows the {other}"
    else:
        message = f"with the {mark} as delimiter the header has {header.header} columns and the rows {header.fields}"
    fix = "write header and rows with one delimiter, quote values that hold it, or name it with --delimiter"
    return DataError("dialect", message, fix=fix, place=Place(path.name, 1))


def _with_header(dialect: Dialect, shape: _Shape, skipped: int, path: Path) -> Dialect:
    place = Place(path.name, skipped + shape.head)
    if shape.header > MOST_COLUMNS:
        message = f"the header has {shape.header:,} columns, over {MOST_COLUMNS:,}"
        raise DataError("too_many_columns", message, fix="keep only the columns that are needed", place=place)
    _refuse_apostrophes(shape, place)
    columns = tuple(_text(field) or f"column_{number}" for number, field in enumerate(shape.names, 1))
    twice = [name for name, times in Counter(name.casefold() for name in columns).items() if times > 1]
    if twice:
        column = next(name for name in columns if name.casefold() == twice[0])[:_LONGEST_NAME]
        message = f"{sum(name.casefold() == twice[0] for name in columns)} columns are called '{column}'"
        place = replace(place, column=column)
        raise DataError("duplicate_column", message, fix="rename or remove one of them", place=place)
    return replace(
        dialect,
        columns=columns,
        delimiter=shape.grammar.delimiter.decode(),
        escape=shape.grammar.escape,
        padded=shape.grammar.padded,
        head=skipped + shape.head,
    )


def _refuse_apostrophes(shape: _Shape, place: Place) -> None:
    if shape.names and all(_IN_APOSTROPHES.fullmatch(_text(field)) for field in shape.names):
        fix = "quote with \" instead of ', or not at all, and export again"
        raise DataError("dialect", "the values stand in single quotes", fix=fix, place=place)


def _text(field: bytes) -> str:
    return field.decode(errors="replace").strip()
