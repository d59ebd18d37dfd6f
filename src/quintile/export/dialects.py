"""Dialects: what other databases write differently from DuckDB, as templates of their own SQL.

The names in a template (``value``, ``earlier``, ``zone`` ...) are replaced by expressions. ``None`` says that the
dialect cannot do it; such a query is refused, never written wrongly.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from quintile.errors import SettingsError

_AMOUNT = "'^[ ]*[-+]?[0-9]+([.][0-9]+)?[ ]*$'"
_TIME = (
    "'^[ ]*[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?[ ]*$'"
)
_DECIMAL = "CAST(value AS DECIMAL({digits}, {scale}))"
_BY_REMAINDER = "(whole - whole % part) / part"  # exact, because what is divided is a multiple
_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class SqlDialect:
    """One dialect.

    Args:
        name: As the user writes it, and as sqlglot calls it.
        called: Which databases speak it.
        executed: Whether tests execute its SQL on a real server, not only parse it.
        days: Whole days from the date ``earlier`` to the date ``later``.
        full_days: Full 24 hours from the moment ``earlier`` to the moment ``later``.
        quotient: ``whole / part`` of large whole numbers, cut to a whole number.
        text: A column of the user's as text that differs where its letters do, case and accents included.
        moment: A text or time as a time without zone.
        moved: The wall time ``value`` of ``zone`` as that of ``wanted``.
        seen: A time with its own zone as the wall time of ``wanted``.
        decimal: A text or number as money of so many ``{digits}``, ``{scale}`` of them behind the point.
        whole: A number as a whole number of up to 38 digits.
        tried_moment: As ``moment``, NULL where it is none.
        tried_decimal: As ``decimal``, NULL where it is none.
        number: A literal with decimals, given as a text; None where a literal is exact as it is.
        bytewise: A text that is compared byte by byte; None where all texts are.
        lower: A text in lower case.
        name_case: How the database stores names that were not quoted, if quoted names have to follow it.
        national: Texts beyond ASCII need a mark.
        closing: What stands after the query.
    """

    name: str
    called: str
    days: str
    full_days: str
    executed: bool = False
    quotient: str = _BY_REMAINDER
    text: str = "CAST(value AS VARCHAR)"
    moment: str = "CAST(value AS TIMESTAMP)"
    moved: str | None = None
    seen: str | None = None
    decimal: str = _DECIMAL
    whole: str = "CAST(value AS DECIMAL(38, 0))"
    tried_moment: str = "TRY_CAST(value AS TIMESTAMP)"
    tried_decimal: str = "TRY_CAST(value AS DECIMAL({digits}, {scale}))"
    number: str | None = None
    bytewise: str | None = None
    lower: str = "LOWER(value)"
    name_case: str | None = None
    national: bool = False
    closing: str = ""


def _later(moved: str, back: str) -> str:
    """Where the clock is put back and a wall time comes twice, the later one, as the run takes it.

    Args:
        moved: What the database makes of a wall time, for it the earlier one.
        back: The wall time of ``hour``.
    """
    hour = back.replace("hour", f"TIMESTAMPADD(HOUR, 1, {moved})")
    return f"TIMESTAMPADD(HOUR, CASE WHEN {hour} = value THEN 1 ELSE 0 END, {moved})"


DUCKDB = SqlDialect("duckdb", "DuckDB", days="", full_days="", executed=True)
_POSTGRES = SqlDialect(
    "postgres",
    "PostgreSQL 14 or newer",
    executed=True,
    days="later - earlier",
    full_days="CAST(FLOOR(EXTRACT(EPOCH FROM later - earlier) / 86400) AS BIGINT)",
    quotient="DIV(whole, part)",
    text="CAST(value AS TEXT)",
    moved="value AT TIME ZONE zone AT TIME ZONE wanted",
    seen="CAST(value AS TIMESTAMPTZ) AT TIME ZONE wanted",
    whole="CAST(value AS DECIMAL(60, 0))",
    tried_moment=f"CASE WHEN CAST(value AS TEXT) ~ {_TIME} THEN CAST(value AS TIMESTAMP) END",
    tried_decimal=f"CASE WHEN CAST(value AS TEXT) ~ {_AMOUNT} THEN {_DECIMAL} END",
    bytewise='value COLLATE "C"',
)
_SPARK = SqlDialect(
    "spark",
    "Spark 3.4 or newer",
    executed=True,
    days="DATEDIFF(later, earlier)",
    full_days=f"TIMESTAMPDIFF(MICROSECOND, earlier, later) DIV {_MICROSECONDS}",
    text="CAST(value AS STRING)",
    moment="CAST(value AS TIMESTAMP_NTZ)",
    moved=_later("CONVERT_TIMEZONE(zone, wanted, value)", back="CONVERT_TIMEZONE(wanted, zone, hour)"),
    # The moment itself, whatever the session's zone is.
    seen="CONVERT_TIMEZONE('UTC', wanted, TIMESTAMPADD(MICROSECOND, UNIX_MICROS(CAST(value AS TIMESTAMP)),"
    " CAST('1970-01-01' AS TIMESTAMP_NTZ)))",
    tried_moment="TRY_CAST(value AS TIMESTAMP_NTZ)",
)
_SNOWFLAKE = SqlDialect(
    "snowflake",
    "Snowflake",
    days="DATEDIFF(DAY, earlier, later)",
    full_days="(DATEDIFF(MICROSECOND, earlier, later) - MOD(DATEDIFF(MICROSECOND, earlier, later),"
    f" {_MICROSECONDS})) / {_MICROSECONDS}",
    moment="CAST(value AS TIMESTAMP_NTZ)",
    moved="CONVERT_TIMEZONE(zone, wanted, value)",
    seen="CAST(CONVERT_TIMEZONE(wanted, CAST(value AS TIMESTAMP_TZ)) AS TIMESTAMP_NTZ)",
    tried_moment="TRY_CAST(CAST(value AS VARCHAR) AS TIMESTAMP_NTZ)",
    tried_decimal="TRY_CAST(CAST(value AS VARCHAR) AS DECIMAL({digits}, {scale}))",
    name_case="upper",
)
_BIGQUERY = SqlDialect(
    "bigquery",
    "BigQuery",
    days="DATE_DIFF(later, earlier, DAY)",
    full_days=f"DIV(DATETIME_DIFF(later, earlier, MICROSECOND), {_MICROSECONDS})",
    quotient="DIV(whole, part)",
    text="CAST(value AS STRING)",
    moment="CAST(value AS DATETIME)",
    moved="DATETIME(TIMESTAMP(value, zone), wanted)",
    seen="DATETIME(CAST(value AS TIMESTAMP), wanted)",
    decimal="ROUND(CAST(value AS BIGNUMERIC), {scale})",
    whole="CAST(value AS BIGNUMERIC)",
    tried_moment="SAFE_CAST(value AS DATETIME)",
    tried_decimal="ROUND(SAFE_CAST(value AS BIGNUMERIC), {scale})",
    number="CAST(value AS BIGNUMERIC)",
)
_REDSHIFT = SqlDialect(
    "redshift",
    "Amazon Redshift",
    days="DATEDIFF(DAY, earlier, later)",
    full_days=f"DATEDIFF(MICROSECOND, earlier, later) / {_MICROSECONDS}",
    text="CAST(value AS VARCHAR(MAX))",
    moved="CONVERT_TIMEZONE(zone, wanted, value)",
    seen="CAST(value AS TIMESTAMPTZ) AT TIME ZONE wanted",
)
_TRINO = SqlDialect(
    "trino",
    "Trino, Amazon Athena",
    days="DATE_DIFF('DAY', earlier, later)",
    full_days="DATE_DIFF('SECOND', earlier, later) / 86400",
    moment="CAST(value AS TIMESTAMP(6))",
    moved="CAST(AT_TIMEZONE(WITH_TIMEZONE(value, zone), wanted) AS TIMESTAMP(6))",
    seen="CAST(AT_TIMEZONE(CAST(value AS TIMESTAMP(6) WITH TIME ZONE), wanted) AS TIMESTAMP(6))",
    tried_moment="TRY_CAST(value AS TIMESTAMP(6))",
)
_CLICKHOUSE = SqlDialect(
    "clickhouse",
    "ClickHouse 23.8 or newer",
    days="dateDiff('day', earlier, later)",
    full_days=f"intDiv(dateDiff('microsecond', earlier, later), {_MICROSECONDS})",
    quotient="whole / part",  # of decimals without a fraction: without one as well
    text="CAST(value AS Nullable(String))",
    moment="parseDateTime64BestEffort(toString(value), 6, 'UTC')",
    moved="parseDateTime64BestEffort(toString(toTimeZone(toDateTime64(toString(value), 6, zone), wanted)), 6, 'UTC')",
    whole="CAST(value AS Nullable(Decimal(76, 0)))",
    decimal="CAST(value AS Nullable(Decimal({digits}, {scale})))",
    tried_moment=f"CASE WHEN match(toString(value), {_TIME}) THEN"
    " parseDateTime64BestEffortOrNull(toString(value), 6, 'UTC') END",
    tried_decimal="accurateCastOrNull(value, 'Decimal({digits}, {scale})')",
    number="toDecimal128(value, 12)",
    lower="lowerUTF8(value)",
    # A join that finds nothing gives NULL, and a name means the column, not the result beside it.
    closing="SETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1",
)
_TSQL = SqlDialect(
    "tsql",
    "SQL Server 2022, Azure SQL",
    days="DATEDIFF(DAY, earlier, later)",
    full_days="(DATEDIFF_BIG(MICROSECOND, earlier, later) - DATEDIFF_BIG(MICROSECOND, earlier, later)"
    f" % {_MICROSECONDS}) / {_MICROSECONDS}",
    text="CAST(value AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2",
    moment="CAST(value AS DATETIME2)",
    tried_moment="TRY_CAST(value AS DATETIME2)",
    national=True,
)
_MYSQL = SqlDialect(
    "mysql",
    "MySQL 8, MariaDB 10.6 or newer",
    executed=True,
    days="DATEDIFF(later, earlier)",
    full_days=f"TIMESTAMPDIFF(MICROSECOND, earlier, later) DIV {_MICROSECONDS}",
    text="CAST(value AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin",
    moment="CAST(value AS DATETIME(6))",
    moved=_later("CONVERT_TZ(value, zone, wanted)", back="CONVERT_TZ(hour, wanted, zone)"),
    whole="CAST(value AS DECIMAL(65, 0))",
    tried_moment="CAST(value AS DATETIME(6))",  # NULL where it is none
    tried_decimal=f"CASE WHEN REGEXP_INSTR(value, {_AMOUNT}) = 1 THEN {_DECIMAL} END",
)
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        DUCKDB,
        _POSTGRES,
        _SPARK,
        replace(_SPARK, name="databricks", called="Databricks SQL", executed=False),
        _SNOWFLAKE,
        _BIGQUERY,
        _REDSHIFT,
        _TRINO,
        _CLICKHOUSE,
        _TSQL,
        _MYSQL,
    )
}
_OTHERS = {
    "postgresql": "postgres", "mariadb": "mysql", "sqlserver": "tsql", "mssql": "tsql", "athena": "trino",
    "presto": "trino", "pyspark": "spark", "synapse": "tsql",
}  # fmt: skip


def dialect_of(name: str) -> SqlDialect:
    """The dialect of this name, in capitals or not.

    Raises:
        SettingsError: ``dialect``, there is none.
    """
    word = name.casefold()
    if word in DIALECTS:
        return DIALECTS[word]
    if word == "sqlite":
        message = "SQLite has no exact decimals, so money would be rounded"
        raise SettingsError("dialect", message, fix="write --dialect duckdb: DuckDB reads SQLite files")
    near = _OTHERS.get(word) or next(iter(difflib.get_close_matches(word, DIALECTS, n=1)), None)
    fix = f"write --dialect {near}" if near else f"take one of: {', '.join(DIALECTS)}"
    raise SettingsError("dialect", f"no dialect is called '{name}'", fix=fix)
