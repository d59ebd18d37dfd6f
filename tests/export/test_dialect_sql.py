"""Dialect SQL: each construct that databases differ in, in each dialect that has a way of its own."""

from __future__ import annotations

import pytest
import sqlglot

from quintile.engine.render import Sql
from quintile.errors import SettingsError
from quintile.export.dialect_sql import in_dialect
from quintile.export.dialects import DIALECTS

_END = "DATE '2025-07-01'"


def said(text, name):
    return str(in_dialect(Sql(text), DIALECTS[name], pretty=False))


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("postgres", "CAST('2025-07-01' AS DATE) - d"),
        ("spark", "DATEDIFF(CAST('2025-07-01' AS DATE), d)"),
        ("bigquery", "DATE_DIFF(CAST('2025-07-01' AS DATE), d, DAY)"),
        ("tsql", "DATEDIFF(DAY, CAST(d AS DATETIME2), CAST(CAST('2025-07-01' AS DATE) AS DATETIME2))"),
        ("mysql", "DATEDIFF(CAST('2025-07-01' AS DATE), d)"),
    ],
)
def test_days_between(name, days):
    assert said(f"date_diff('day', d, {_END})", name) == days


def test_a_difference_within_a_sum_keeps_its_brackets():
    assert said(f"1 - date_diff('day', d, {_END})", "postgres") == "1 - (CAST('2025-07-01' AS DATE) - d)"


@pytest.mark.parametrize(
    ("name", "quotient"),
    [
        ("postgres", "DIV((a + b), (2 * c))"),
        ("bigquery", "DIV((a + b), (2 * c))"),
        ("clickhouse", "(a + b) / (2 * c)"),
        ("trino", "((a + b) - (a + b) % (2 * c)) / (2 * c)"),
        ("mysql", "((a + b) - (a + b) % (2 * c)) / (2 * c)"),
    ],
)
def test_large_quotients_stay_whole_and_exact(name, quotient):
    assert said("(a + b) // (2 * c)", name) == quotient


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mysql", "CAST(`Id` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin"),
        ("tsql", "CAST([Id] AS NVARCHAR(4000)) COLLATE Latin1_General_100_BIN2"),
        ("redshift", 'CAST("Id" AS VARCHAR(MAX))'),
        ("snowflake", 'CAST("Id" AS VARCHAR)'),
    ],
)
def test_ids_that_differ_in_case_stay_two(name, text):
    assert said('CAST("Id" AS VARCHAR)', name) == text


def test_ties_are_parted_by_bytes():
    assert said("customer_id >= 'a'", "postgres") == "customer_id COLLATE \"C\" >= 'a'"
    assert said("SELECT r FROM t ORDER BY customer_id", "postgres").endswith('ORDER BY customer_id COLLATE "C"')


def test_a_cast_that_may_fail_is_one_everywhere():
    amount = 'TRY_CAST("a" AS DECIMAL(18, 2))'
    assert said(amount, "postgres").startswith('CASE WHEN CAST("a" AS TEXT) ~ \'^')
    assert said(amount, "mysql").startswith("CASE WHEN REGEXP_INSTR(`a`, '^[ ]*[-+]?[0-9]+")
    assert said(amount, "snowflake") == 'TRY_CAST(CAST("A" AS VARCHAR) AS DECIMAL(18, 2))'
    assert said(amount, "bigquery") == "ROUND(SAFE_CAST(`a` AS BIGNUMERIC), 2)"
    assert said(amount, "clickhouse") == "accurateCastOrNull(\"a\", 'Decimal(18, 2)')"


def test_names_that_were_stored_without_quotes_are_found():
    assert said('SELECT "customer_id", "Order Id", "orderId" FROM "raw"."orders"', "snowflake") == (
        'SELECT "CUSTOMER_ID", "Order Id", "orderId" FROM "RAW"."ORDERS"'
    )


def test_texts_beyond_ascii_keep_their_letters():
    assert said("x IN ('annul\u00e9', 'void')", "tsql") == "x IN (N'annul\u00e9', 'void')"


def test_an_order_says_nothing_of_nulls():
    for name in DIALECTS:
        assert "NULL" not in said('SELECT row_number() OVER (ORDER BY "t") FROM x', name)


@pytest.mark.parametrize("name", DIALECTS)
def test_texts_of_strangers_stay_texts(name):
    hostile = "O'Neil \\'; DROP TABLE x; -- \\"
    quoted = hostile.replace("'", "''")
    text = said(f"SELECT '{quoted}' AS a FROM t", name)
    assert sqlglot.parse_one(text, read=name).expressions[0].this.this == hostile


@pytest.mark.parametrize("name", ["mysql", "clickhouse", "tsql"])
def test_zones_that_a_dialect_does_not_know_are_refused(name):
    with pytest.raises(SettingsError, match=f"{name} cannot say this: a time with a zone of its own"):
        said("CAST(\"t\" AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Berlin'", name)


def test_a_wall_time_is_seen_in_another_zone():
    assert said("a AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin'", "bigquery") == (
        "DATETIME(TIMESTAMP(a, 'UTC'), 'Europe/Berlin')"
    )
