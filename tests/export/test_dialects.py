"""Dialects: all have a name, a golden query that their own parser reads, and a refusal for what they cannot say."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from quintile.errors import SettingsError
from quintile.export.dialects import DIALECTS, dialect_of
from quintile.export.sql_document import sql_document
from tests.export.make_golden_sql import GOLDEN, golden_recipe
from tests.export.parity import LINES
from tests.export.test_sql import LEDGERS, MODELS

OTHERS = [name for name in DIALECTS if name != "duckdb"]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    return golden_recipe(tmp_path_factory.mktemp("golden"))


def test_the_dialects_are_those_that_are_told():
    assert list(DIALECTS) == [
        "duckdb", "postgres", "spark", "databricks", "snowflake", "bigquery", "redshift", "trino", "clickhouse", "tsql",
        "mysql",
    ]  # fmt: skip
    assert [name for name, dialect in DIALECTS.items() if dialect.executed] == ["duckdb", "postgres", "spark", "mysql"]


@pytest.mark.parametrize("name", DIALECTS)
def test_the_query_is_the_golden_one(recipe, name):
    assert sql_document(recipe, DIALECTS[name]) == (GOLDEN / f"{name}.sql").read_text(encoding="utf-8")


def test_there_is_no_golden_query_of_a_dialect_that_is_gone():
    assert sorted(file.stem for file in GOLDEN.iterdir()) == sorted(DIALECTS)


def parsed(text, name):
    statements = sqlglot.parse(text, read=name, error_level=ErrorLevel.RAISE)
    assert len(statements) == 1
    return statements[0]


CASES = {**{f"model {name}": {"model": model} for name, model in MODELS.items()}}
CASES |= {f"ledger {name}": {"ledger": ledger} for name, ledger in LEDGERS.items()}
FEW = ["model six-27", "model ntile", "model nested", "model all time", "ledger one order a day", "ledger own words"]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("case", FEW)
def test_a_query_is_parsed_back_and_keeps_its_steps(shop_of, case, name):
    recipe = shop_of(LINES, CASES[case]).recipe
    text = sql_document(recipe, DIALECTS[name])
    tree = parsed(text, name)
    duck = parsed(sql_document(recipe, DIALECTS["duckdb"]), "duckdb")
    assert [cte.alias for cte in tree.ctes] == [cte.alias for cte in duck.ctes]
    for step, original in zip(tree.ctes, duck.ctes, strict=True):
        columns = [column.alias_or_name for column in step.this.expressions]
        assert columns == [column.alias_or_name for column in original.this.expressions]
    comments = [line.strip() for line in text.splitlines() if line.startswith("-- ")]
    assert len(comments) >= len(duck.ctes) + 2


@pytest.mark.parametrize("name", OTHERS)
def test_money_is_never_a_float_and_no_type_is_left_over(recipe, name):
    text = sql_document(recipe, DIALECTS[name]).upper()
    assert not {"DOUBLE", "FLOAT", "REAL", "HUGEINT", "INT128"} & set(text.replace("(", " ").replace(")", " ").split())


@pytest.mark.parametrize("name", ["bigquery", "clickhouse"])
def test_a_number_with_decimals_is_no_float_where_literals_are(recipe, name):
    tree = parsed(sql_document(recipe, DIALECTS[name]), name)
    assert not [node for node in tree.find_all(exp.Literal) if not node.is_string and "." in node.this]


ZONED = {"ledger": {"time_zone": "America/New_York"}, "model": {"recency": "elapsed"}}


def test_what_a_dialect_cannot_say_is_refused_by_name(shop_of):
    recipe = shop_of(LINES, ZONED).recipe
    with pytest.raises(SettingsError, match="tsql cannot say this: the wall time of America/New_York") as refused:
        sql_document(recipe, DIALECTS["tsql"])
    assert refused.value.code == "dialect"


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "tsql"])
def test_the_others_say_it(shop_of, name):
    text = sql_document(shop_of(LINES, ZONED).recipe, DIALECTS[name])
    parsed(text, name)
    assert text.count("'America/New_York'") >= 2


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("postgresql", "write --dialect postgres"),
        ("MariaDB", "write --dialect mysql"),
        ("snowflke", "write --dialect snowflake"),
        ("oracle", "take one of: duckdb, postgres, spark, "),
        ("sqlite", "write --dialect duckdb: DuckDB reads SQLite files"),
        ("SQLite", "write --dialect duckdb: DuckDB reads SQLite files"),
    ],
)
def test_a_dialect_that_is_none_has_a_fix(name, fix):
    with pytest.raises(SettingsError) as refused:
        dialect_of(name)
    assert refused.value.fix.startswith(fix)


@pytest.mark.parametrize("name", ["Postgres", "DUCKDB", "BigQuery", "ClickHouse"])
def test_a_dialect_is_known_in_any_case(name):
    assert dialect_of(name) is DIALECTS[name.lower()]
