"""SQLite: a file opened read-only; each value as what it is, since a column may hold any type."""

from __future__ import annotations

import contextlib
import csv
import re
import sqlite3
import time
from typing import TYPE_CHECKING

from quintile.engine.render import joined, literal, name, render
from quintile.sources.databases.base import (
    MARK,
    Extract,
    bad_query,
    file_of,
    no_table,
    refuse_repeated,
    refused,
    resume_column,
    selected,
    timed_out,
)
from quintile.sources.number_forms import may_have_comma, without_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quintile.domain.database import DatabaseSource
    from quintile.engine.render import Sql
    from quintile.sources.databases.base import Access

# A view in a foreign file must not call what is dangerous; nothing may be written, not even by a trigger.
_SESSION = ("PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF", "BEGIN")
_NO_ROWS = "SELECT * FROM ({query}\n) LIMIT 0"
_COUNT = "SELECT count(*), {texts} FROM ({query}\n)"
_HAS_TEXT = "max(typeof({column}) IN ('text', 'blob')), max(typeof({column}) = 'real')"
_MARKED_TEXTS = """
SELECT DISTINCT {column} FROM ({query}\n)
WHERE typeof({column}) = 'text' AND (instr({column}, ',') OR instr({column}, '.'))
"""
_HAS_DATES = """
SELECT max({column} GLOB '*[0-9][-/]*[0-9]*' OR {column} GLOB '*[0-9].*[0-9].*[0-9]*') FROM ({query}\n)
WHERE typeof({column}) = 'text'
"""
_ROWS = "SELECT {columns} FROM ({query}\n)"
_CELL = "CASE typeof({column}) WHEN 'blob' THEN '\\x' || lower(hex({column})) ELSE {column} END"
_KEY = "SELECT name FROM pragma_table_info({table}) WHERE pk > 0 ORDER BY pk"
_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
_AGAIN = re.compile(r":[0-9]+$")  # how a second column of one name is called around a query
_CHECKED_EVERY = 100_000  # instructions of SQLite's machine
_TOLD_EVERY = 20_000
_BATCH = 1000


def extract(source: DatabaseSource, access: Access, target: Path, tell: Callable[[int], None]) -> Extract:  # noqa: ARG001 - a file is reached by its path
    """Write all rows; see ``base.Kind``.

    Text forms: floats as the shortest number they stand for (without a mark beside texts that may have another one),
    bytes as hexadecimal digits, text as it stands, also where it is no UTF-8.
    """
    with _connected(source) as connection:
        query = selected(source)
        columns = tuple(column[0] for column in connection.execute(render(_NO_ROWS, query=query)).description)
        if source.settings.query is not None:
            refuse_repeated(source, (_AGAIN.sub("", column) for column in columns))
        resume = resume_column(source, columns)
        texts = joined(render(_HAS_TEXT, column=name(column)) for column in columns)
        rows, *kinds = connection.execute(render(_COUNT, texts=texts, query=query)).fetchone()
        found = list(zip(columns, kinds[::2], kinds[1::2], strict=True))
        mixed = [column for column, text, real in found if text and real]
        torn = frozenset(column for column in mixed if _is_torn(connection, query, column))
        cells = joined([literal(MARK), *(render(_CELL, column=name(column)) for column in columns)])
        places = [place for place, column in enumerate(columns, start=1) if column in torn]
        _write(connection, render(_ROWS, columns=cells, query=query), target, tell, places)
        typed = frozenset(column for column, text, _ in found if text == 0)
        typed |= {column for column in mixed if column not in torn and not _has_dates(connection, query, column)}
        return Extract(columns, typed, (resume,) if resume else _primary_key(connection, source), rows)


@contextlib.contextmanager
def _connected(source: DatabaseSource) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{file_of(source).as_uri()}?mode=ro", uri=True, isolation_level=None)
    deadline = time.monotonic() + source.settings.timeout_seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _CHECKED_EVERY)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        for statement in _SESSION:
            connection.execute(statement)
        yield connection
    except sqlite3.Error as error:
        raise _explained(error, connection, source) from error
    finally:
        connection.close()


def _is_torn(connection: sqlite3.Connection, query: Sql, column: str) -> bool:
    """Whether texts that may have another decimal mark stand beside a column's numbers."""
    texts = connection.execute(render(_MARKED_TEXTS, column=name(column), query=query))
    return any(may_have_comma(text) for (text,) in texts)


def _has_dates(connection: sqlite3.Connection, query: Sql, column: str) -> bool:
    """Whether texts like dates, which follow what is said of dates, stand beside a column's numbers."""
    return bool(connection.execute(render(_HAS_DATES, column=name(column), query=query)).fetchone()[0])


def _write(
    connection: sqlite3.Connection, query: Sql, target: Path, tell: Callable[[int], None], torn: Sequence[int]
) -> None:
    cursor = connection.execute(query)
    written = 0
    with target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        while rows := cursor.fetchmany(_BATCH):
            writer.writerows([_without_marks(row, torn) for row in rows] if torn else rows)
            written += len(rows)
            if written % _TOLD_EVERY == 0:
                tell(written)


def _without_marks(row: Sequence[object], torn: Sequence[int]) -> list[object]:
    cells = list(row)
    for place in torn:
        cell = cells[place]
        cells[place] = without_mark(repr(cell)) if isinstance(cell, float) else cell
    return cells


def _primary_key(connection: sqlite3.Connection, source: DatabaseSource) -> tuple[str, ...]:
    table = source.settings.table
    if table is None:
        return ()
    return tuple(row[0] for row in connection.execute(render(_KEY, table=literal(table))))


def _explained(error: sqlite3.Error, connection: sqlite3.Connection, source: DatabaseSource) -> Exception:
    said = str(error)
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_INTERRUPT:
        return timed_out(source)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return refused(source, "corrupt_file", f"it is no sound SQLite database: {said}", "restore or copy it anew")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return refused(source, "busy", f"another program holds the file: {said}", "run it again when that has ended")
    if code == sqlite3.SQLITE_CANTOPEN:
        fix = "allow reading the file and, if another program keeps it in WAL mode, its folder; or read a copy"
        return refused(source, "not_allowed", f"the file cannot be opened: {said}", fix)
    if source.settings.query is None and said.startswith("no such table"):
        return no_table(source, [row[0] for row in connection.execute(_TABLES)])
    return bad_query(source, said)
