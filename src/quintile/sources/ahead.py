"""Ahead: a large text file is copied with its types while its records are still being proved sound.

Most files are sound to the last byte. The copy of any other is thrown away, and so is one whose columns turn out to
play other roles.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from quintile.engine.duckdb import DatabaseError
from quintile.engine.render import Sql, render
from quintile.errors import QuintileError
from quintile.sources.corrected import own_columns
from quintile.sources.located import ROW_NUMBER, Copied, SourceTable
from quintile.sources.mapping import map_columns
from quintile.sources.shops.export import shop_exports
from quintile.sources.staging import Staged, is_readable, read_sql, stage_utf8
from quintile.sources.stored import FEWEST_ROWS, layout_of, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quintile.domain.dialect import Dialect
    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import FileEngine
    from quintile.sources.stored import Layout

FEWEST_BYTES = 4_000_000  # below, the copy takes no longer than starting it
_ALL = "SELECT * FROM {rows}"
_ALL_LOCATED = "SELECT *, row_number() OVER () AS {row} FROM {rows}"


def stage_and_copy(
    engine: FileEngine, path: Path, dialect: Dialect, staging: Path, settings: ReadingSettings
) -> tuple[Staged, Copied | None]:
    """Stage a text file; meanwhile copy it, if it is large and can be read as it is.

    Returns:
        The staged file, and the copy, if all of it can be trusted.

    Raises:
        DataError: All of ``stage_utf8``.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - loads the whole of logging

    # Python runs one thread at a time: what the copy needs of it is done before the proof of the records begins.
    copy = _planned(engine, path, dialect, staging, settings)
    with ThreadPoolExecutor(1) as pool:
        copying = None if copy is None else pool.submit(copy)
        staged = None
        try:
            staged = stage_utf8(path, dialect, staging)
        finally:
            if copying is not None and (staged is None or staged.copied):
                engine.interrupt()
    return staged, copying.result() if copying is not None and not staged.copied else None


def text_queries(staged: Staged) -> tuple[Sql, Sql]:
    """The queries for the rows of a staged file: as they are, and with their number."""
    rows = read_sql(staged)
    return render(_ALL, rows=rows), render(_ALL_LOCATED, rows=rows, row=Sql(ROW_NUMBER))


def _roles(path: Path, dialect: Dialect, settings: ReadingSettings) -> dict[str, str]:
    """The columns that will most probably be read; none if the file is small or of a kind that is not copied as is."""
    known = any(export.fits(list(dialect.columns)) for export in shop_exports())
    if path.stat().st_size < FEWEST_BYTES or known or len(own_columns(dialect.columns)) < len(dialect.columns):
        return {}
    if not is_readable(path, dialect):
        return {}
    try:
        # A role with a dot is one of a second table.
        chosen = {role: column for role, column in settings.map.items() if "." not in role}
        return map_columns(list(dialect.columns), chosen, path.name)
    except QuintileError:  # said later, when all sources are known
        return {}


def _planned(
    engine: FileEngine, path: Path, dialect: Dialect, staging: Path, settings: ReadingSettings
) -> Callable[[], Copied | None] | None:
    """What makes the copy, or nothing if the database meets what the proof of the records will name; None: no copy."""
    columns = _roles(path, dialect, settings)
    if not columns:
        return None
    folder = staging / f"ahead_{sum(1 for _ in staging.iterdir()):04}"
    folder.mkdir()
    link = folder / "source.csv"
    link.symlink_to(path.resolve())
    query, located = text_queries(Staged(link, dialect, 0, (), copied=False))
    table = SourceTable(
        name=path.name,
        query=query,
        located=located,
        columns=dict.fromkeys(dialect.columns, "VARCHAR"),
        rows=FEWEST_ROWS,
        lines=_no_lines,
        scratch=folder,
    )

    def copied(layout: Layout) -> Copied | None:
        try:
            return Copied(columns, stored(engine, table, columns, settings, layout))
        except (DatabaseError, QuintileError):
            return None

    try:
        return partial(copied, layout_of(engine, table, columns, settings))
    except (DatabaseError, QuintileError):
        return None


def _no_lines(_places: Sequence[int]) -> dict[int, int]:
    return {}
