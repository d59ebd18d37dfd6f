"""Tables of a PostgreSQL server as quintile reads them: a column says what DuckDB would read there."""

from __future__ import annotations

import contextlib
import difflib
from typing import TYPE_CHECKING

import psycopg
from sqlglot import exp

from quintile.domain.engine_table import EngineTable
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.engine.translate import quoted
from quintile.errors import DataError, Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.engine.postgresql_session import PostgresSession
    from quintile.engine.translate import Tree

MOST_DIGITS = 38
NUMERIC = "numeric"
"""The type of numbers whose scale only their values tell."""

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
_MOST_PARTS = 3  # database.schema.table
_READ_IT = (
    "name it as schema.table, a dot within a name in double quotes, and let the user read all of it; or name a file"
)

_TABLES = """
SELECT table_schema || '.' || table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 LIMIT 500
"""
_SCALE, _SCALES = "coalesce(max(scale({column})), 0)", "SELECT {looks} FROM ({query}) AS asked"
# Of each number: decimals, whole digits, is there one that is none, and does it stay itself as a float.
_LOOK_AT_NUMBERS = """
coalesce(max(scale({value})), 0), coalesce(max(length(trunc(abs({value}))::text)) FILTER (WHERE {fits}), 1),
count(*) FILTER (WHERE NOT {fits}), count(*) FILTER (WHERE {fits} AND CASE WHEN abs({value}) < 1e300
    THEN {value}::float8::text::numeric <> {value} ELSE true END)
"""
_FITS = "({value} NOT IN ('NaN', 'Infinity', '-Infinity'))"
_OID = "SELECT CAST(to_regclass({table}) AS oid)"
_FIRST, _LAST = "0002-01-01", "9999-12-30"
_LOOK_AT_TIMES = f"0, 0, count(*) FILTER (WHERE {{value}} < '{_FIRST}' OR {{value}} > '{_LAST}'), 0"
_LOOKS = "SELECT {looks} FROM {table}"
_FOUR = 4


def kinds_of(session: PostgresSession, query: str) -> dict[str, str]:
    """The columns of a query, and what DuckDB calls their types; what is calculated has the scale of its values."""
    kinds = {column.name: _kind(column) for column in session.described(query)}
    numbers = [column for column, kind in kinds.items() if kind == NUMERIC]
    if numbers:
        looks = joined(render(_SCALE, column=name(column)) for column in numbers)
        scales = session.rows(render(_SCALES, looks=looks, query=Sql(query)))[0]
        kinds |= {column: f"DECIMAL({MOST_DIGITS},{scale})" for column, scale in zip(numbers, scales, strict=True)}
    return kinds


def found_table(session: PostgresSession, address: str) -> Tree:
    """A table of the server, its texts compared by their bytes, its numbers exact, its times within the calendar.

    Raises:
        DataError: ``not_found``, there is none that can be read.
        SettingsError: ``engine``, a column's numbers have more digits than there are.
    """
    table = _table(address)
    try:
        columns = session.described(f"SELECT * FROM {table.sql('postgres')}")  # noqa: S608 - names are quoted
    except (DataError, SettingsError) as error:
        if session.is_closed:
            raise
        message = f"the server has no table {address} to read: {error.message.partition(': ')[2]}"
        raise DataError("not_found", message, fix=_near(session, address) + _READ_IT, place=Place(address)) from error
    looked = _looked(session, Sql(table.sql("postgres")), columns)
    return exp.select(*(_shown(column, looked.get(column.name), address) for column in columns)).from_(table)


def refuse_again(session: PostgresSession, address: str, known: dict[int, str]) -> None:
    """Refuse a table that is known under another address: its rows would count twice.

    Args:
        session: Of the server that has it.
        address: Of a table that is there.
        known: The addresses of tables by their numbers in the server; this one is added.

    Raises:
        DataError: ``same_file_twice``.
    """
    ((oid,),) = session.rows(render(_OID, table=literal(_table(address).sql("postgres"))))
    before = known.setdefault(oid, address)
    if EngineTable(before).meant != EngineTable(address).meant:
        message = f"{address} is the same table as {before}"
        raise DataError("same_file_twice", message, fix="give each table once", place=Place(address))


