"""PostgreSQL: ledger and results stay in the user's server; only small aggregates come back.

Tables are temporary, so that nothing is left in the server but what was written. Texts are compared by their bytes,
as everywhere in quintile, whatever the server's language.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
from sqlglot import exp

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.names import Names
from quintile.engine.postgresql_words import column_type, told
from quintile.engine.render import Sql, literal, name, render
from quintile.engine.translate import parsed, quoted
from quintile.errors import DataError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.engine.translate import Tree

_KINDS = {
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "bool": "BOOLEAN",
    "uuid": "UUID",
}
# A value that does not fit its type is nothing, where PostgreSQL would stop. An inner one of SQL is put in place.
_SETUP = r"""
SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET datestyle = 'ISO, YMD'; SET extra_float_digits = 1;
CREATE FUNCTION pg_temp.try_number(value numeric, most numeric, scale int) RETURNS numeric IMMUTABLE LANGUAGE sql AS
$$ SELECT CASE WHEN abs(round(value, scale)) < most THEN round(value, scale) END $$;
CREATE FUNCTION pg_temp.try_number(value float8, most numeric, scale int) RETURNS numeric IMMUTABLE LANGUAGE sql AS
$$ SELECT CASE WHEN abs(value) < most THEN round(value::numeric, scale) END $$;
CREATE FUNCTION pg_temp.try_number(value text, most numeric, scale int) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN
    IF value !~ '^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,4})?\s*$' THEN RETURN NULL; END IF;
    RETURN pg_temp.try_number(value::numeric, most, scale);
EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
CREATE FUNCTION pg_temp.try_double(value text) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RETURN value::float8; EXCEPTION
    WHEN numeric_value_out_of_range THEN RETURN CASE WHEN value ~* 'e-' THEN 0 ELSE 'Infinity' END;
    WHEN OTHERS THEN RETURN NULL; END $$;
CREATE FUNCTION pg_temp.try_time(value text) RETURNS timestamp IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RETURN value::timestamp; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
CREATE FUNCTION pg_temp.try_time(value timestamp) RETURNS timestamp IMMUTABLE LANGUAGE sql AS $$ SELECT value $$;
CREATE FUNCTION pg_temp.try_date(value text) RETURNS date IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RETURN value::date; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
"""
_MOST_DIGITS = 38
_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = {schema}"
_OPEN = """
SELECT coalesce(max(scale(value)) FILTER (WHERE fits), 0),
       coalesce(max(length(trunc(abs(value))::text)) FILTER (WHERE fits), 1), count(*) FILTER (WHERE NOT fits)
FROM (SELECT value, value NOT IN ('NaN', 'Infinity', '-Infinity') AS fits
      FROM (SELECT {value} AS value FROM {table}) AS every WHERE value IS NOT NULL) AS there
