"""DuckDB files: attached read-only to an engine of their own, which may touch only that file and the staging folder."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING

from quintile.engine.duckdb import DatabaseError, DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quintile.domain.database import DatabaseSource
    from quintile.sources.databases.base import Access

_ATTACH = "ATTACH {path} AS source (READ_ONLY)"
_USE = "USE source"
_PARSED = "SELECT json_serialize_sql({text})"
_ROWS = "SELECT * FROM ({query}\n)"
_TEXTS = "SELECT {columns} FROM ({query}\n)"
_COUNT = "SELECT count(*) FROM ({query}\n)"
_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'source' ORDER BY table_name"
_KEY = """
SELECT unnest(constraint_column_names) FROM duckdb_constraints()
WHERE database_name = 'source' AND constraint_type = 'PRIMARY KEY' AND table_name = {table} AND schema_name = {schema}
"""
_NUMBERS_AND_TIMES = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    *("UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "DATE", "TIMESTAMP"),
)


def extract(source: DatabaseSource, access: Access, target: Path, tell: Callable[[int], None]) -> Extract:  # noqa: ARG001 - a file is reached by its path, and read at one go
    """Write all rows; see ``base.Kind``. Text forms are DuckDB's own, times with a zone as UTC with ``+00``."""
    with _attached(source, target.parent) as engine:
        query = selected(source)
        _require_one_select(engine, source, query)
        kinds = engine.columns(render(_ROWS, query=query))
        columns = tuple(kinds)
        refuse_repeated(source, (column for column, *_ in engine.rows(render("DESCRIBE {query}", query=query))))
        resume = resume_column(source, columns)
        rows = engine.rows(render(_COUNT, query=query))[0][0]
        texts = joined([literal(MARK), *(_text(column, place) for place, column in enumerate(columns))])
        engine.write(render(_TEXTS, columns=texts, query=query), target)
        typed = frozenset(column for column, kind in kinds.items() if kind.startswith(_NUMBERS_AND_TIMES))
        return Extract(columns, typed, (resume,) if resume else _primary_key(engine, source), rows, head=1)


@contextlib.contextmanager
def _attached(source: DatabaseSource, staging: Path) -> Iterator[DuckDbEngine]:
    file = file_of(source)
    engine = DuckDbEngine([staging], [file, file.with_name(file.name + ".wal")])
    clock = threading.Timer(source.settings.timeout_seconds, engine.interrupt)
    clock.start()
    try:
        engine.rows(render(_ATTACH, path=literal(str(file))))
        engine.rows(Sql(_USE))
        yield engine
    except (DatabaseError, DataError) as error:
        raise _explained(error, engine, source) from error
    finally:
        clock.cancel()
        engine.close()


def _require_one_select(engine: DuckDbEngine, source: DatabaseSource, query: Sql) -> None:
    """Let DuckDB's own parser say whether the text is one whole SELECT: only then it may be wrapped.

    Raises:
        DataError: ``bad_query``.
    """
    parsed = json.loads(engine.rows(render(_PARSED, text=literal(query)))[0][0])
    if parsed["error"]:
        raise bad_query(source, parsed["error_message"])
    if len(parsed["statements"]) != 1:
        raise bad_query(source, "it is several statements")


def _text(column: str, place: int) -> Sql:
    """A column as text, under a name without line ends, so that the header is one line."""
    return render("CAST({column} AS VARCHAR) AS {text}", column=name(column), text=name(f"c{place}"))


def _primary_key(engine: DuckDbEngine, source: DatabaseSource) -> tuple[str, ...]:
    if source.settings.table is None:
        return ()
    table, schema = literal(source.settings.table), literal(source.settings.schema or "main")
    return tuple(row[0] for row in engine.rows(render(_KEY, table=table, schema=schema)))


def _explained(error: Exception, engine: DuckDbEngine, source: DatabaseSource) -> Exception:
    said = str(error).splitlines()[0]
    if isinstance(error, DataError) and error.code != "corrupt_file":
        return error
    if said.startswith("INTERRUPT"):
        return timed_out(source)
    if "Could not set lock" in said:
        return refused(source, "busy", f"another program holds the file: {said}", "run it again when that has ended")
    if isinstance(error, DataError):
        fix = "restore or copy it anew; a file of another version of DuckDB can be exported there as Parquet"
        return refused(source, "corrupt_file", error.message, fix)
    if source.settings.query is None and said.startswith("Catalog Error"):
        return no_table(source, [row[0] for row in engine.rows(Sql(_TABLES))])
    return bad_query(source, said)