def _table(address: str) -> exp.Table:
    named = EngineTable(address)
    parts = named.parts
    if not named.is_name or len(parts) > _MOST_PARTS:
        message = f"{address} is no address of a table"
        raise DataError("not_found", message, fix=_READ_IT, place=Place(address))
    schema, catalog = ([*parts[:-1][::-1], None, None])[:2]
    return exp.Table(
        this=quoted(parts[-1]), db=quoted(schema or "public"), catalog=quoted(catalog) if catalog else None
    )


def _near(session: PostgresSession, address: str) -> str:
    """A table whose name is like the one that is not there, as a question; nothing if there is none."""
    with contextlib.suppress(DataError, SettingsError):
        near = {table.rpartition(".")[2].casefold(): table for (table,) in session.rows(_TABLES)}
        found = difflib.get_close_matches(address.rpartition(".")[2].casefold(), near, n=1)
        return f"did you mean {near[found[0]]}? " if found else ""
    return ""


def _kind(column: psycopg.Column) -> str:
    if column.type_display.startswith("numeric"):
        return f"DECIMAL({column.precision},{max(column.scale or 0, 0)})" if column.precision else NUMERIC
    found = psycopg.adapters.types.get(column.type_code)
    return _KINDS.get(found.name if found else "", "VARCHAR")


def _looked(session: PostgresSession, table: Sql, columns: Sequence[psycopg.Column]) -> dict[str, tuple[int, ...]]:
    """What one look at all numbers and times of a table tells of each column of them."""
    looks = {column.name: _look(column) for column in columns}
    asked = [column for column, look in looks.items() if look]
    if not asked:
        return {}
    found = session.rows(render(_LOOKS, looks=joined(look for look in looks.values() if look), table=table))[0]
    return {column: found[_FOUR * place : _FOUR * (place + 1)] for place, column in enumerate(asked)}


def _look(column: psycopg.Column) -> Sql | None:
    kind, plain = _kind(column), name(column.name)
    if kind.startswith(("DATE", "TIMESTAMP")):
        return render(_LOOK_AT_TIMES, value=plain)
    if not _is_number(column):
        return None
    value = Sql(f"{plain}::numeric")
    return render(_LOOK_AT_NUMBERS, value=value, fits=render(_FITS, value=value))


def _is_number(column: psycopg.Column) -> bool:
    """Whether only its values tell its digits; floats stay floats, for a server keeps 15 digits of them as decimals."""
    return column.type_display.startswith(("numeric", "money"))


def _shown(column: psycopg.Column, looked: tuple[int, ...] | None, address: str) -> Tree:
    """A column as it is read."""
    plain, kind = exp.column(quoted(column.name)), _kind(column)
    if looked is None:
        return _as(plain, "TEXT", column) if kind == "VARCHAR" else plain
    decimals, whole, odd, lossy = looked
    if not _is_number(column):
        return _within(plain, column) if odd else plain
    has_scale = kind.startswith("DECIMAL")
    if not odd and (has_scale or decimals + whole <= MOST_DIGITS):
        return plain if has_scale else _as(plain, f"DECIMAL({MOST_DIGITS}, {decimals})", column)
    if lossy:
        message = f"the column {column.name} holds values of more than {MOST_DIGITS} digits, or NaN beside long ones"
        fix = f"round them in a view: CAST({column.name} AS numeric(18, 2))"
        raise SettingsError("engine", message, fix=fix, place=Place(address, column=column.name))
    return _as(plain, "DOUBLE", column)  # what is no number is set aside with its row, as of any source


def _as(plain: Tree, kind: str, column: psycopg.Column) -> Tree:
    return exp.alias_(exp.cast(plain, kind), column.name, quoted=True)


def _within(plain: Tree, column: psycopg.Column) -> Tree:
    """Times that no calendar has, such as infinity, by the first or the last one; both are out of every range."""
    first, last = (exp.cast(exp.Literal.string(day), _kind(column)) for day in (_FIRST, _LAST))
    ifs = [
        exp.If(this=exp.LT(this=plain.copy(), expression=first), true=first.copy()),
        exp.If(this=exp.GT(this=plain.copy(), expression=last), true=last.copy()),
    ]
    return exp.alias_(exp.Case(ifs=ifs, default=plain), column.name, quoted=True)
