"""dbt projects that are built for real: in a DuckDB file or on a PostgreSQL server, by a dbt beside the product."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from quintile.export.dialects import DIALECTS
from quintile.export.sql_columns import table_name
from quintile.jobs.dbt import write_dbt
from quintile.jobs.sql import WrittenModel
from tests.services import program, require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quintile.export.recipe import Recipe
    from tests.export.databases import PostgreSql

Rows = list[tuple[Any, ...]]
FOLDER = Path(__file__).resolve().parents[1] / "dbt"
QUIET = ("--quiet", "--no-version-check", "--no-send-anonymous-usage-stats", "--log-level-file", "none")


class DuckDbFile:
    """A database that nobody holds open between two questions, as dbt needs it for itself."""

    dialect, schema, password = "duckdb", "main", ""

    def __init__(self, file: Path) -> None:
        self.profile = {"type": "duckdb", "path": str(file), "threads": 2}
        self._file = file

    def load(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        quoted = '"' + table.replace('"', '""') + '"'
        listed = ", ".join('"' + column.replace('"', '""') + '" VARCHAR' for column in columns)
        with duckdb.connect(self._file) as connection:
            connection.execute(f"CREATE TABLE {quoted} ({listed})")
            connection.executemany(f"INSERT INTO {quoted} VALUES ({', '.join('?' * len(columns))})", rows)

    def rows(self, query: str) -> Rows:
        with duckdb.connect(self._file) as connection:
            return connection.execute(query).fetchall()


class PostgreSqlSchema:
    """A schema of the server, one for each project."""

    dialect = "postgres"

    def __init__(self, database: PostgreSql, schema: str) -> None:
        self._database, self.schema = database, schema
        database.execute(f"CREATE SCHEMA {schema}")
        server = database.server
        self.password = server.password
        self.profile = {
            "type": "postgres", "host": server.host, "port": server.port, "user": server.user, "dbname": "shop",
            "password": "{{ env_var('DBT_ENV_SECRET_PASSWORD') }}", "schema": schema, "threads": 2,
        }  # fmt: skip

    def load(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        self._database.execute(f"SET search_path = {self.schema}")
        self._database.load(table, columns, rows)

    def rows(self, query: str) -> Rows:
        return self._database.rows(query)


@dataclass(frozen=True)
class Project:
    """A project in its folder, and the database that it is built in."""

    folder: Path
    database: DuckDbFile | PostgreSqlSchema

    @classmethod
    def of(
        cls,
        database: Any,
        folder: Path,
        recipe: Recipe,
        tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]],
    ) -> Project:
        """The project of a recipe; ``tables`` are put in as they stand, columns and rows, texts throughout."""
        for table, (columns, rows) in tables.items():
            database.load(table, columns, [tuple(cell or None for cell in row) for row in rows])
        write_dbt(WrittenModel(recipe, None, ""), DIALECTS[database.dialect], folder)
        profiles = {"rfm": {"target": "shop", "outputs": {"shop": database.profile}}}
        (folder / "profiles.yml").write_text(json.dumps(profiles), encoding="utf-8")
        return cls(folder, database)

    def table(self, name: str, columns: str = "*") -> Rows:
        """The rows of a table that the project made, in the order of their values."""
        return sorted(self.database.rows(f"SELECT {columns} FROM {self.database.schema}_rfm.{name}"), key=repr)


def dbt(*runs: tuple[Project, str]) -> list[list[str]]:
    """For each run what did not pass; a run is a project and dbt's own words, and all are run by one process."""
    python = require(program("python", str(FOLDER / ".venv" / "bin")), "dbt")
    words = [
        [*QUIET, *asked.split(), "--project-dir", str(project.folder), "--profiles-dir", str(project.folder)]
        for project, asked in runs
    ]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DBT_"))}
    secret = {"DBT_ENV_SECRET_PASSWORD": runs[0][0].database.password, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    command = [python, str(FOLDER / "build.py"), *map(json.dumps, words)]
    home = runs[0][0].folder
    told = subprocess.run(command, check=False, capture_output=True, cwd=home, env=environment | secret, text=True)
    assert told.returncode == 0, told.stderr[-3000:]
    found: list[list[str]] = json.loads(told.stdout.splitlines()[-1])
    return found


def of_shop(recipe: Recipe, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """The one table of a shop, under the name that the recipe knows it by."""
    return {table_name(recipe): (columns, list(rows))}