"""
_DIGEST = """
SELECT count(*), left(md5(coalesce(sum(('x' || left(md5(kept::text), 15))::bit(60)::bigint), 0)::text), 12)
FROM {table} AS kept
"""


class PostgresEngine:
    """A session of a PostgreSQL server.

    Args:
        url: ``postgresql://user@host:port/database``; what it leaves out comes from the usual variables (PGPASSWORD).
        schema: Where results are written; it is made if it is not there.

    Raises:
        SettingsError: ``engine``, the server cannot be reached, or refuses.
    """

    name = "postgresql"

    def __init__(self, url: str, schema: str = "quintile") -> None:
        host = ", ".join(hosts_of(url)) or "localhost"
        try:
            self._connection = psycopg.connect(url, autocommit=True)
            self._connection.execute(_SETUP)
        except psycopg.Error as error:
            message = f"the PostgreSQL server at {host} cannot be used: {_reason(error)}"
            raise SettingsError("engine", message, fix="check the address, the user and PGPASSWORD") from error
        self._schema = schema
        self._names = Names(
            "postgres", told, lambda query: [*self._described(query)], f"_{self._connection.info.backend_pid}"
        )

    def rows(self, query: Sql) -> list[tuple[Any, ...]]:
        """Run a query and return its (few) rows."""
        found = self._run(self._names.told(query)).fetchall()
        return [tuple(_plain(value) for value in row) for row in found]

    def table(self, table_name: str, query: Sql) -> Sql:
        """Materialise a query as a temporary table."""
        made = self._names.new(table_name)
        self._run(f"CREATE TEMP TABLE {name(made)} AS {self._names.told(query)}")
        return self._stand(table_name, made)

    def view(self, view_name: str, query: Sql) -> Sql:
        """Name a query; it is put where its name stands."""
        self._names.stand(view_name, parsed(query))
        return name(view_name)

    def drop(self, table_name: str) -> None:
        """Drop a temporary table if it is there."""
        known = self._names.forget(table_name)
        if isinstance(known, exp.Table):
            self._run(f"DROP TABLE {name(known.name)}")

    def columns(self, query: Sql) -> dict[str, str]:
        """Column names, and what DuckDB calls their types."""
        return self._described(self._names.told(query))

    def write(self, query: Sql, path: Path, day: str = "") -> None:
        """Write a query's rows to a table of the schema, named by its content; the file says which.

        All in one transaction: a run that is killed leaves nothing in the server.
        """
        made, schema, asked = self._names.new("written"), name(self._schema), self._names.told(query)
        table = Sql(f"{schema}.{name(made)}")
        with self._connection.transaction():
            if not self._run(render(_SCHEMA, schema=literal(self._schema))).fetchone():
                self._run(f"CREATE SCHEMA {schema}")
            self._run(f"CREATE TABLE {table} AS {asked}")
            rows, digest = self._run(render(_DIGEST, table=table)).fetchone() or (0, "")
            target = "_".join(part for part in (path.stem, day.replace("-", "_"), digest) if part)
            self._run(f"DROP TABLE IF EXISTS {schema}.{name(target)}")
            self._run(f"ALTER TABLE {table} RENAME TO {name(target)}")
        told = {"engine": self.name, "schema": self._schema, "table": target, "rows": rows}
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")

    def register(self, table_name: str, frame: object) -> Sql:
        """Copy a frame (anything with the Arrow C stream) into a temporary table; a text names a table of the server.

        Raises:
            DataError: ``not_found``, the server has no such table, or it may not be read.
        """
        if isinstance(frame, str):
            self._names.stand(table_name, _found(self._connection, frame))
            return name(table_name)
        reader = DuckDbEngine()
        try:
            rows = render("SELECT * FROM {frame}", frame=reader.register("frame", frame))
            kinds = reader.columns(rows)
            made = self._names.new(table_name)
            columns = ", ".join(f"{name(column)} {column_type(kind)}" for column, kind in kinds.items())
            self._run(f"CREATE TEMP TABLE {name(made)} ({columns})")
            with self._connection.cursor().copy(f"COPY {name(made)} FROM STDIN") as copy:
                for batch in reader.batches(rows):
                    for row in batch:
                        copy.write_row(row)
        finally:
            reader.close()
        return self._stand(table_name, made)

    def close(self) -> None:
        """End the session, and with it all temporary tables."""
        self._connection.close()

    def _stand(self, table_name: str, made: str) -> Sql:
        self.drop(table_name)
        self._names.stand(table_name, exp.Table(this=quoted(made)))
        return name(table_name)

    def _described(self, query: str) -> dict[str, str]:
        cursor = self._run(f"SELECT * FROM ({query}) AS asked LIMIT 0")  # noqa: S608 - our own query
        return {column.name: _kind(column) for column in cursor.description or ()}

    def _run(self, statement: str) -> psycopg.Cursor[Any]:
        try:
            return self._connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            fix = "let the database's owner allow it: reading the source, temporary tables, creating the schema"
            raise SettingsError("engine", f"PostgreSQL refuses: {_reason(error)}", fix=fix) from error
        except psycopg.OperationalError as error:
            fix = "run again once the server is there; nothing was published"
            raise SettingsError("engine", f"PostgreSQL ended the work: {_reason(error)}", fix=fix) from error
        except psycopg.Error as error:
            fix = "give amounts as numeric and times as timestamp in a view, or read the table as a database source"
            raise SettingsError("engine", f"PostgreSQL cannot do it: {_reason(error)}", fix=fix) from error


def _reason(error: psycopg.Error) -> str:
    return (str(error).splitlines() or [""])[0][:300]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """A sum of whole numbers as a whole number; PostgreSQL gives them as decimals without a point."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value


