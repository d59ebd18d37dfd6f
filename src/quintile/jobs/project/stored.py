"""Stored: what a project keeps beside its snapshots and in them, wherever that lies.

On this machine a file holds the rows. Of a project whose work is done in a server or a cluster, the rows stay there as
immutable tables named by their content, and a small file of the store points to each.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place, SettingsError, StoreError
from quintile.snapshots.ledger_files import POINTER, keep_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.engine.base import Engine
    from quintile.snapshots.ledger_files import KeptFile

CUSTOMERS_FILE, CUSTOMERS_TABLE = "customers.parquet", f"customers{POINTER}"
FILES = DuckDbEngine.name  # the engine whose rows lie in files

GONE = (
    "run quintile run with the project's source, which writes anew what it can; else bring the table back from a"
    " backup, or begin a new project: your own table still holds all orders"
)
"""What to do where a table that the store points to is not there."""

_FILES = "SELECT * FROM read_parquet([{files}], hive_partitioning = false)"
_ROWS_OF = "SELECT num_rows FROM parquet_file_metadata([{file}])"
_TABLE = "SELECT {columns} FROM {table}"
_ABSENT = "NULL AS {column}"


def stored(engine: Engine, paths: Sequence[Path]) -> Sql:
    """The query of the rows of some files of one shape, at least one.

    Args:
        engine: Where they are read.
        paths: Parquet files, or files that point to tables.

    Raises:
        SettingsError: ``engine``, the rows lie in another engine than this.
        StoreError: A file that points to a table is damaged.
        DataError: ``not_found``, the table is gone.
    """
    for path in paths:
        require_in(engine.name, path)
    if engine.name == FILES:
        return files_of(paths)
    tables = [_registered(engine, path) for path in paths]
    columns = [engine.columns(render("SELECT * FROM {table}", table=table)) for table in tables]
    every = list(dict.fromkeys(column for known in columns for column in known))
    parts = (
        render(_TABLE, columns=joined(_shown(column, known) for column in every), table=table)
        for table, known in zip(tables, columns, strict=True)
    )
    return joined(parts, " UNION ALL ")


def _registered(engine: Engine, path: Path) -> Sql:
    try:
        return engine.register(f"stored {path.stem}", _address(_told(path)))
    except DataError as error:
        message = f"what the project keeps in {engine.name} is gone: {error.message}"
        raise DataError("not_found", message, fix=GONE, place=Place(str(path))) from error


def files_of(paths: Sequence[Path]) -> Sql:
    """The query of some Parquet files of one shape."""
    return render(_FILES, files=joined(literal(str(path)) for path in paths))


def keep(engine: Engine, kept: Path, room: str, label: str, query: Sql) -> KeptFile:
    """Write a query's rows where the engine keeps them, and the file that stands for them below a folder.

    Args:
        engine: Where the rows are.
        kept: The folder of files that outlive the snapshot.
        room: What they are, which is the name of a folder.
        label: What comes before the checksum in the name; may be empty.
        query: The rows.
    """
    kept.mkdir(exist_ok=True)
    if engine.name == FILES:
        written = kept / "written.kept"
        engine.write(query, written)
        rows = engine.rows(render(_ROWS_OF, file=literal(str(written))))[0][0]
    else:
        written = kept / f"{'_'.join((room, *label.split('-'))).rstrip('_')}{POINTER}"
        engine.write(query, written)
        rows = _told(written)["rows"]
    return keep_file(kept, room, label, written, rows)


def customers_of(folder: Path) -> Path | None:
    """The file of a snapshot's customers by key, or the one that points to them; None where there is none."""
    return next((folder / file for file in (CUSTOMERS_FILE, CUSTOMERS_TABLE) if (folder / file).is_file()), None)


def refuse_elsewhere(home: Path) -> None:
    """Refuse a result whose customers lie in a server or a cluster, and say how to take them from there.

    Raises:
        SettingsError: ``results``.
    """
    path = home / CUSTOMERS_TABLE
    if not path.is_file():
        return
    told = _told(path)
    engine, where = told["engine"], str(told.get("folder") or f"{told['schema']}.{told['table']}")
    fix = f"read the Parquet files there: {where}"
    if "folder" not in told:
        fix = f'take them out there: psql -c "\\copy {where} TO customers.csv CSV HEADER"'
    raise SettingsError("results", f"the customers of this result lie in {engine}", fix=fix, place=Place(str(path)))


def home_of(path: Path) -> str:
    """The name of the engine in which the rows of a stored file lie.

    Raises:
        StoreError: The file is damaged.
    """
    return str(_told(path)["engine"]) if path.suffix == POINTER else FILES


def require_in(engine_name: str, path: Path) -> None:
    """Refuse an engine that is not the one in which the rows of a stored file lie.

    Raises:
        SettingsError: ``engine``.
    """
    home = home_of(path)
    if home == engine_name:
        return
    if home == FILES:
        message, fix = "in files on this machine", "drop --engine and [engine] url, or begin a new project"
    else:
        message = f"in {home}"
        fix = "there work quintile run, history, migration, kpis, verify: with [engine] url in quintile.toml"
    raise SettingsError("engine", f"the orders of this project lie {message}", fix=fix, place=Place(str(path)))


def require_here(snapshot: Path | None) -> None:
    """Refuse a project whose orders lie in a server or a cluster.

    Args:
        snapshot: One of its snapshots; None where there is none.

    Raises:
        SettingsError: ``engine``.
    """
    customers = snapshot and customers_of(snapshot)
    if customers:
        require_in(FILES, customers)


def _told(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _ = told["engine"], told["rows"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        fix = "restore the store from a copy"
        raise StoreError("store", "what points to a table is damaged", fix=fix, place=Place(str(path))) from error
    return told


def _address(told: dict[str, Any]) -> str:
    """What ``Engine.register`` calls the table."""
    return str(told["folder"]) if "folder" in told else ".".join(f'"{told[part]}"' for part in ("schema", "table"))


def _shown(column: str, known: dict[str, str]) -> Sql:
    return name(column) if column in known else render(_ABSENT, column=name(column))
