"""The same orders in a CSV file and in every kind of database, under hostile names."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pymysql

from quintile.domain.database import DatabaseSettings, DatabaseSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.services import Server

TABLE = 'or"der`s; DROP TABLE x --'
MONEY, MOMENT, NOTE = 'to"ta`l', "ordered at", "notiz ü"
COLUMNS = ("customer_id", "order_id", MOMENT, MONEY, NOTE)
MAP = {"time": MOMENT, "amount": MONEY}
# Ids with leading zeros and with letters of many scripts; one instant before and one after a change of the clock.
ROWS: tuple[tuple[str | None, ...], ...] = (
    ("00017", "A-1", "2025-03-29 23:30:00+00:00", "10.05", "plain"),
    ("00017", "A-2", "2025-03-30 01:30:00+00:00", "0.10", ""),
    ("17", "A-3", "2025-10-26 00:30:00+00:00", "99999999.99", 'he said "no", twice'),
    ("Ünal 李", "A-4", "2025-10-26 01:30:00+00:00", "7.00", "two\nlines; and 'quotes' \\ and \\. and %s"),
    ("Ünal 李", "A-5", "2025-06-30 22:30:00+00:00", "12345678.91", None),
    ("ß'; --", "A-6", "2025-12-31 23:59:59.999999+00:00", "3.33", "a\tb"),
    ("9007199254740993", "A-7", "2025-01-01 00:00:00+00:00", "1.234", "\U0001f600"),
)
CREATE = (
    "CREATE TABLE {table} ({customer} VARCHAR(40), {order} VARCHAR(20) PRIMARY KEY, {moment} {instant},"
    " {money} DECIMAL(14, 3), {note} TEXT)"
)
INSTANTS = {"postgresql": "timestamptz", "mysql": "TIMESTAMP(6) NULL", "sqlite": "TEXT", "duckdb": "TIMESTAMPTZ"}


def quoted(name: str, kind: str) -> str:
    quote = "`" if kind == "mysql" else '"'
    return quote + name.replace(quote, quote * 2) + quote


@dataclass
class Shop:
    """A database of one kind that tests may write to, and the settings by which quintile reads it."""

    kind: str
    server: Server | None = None
    path: Path = Path("none")
    database: str = "shop"
    writer: Any = field(default=None)

    def __post_init__(self) -> None:
        match self.kind:
            case "postgresql":
                self.writer = self._postgresql(self.database)
            case "mysql":
                self.writer = self._mysql(self.database)
            case "sqlite":
                self.writer = sqlite3.connect(self.path, isolation_level=None)
            case "duckdb":
                self.writer = duckdb.connect(self.path)
                self.writer.execute("SET TimeZone = 'UTC'")

    def _postgresql(self, database: str) -> Any:
        assert self.server is not None
        way: dict[str, Any] = {"host": self.server.host, "port": self.server.port, "password": self.server.password}
        with psycopg.connect(**way, user=self.server.user, dbname="postgres", autocommit=True) as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            owner.execute(f"CREATE DATABASE {database}")
        return psycopg.connect(**way, user=self.server.user, dbname=database, autocommit=True)

    def _mysql(self, database: str) -> Any:
        assert self.server is not None
        connection = pymysql.connect(
            host=self.server.host,
            port=self.server.port,
            user=self.server.user,
            password=self.server.password.encode(),
            autocommit=True,
        )
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {database}")
            cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
            cursor.execute("SET time_zone = '+00:00'")
        connection.select_db(database)
        return connection

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement as the owner; placeholders are written ?."""
        if self.kind in {"postgresql", "mysql"}:
            statement = statement.replace("%", "%%").replace("?", "%s") if values else statement
            with self.writer.cursor() as cursor:
                cursor.execute(statement, values or None)
                return list(cursor.fetchall()) if cursor.description else []
        return list(self.writer.execute(statement, values).fetchall())

    def fill(self, rows: Sequence[Sequence[str | None]] = ROWS) -> None:
        """The table of the shared orders."""
        names = ("table", "customer", "order", "moment", "money", "note")
        parts = {key: quoted(name, self.kind) for key, name in zip(names, (TABLE, *COLUMNS), strict=True)}
        self.run(CREATE.format(**parts, instant=INSTANTS[self.kind]))
        for row in rows:
            values: list[Any] = list(row)
            if self.kind == "mysql" and values[2] is not None:
                values[2] = values[2].removesuffix("+00:00")
            self.run(f"INSERT INTO {parts['table']} VALUES (?, ?, ?, ?, ?)", values)

    def settings(self, **chosen: Any) -> DatabaseSettings:
        """How quintile reads it; the whole table if nothing else is said."""
        place: dict[str, Any] = {"path": str(self.path)}
        if self.server is not None:
            place = {"host": self.server.host, "port": self.server.port, "user": self.server.user}
            place |= {"database": self.database, "password_env": "SHOP_PASSWORD"}
        what = {} if {"table", "query"} & set(chosen) else {"table": TABLE}
        return DatabaseSettings(kind=self.kind, **{**place, **what, "map": MAP, **chosen})  # type: ignore[arg-type]

    def source(self, **chosen: Any) -> DatabaseSource:
        """The source under the name shop."""
        return DatabaseSource("shop", self.settings(**chosen))

    def close(self) -> None:
        """End the owner's connection; a DuckDB file can be read only then."""
        self.writer.close()


def write_csv(path: Path, rows: Sequence[Sequence[str | None]] = ROWS) -> Path:
    """The same orders as a file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return path