def _kind(column: psycopg.Column) -> str:
    if column.type_display.startswith("numeric"):
        return f"DECIMAL({column.precision or 38},{column.scale or 0})"
    found = psycopg.adapters.types.get(column.type_code)
    return _KINDS.get(found.name if found else "", "VARCHAR")


def _found(connection: psycopg.Connection[Any], address: str) -> Tree:
    """A table of the server, its texts compared by their bytes."""
    parts = [quoted(part.strip('"')) for part in address.split(".")]
    schema = parts[-2] if len(parts) > 1 else quoted("public")
    table = exp.Table(this=parts[-1], db=schema, catalog=parts[0] if len(parts) > 2 else None)  # noqa: PLR2004 - database.schema.table
    try:
        cursor = connection.execute(f"SELECT * FROM {table.sql('postgres')} LIMIT 0")  # noqa: S608 - names are quoted
    except psycopg.Error as error:
        message = f"the server has no table {address} to read: {_reason(error)}"
        raise DataError("not_found", message, fix="name it as schema.table, and let the user read it") from error
    columns = cursor.description or ()
    exact = _exact(connection, table.sql("postgres"), [column for column in columns if _is_open(column)])
    shown: list[Tree] = []
    for column in columns:
        plain = exp.column(quoted(column.name))
        if column.name in exact:
            kind = f"DECIMAL({_MOST_DIGITS}, {exact[column.name]})"
            shown.append(exp.alias_(exp.cast(plain, kind), column.name, quoted=True))
        else:
            by_bytes = exp.alias_(exp.cast(plain, "TEXT"), column.name, quoted=True)
            shown.append(by_bytes if _kind(column) == "VARCHAR" else plain)
    return exp.select(*shown).from_(table)


def _is_open(column: psycopg.Column) -> bool:
    """Whether a column's type does not say how many digits its numbers have."""
    display = column.type_display
    return display in {"money", "float4", "float8"} or (display.startswith("numeric") and not column.precision)


def _exact(connection: psycopg.Connection[Any], table: str, columns: list[psycopg.Column]) -> dict[str, int]:
    """How many digits after the point hold every number of such columns as it is.

    Raises:
        SettingsError: ``engine``, a column holds what no amount can be, or needs more digits than there are.
    """
    scales: dict[str, int] = {}
    for column in columns:
        # The text of a float is the shortest that means it, as everywhere in quintile.
        through = "" if column.type_display == "money" else "::text"
        value = Sql(f"{name(column.name)}{through}::numeric")
        least, whole, wrong = connection.execute(render(_OPEN, value=value, table=Sql(table))).fetchone() or (0, 0, 0)
        if wrong or least + whole > _MOST_DIGITS:
            what = "infinite, or no number" if wrong else f"of more than {_MOST_DIGITS} digits"
            message = f"the column {column.name} holds values that are {what}"
            fix = f"leave them out, or round them, in a view: CAST({column.name} AS numeric(18, 2))"
            raise SettingsError("engine", message, fix=fix)
        scales[column.name] = least
    return scales


def hosts_of(url: str) -> list[str]:
    """The names and addresses that a connection would go to, its usual variables included; sockets are not among them.

    Raises:
        SettingsError: ``engine``, the address cannot be read; it is not repeated, for it may hold a password.
    """
    try:
        given = {option.keyword.decode(): option.val for option in psycopg.pq.Conninfo.parse(url.encode())}
    except psycopg.Error:
        message = "the address of the PostgreSQL server cannot be read"
        fix = (
            "write postgresql://user@host:port/database and give the password as PGPASSWORD; in an address its letters"
            " % : / @ # are written %25 %3A %2F %40 %23"
        )
        raise SettingsError("engine", message, fix=fix) from None
    usual = {option.keyword.decode(): option.val for option in psycopg.pq.Conninfo.get_defaults()}
    found = (given.get(key) or usual.get(key) or b"" for key in ("host", "hostaddr"))
    return [host for text in found for host in text.decode().split(",") if host and not host.startswith(("/", "@"))]
