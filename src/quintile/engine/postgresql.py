"""PostgreSQL: ledger and results stay in the user's server; only small aggregates come back.

Tables are temporary, so that nothing is left in the server but what was written. Texts are compared by their bytes,
as everywhere in quintile, whatever the server's language.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.names import Names
from quintile.engine.postgresql_session import PostgresSession
from quintile.engine.postgresql_tables import found_table, kinds_of, refuse_again
from quintile.engine.postgresql_words import column_type, told
from quintile.engine.render import Sql, literal, name, render
from quintile.engine.translate import parsed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
    WHEN numeric_value_out_of_range THEN RETURN CASE WHEN value ~* 'e-' THEN 0.0 ELSE 'Infinity'::float8 END;
    WHEN OTHERS THEN RETURN NULL; END $$;
CREATE FUNCTION pg_temp.try_double(value numeric) RETURNS float8 IMMUTABLE LANGUAGE sql AS
$$ SELECT pg_temp.try_double(value::text) $$;
CREATE FUNCTION pg_temp.try_time(value text) RETURNS timestamp IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN
    -- Words such as now are no times; what is finer than a microsecond is cut, not rounded; the year 0 is early.
    IF value !~ '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T]+([01]?[0-9]|2[0-4]):[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]*)?)?)?$'
    THEN RETURN NULL; END IF;
    RETURN regexp_replace(regexp_replace(value, '^0000', '0004'), '([.][0-9]{6})[0-9]+$', '\1')::timestamp;
EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
CREATE FUNCTION pg_temp.try_time(value timestamp) RETURNS timestamp IMMUTABLE LANGUAGE sql AS $$ SELECT value $$;
CREATE FUNCTION pg_temp.try_date(value text) RETURNS date IMMUTABLE LANGUAGE sql AS
$$ SELECT pg_temp.try_time(trim(value))::date $$;
CREATE FUNCTION pg_temp.matches(value text, pattern text) RETURNS text[] IMMUTABLE LANGUAGE sql AS
$$ SELECT array(SELECT part[1] FROM regexp_matches(value, pattern, 'g') AS part) $$;
CREATE FUNCTION pg_temp.digits(value numeric) RETURNS int IMMUTABLE LANGUAGE sql AS
$$ SELECT length(trim(both '0' from translate(value::text, '-.', ''))) $$;
CREATE FUNCTION pg_temp.real_text(value real) RETURNS text STABLE LANGUAGE sql AS $$
    -- The shortest number that it stands for; all of it where two are as short, or one lies between it and the next.
    SELECT CASE WHEN short <> whole AND (pg_temp.digits(2 * whole - short) <= pg_temp.digits(short)
        OR 2 * short - whole = (2 * short - whole)::real::float8::text::numeric) THEN whole::text ELSE value::text END
    FROM (SELECT CASE WHEN abs(value) < 1e16 THEN value::text::numeric END AS short,
        CASE WHEN abs(value) < 1e16 THEN value::float8::text::numeric END AS whole) AS told $$;
CREATE FUNCTION pg_temp.with_point(value text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    -- Up to 1e16 all digits are written.
    SELECT CASE WHEN value ~ '^-?[0-9]+$' THEN value || '.0'
        WHEN value ~ 'e[+](0[0-9]|1[0-5])$' THEN pg_temp.with_point(value::numeric::text) ELSE value END $$;
CREATE FUNCTION pg_temp.as_text(value real) RETURNS text STABLE LANGUAGE sql AS
$$ SELECT pg_temp.with_point(pg_temp.real_text(value)) $$;
CREATE FUNCTION pg_temp.as_text(value float8) RETURNS text STABLE LANGUAGE sql AS
$$ SELECT pg_temp.with_point(value::text) $$;
CREATE FUNCTION pg_temp.regexp_extract(value text, pattern text, place int) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT CASE WHEN value IS NOT NULL THEN coalesce((regexp_match(value, pattern))[place], '') END $$;
"""
# One for each type, for a whole number would be taken for a float; what is written once is put in place quickly.
_AS_TEXT = "CREATE FUNCTION pg_temp.as_text(value {kind}) RETURNS text STABLE LANGUAGE sql AS $$ SELECT value::text $$;"
_KINDS = ["text", "int2", "int4", "int8", "numeric", "bool", "date", "timestamp", "timestamptz", "uuid", "anyelement"]
_SETUP += "\n".join(_AS_TEXT.format(kind=kind) for kind in _KINDS)
_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = {schema}"
_DIGEST = """
SELECT count(*), left(md5(coalesce(sum(('x' || left(md5(kept::text), 15))::bit(60)::bigint), 0)::text), 12)
FROM {table} AS kept
"""


