"""Staging: gives the database a file it reads without a doubt: the user's own, or a clean copy of it.

To the database a path is code (globs, folders that become columns), so even the user's own file is only seen through a
link with a name of ours. The database must be allowed to read the folder of the link and the folder of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quintile.domain.dialect import BLANKS, Dialect
from quintile.domain.transactions import RejectedRow
from quintile.engine.render import Sql, joined, literal, render
from quintile.sources.chunks import utf8_chunks
from quintile.sources.records import Block, is_usable, rows_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quintile.sources.records import Record

# All text, nothing guessed, nothing skipped in silence. An empty field, quoted or not, arrives as NULL.
_READ_CSV = (
    "read_csv({path}, auto_detect = false, header = false, skip = {skip}, delim = {delimiter}, quote = '\"',"
    " escape = '\"', columns = {{{columns}}}, encoding = 'utf-8', compression = 'none', strict_mode = true,"
    " null_padding = false, ignore_errors = false, hive_partitioning = false, filename = false{new_line})"
)
# A clean copy has no header, and where a line ends the database would learn from a break inside its first record.
_NEW_LINE = Sql(", new_line = '\\n'")
_SHOWN = 500


@dataclass(frozen=True)
class Staged:
    """A file as the database may read it.

    ``records`` counts all records of the user's file, ``rejected`` are those the database does not get to see; it must
    return exactly ``records - len(rejected)`` rows, in the file's order. ``copied``: ``path`` is a cleaned copy.
    """

    path: Path
    dialect: Dialect
    records: int
    rejected: tuple[RejectedRow, ...]
    copied: bool


def stage_utf8(path: Path, dialect: Dialect, folder: Path) -> Staged:
    """Link a file into a folder, or write a clean UTF-8 copy where the database could misread a byte of it.

    Copied are: other encodings, gzip, lines that end with CR or in two ways, columns parted by blanks, backslashes as
    escapes, headers over several lines, delimiter-only lines, quotes in the middle of a field, and files with rejected
    records, which the copy leaves out; and files that may not be linked. The name in the folder is ours.

    Raises:
        DataError: ``unterminated_quote``, ``too_large``, ``truncated``, ``corrupt_file`` or ``encoding``.
    """
    number = sum(1 for _ in folder.iterdir())
    target = folder / f"source_{number:04}.csv"
    if is_readable(path, dialect):
        counted = 0
        for part in walk(path, dialect):
            if not isinstance(part, Block) and not all(record.verbatim for record in part):
                break
            counted += rows_of(part)
        else:
            target.symlink_to(path.resolve())
            return Staged(target, dialect, counted, (), copied=False)
    return _copy(path, dialect, target)


def read_sql(staged: Staged) -> Sql:
    """The table function that reads a staged file: every column as text, NULL where the field is empty."""
    columns = joined(render("{column}: 'VARCHAR'", column=literal(column)) for column in staged.dialect.columns)
    return render(
        _READ_CSV,
        path=literal(str(staged.path)),
        skip=literal(staged.dialect.head),
        delimiter=literal(staged.dialect.delimiter),
        columns=columns,
        new_line=_NEW_LINE if staged.copied else Sql(""),
    )


def is_readable(path: Path, dialect: Dialect) -> bool:
    """Whether the database reads the file as it is, if all of its records are sound."""
    return _can_be_read(dialect) and _has_plain_head(path, dialect) and _may_be_linked(path)


def _can_be_read(dialect: Dialect) -> bool:
    return (
        dialect.encoding in ("utf-8", "utf-8-sig")
        and dialect.escape == '"'
        and dialect.delimiter != BLANKS
        and not dialect.compressed
        and not (dialect.carriage_returns or dialect.doubled_returns or dialect.padded)
    )


def _may_be_linked(path: Path) -> bool:
    """Whether the database knows a linked file by its path: it takes a backslash in a name for a folder's end."""
    return "\\" not in str(path.resolve())


def _has_plain_head(path: Path, dialect: Dialect) -> bool:
    """Whether the lines up to the header's hold no quote that could hide a line end, and end as the first row does.

    The database learns from the first line how lines end, and counts the others by that.
    """
    *lines, _ = next(utf8_chunks(path, dialect), b"").split(b"\n", dialect.head + 1)
    ends_alike = len({line.endswith(b"\r") for line in lines}) <= 1
    return ends_alike and all(b'"' not in line for line in lines[: dialect.head - 1])


def _copy(path: Path, dialect: Dialect, target: Path) -> Staged:
    records, rejected = 0, []
    delimiter = "," if dialect.delimiter == BLANKS else dialect.delimiter
    special = re.compile(rf'["\r\n{re.escape(delimiter)}]')
    with target.open("wb") as copy:
        for part in walk(path, dialect):
            records += rows_of(part)
            if isinstance(part, Block):
                copy.write(part.text.replace(b"\r\n", b"\n"))
                continue
            copy.writelines(_written(filter(is_usable, part), delimiter, special))
            rejected += [_rejected(record, path.name, dialect) for record in part if record.fields and record.reason]
    staged = Dialect(dialect.columns, delimiter=delimiter, head=0)
    return Staged(target, staged, records, tuple(rejected), copied=True)


def _written(records: Iterator[Record], delimiter: str, special: re.Pattern[str]) -> Iterator[bytes]:
    for record in records:
        fields = ['"' + field.replace('"', '""') + '"' if special.search(field) else field for field in record.fields]
        yield (delimiter.join(fields) + "\n").encode()


def damaged_rows(path: Path, dialect: Dialect) -> Iterator[tuple[RejectedRow, list[str]]]:
    """The rejected records of a file in full, read once more: each with its raw text, and its cells if it has them."""
    for part in walk(path, dialect):
        for record in () if isinstance(part, Block) else part:
            if record.fields and record.reason:
                raw = record.raw.decode(errors="replace")
                row = replace(_rejected(record, path.name, dialect), raw=raw)
                yield row, [] if record.column is None else record.fields


def _rejected(record: Record, file: str, dialect: Dialect) -> RejectedRow:
    column = None if record.column is None else dialect.columns[record.column]
    raw = dialect.delimiter.join(record.fields) if record.column is None else record.fields[record.column]
    return RejectedRow(record.reason or "", file, record.line, column, raw[:_SHOWN])
