"""Databases that execute the written-down model: a table of text is put in as it stands, and a query asked."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any, Self

from tests.services import program, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.services import Server

Rows = list[tuple[Any, ...]]
ZONES = ("America/Havana", "America/New_York", "Europe/Berlin", "UTC")


class PostgreSql:
    """A database whose locale is not that of bytes, where the server has one."""

    dialect = "postgres"

    def __init__(self, server: Server) -> None:
        import psycopg  # noqa: PLC0415 - only where its tests run

        def connected(database: str) -> Any:
            return psycopg.connect(
                host=server.host, port=server.port, user=server.user, password=server.password, dbname=database,
                autocommit=True,
            )  # fmt: skip

        with connected("postgres") as owner:
            locale = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'"
            owner.execute(f"CREATE DATABASE shop TEMPLATE template0 {locale}")
        self.server = server
        self._connection = connected("shop")
        self._connection.execute("SET TIME ZONE 'Asia/Tokyo'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def load(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        table = table.replace('"', '""')
        self.execute(f'DROP TABLE IF EXISTS "{table}"')
        listed = ", ".join('"' + column.replace('"', '""') + '" TEXT' for column in columns)
        self.execute(f'CREATE TABLE "{table}" ({listed})')
        with self._connection.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def execute(self, statement: str) -> None:
        self._connection.execute(statement)

    def rows(self, query: str) -> Rows:
        return list(self._connection.execute(query).fetchall())


class MariaDb:
    """A database with the collation that a MySQL server comes with: blind to case and accents."""

    dialect = "mysql"

    def __init__(self, server: Server) -> None:
        import pymysql  # noqa: PLC0415 - only where its tests run

        self._connection = pymysql.connect(
            host=server.host, port=server.port, user=server.user, password=server.password.encode(), autocommit=True,
            charset="utf8mb4",
        )  # fmt: skip
        reader = require(program("mariadb-tzinfo-to-sql", "/usr/bin"), "mariadb-server")
        self.execute("USE mysql")
        for zone in ZONES:
            told = subprocess.run([reader, f"/usr/share/zoneinfo/{zone}", zone], check=True, capture_output=True)
            for statement in told.stdout.decode().split(";\n"):
                if statement.strip().startswith(("INSERT", "SET @time_zone_id")):
                    self.execute(statement)
        self.execute("CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        self.execute("USE shop")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def load(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        self.execute(f"DROP TABLE IF EXISTS `{table}`")
        self.execute(f"CREATE TABLE `{table}` ({', '.join(f'`{column}` VARCHAR(200)' for column in columns)})")
        with self._connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO `{table}` VALUES ({', '.join(['%s'] * len(columns))})", rows)

    def execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def rows(self, query: str) -> Rows:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())


class Spark:
    """A session of Spark with the settings it comes with."""

    dialect = "spark"

    def __init__(self, session: Any) -> None:
        self._session = session

    def load(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        from pyspark.sql.types import StringType, StructField, StructType  # noqa: PLC0415 - only where its tests run

        schema = StructType([StructField(column, StringType()) for column in columns])
        self._session.createDataFrame(rows, schema).createOrReplaceTempView(f"`{table}`")

    def rows(self, query: str) -> Rows:
        return [tuple(row) for row in self._session.sql(query).collect()]