class PostgresEngine:
    """A session of a PostgreSQL server.

    Args:
        url: ``postgresql://user@host:port/database``; what it leaves out comes from the usual variables (PGPASSWORD).
        schema: Where results are written; it is made if it is not there.
        addresses: What the names of its machines stand for, as it was checked.

    Raises:
        SettingsError: ``engine``, the server cannot be reached, or refuses.
    """

    name = "postgresql"

    def __init__(
        self, url: str, schema: str = "quintile", addresses: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._session = PostgresSession(url, addresses or {}, _SETUP)
        self._schema = schema
        self._known: dict[int, str] = {}
        self._names = Names("postgres", told, self._columns_of, f"_{self._session.number}")

    def rows(self, query: Sql) -> list[tuple[Any, ...]]:
        """Run a query and return its (few) rows."""
        return [tuple(_plain(value) for value in row) for row in self._session.rows(self._names.told(query))]

    def table(self, table_name: str, query: Sql) -> Sql:
        """Materialise a query as a temporary table."""
        made = self._names.new(table_name)
        self._session.run(f"CREATE TEMP TABLE {name(made)} AS {self._names.told(query)}")
        return self._stand(table_name, made)

    def view(self, view_name: str, query: Sql) -> Sql:
        """Name a query; it is put where its name stands."""
        self._names.stand(view_name, parsed(query))
        return name(view_name)

    def drop(self, table_name: str) -> None:
        """Drop a temporary table if it is there."""
        known = self._names.forget(table_name)
        if isinstance(known, exp.Table):
            self._session.run(f"DROP TABLE {name(known.name)}")

    def columns(self, query: Sql) -> dict[str, str]:
        """Column names, and what DuckDB calls their types."""
        return kinds_of(self._session, self._names.told(query))

    def write(self, query: Sql, path: Path, day: str = "") -> None:
        """Write a query's rows to a table of the schema, named by its content; the file says which.

        All in one transaction: a run that is killed leaves nothing in the server.
        """
        made, schema, asked = self._names.new("written"), name(self._schema), self._names.told(query)
        table = Sql(f"{schema}.{name(made)}")
        with self._session.transaction():
            if not self._session.rows(render(_SCHEMA, schema=literal(self._schema))):
                self._session.run(f"CREATE SCHEMA {schema}")
            self._session.run(f"CREATE TABLE {table} AS {asked}")
            rows, digest = self._session.rows(render(_DIGEST, table=table))[0]
            target = "_".join(part for part in (path.stem, day.replace("-", "_"), digest) if part)
            self._session.run(f"DROP TABLE IF EXISTS {schema}.{name(target)}")
            self._session.run(f"ALTER TABLE {table} RENAME TO {name(target)}")
        told = {"engine": self.name, "schema": self._schema, "table": target, "rows": rows}
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")

    def register(self, table_name: str, frame: object) -> Sql:
        """Copy a frame (anything with the Arrow C stream) into a temporary table; a text names a table of the server.

        Raises:
            DataError: ``not_found``, the server has no such table, or it may not be read; ``same_file_twice``, it is
                known under another address.
        """
        if isinstance(frame, str):
            found = found_table(self._session, frame)
            refuse_again(self._session, frame, self._known)
            self._names.stand(table_name, found)
            return name(table_name)
        reader = DuckDbEngine()
        try:
            rows = render("SELECT * FROM {frame}", frame=reader.register("frame", frame))
            kinds = reader.columns(rows)
            made = self._names.new(table_name)
            columns = ", ".join(f"{name(column)} {column_type(kind)}" for column, kind in kinds.items())
            self._session.run(f"CREATE TEMP TABLE {name(made)} ({columns})")
            self._session.copy(name(made), (row for batch in reader.batches(rows) for row in batch))
        finally:
            reader.close()
        return self._stand(table_name, made)

    def close(self) -> None:
        """End the session, and with it all temporary tables."""
        self._session.close()

    def _stand(self, table_name: str, made: str) -> Sql:
        self.drop(table_name)
        self._names.stand(table_name, exp.Table(this=quoted(made)))
        return name(table_name)

    def _columns_of(self, query: str) -> list[str]:
        return [column.name for column in self._session.described(query)]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    """A sum of whole numbers as a whole number; PostgreSQL gives them as decimals without a point."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else value
