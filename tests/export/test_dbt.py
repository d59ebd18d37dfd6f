"""The written dbt project: complete, described, in every dialect, and none that would harm the user's tables."""

from __future__ import annotations

import re
from dataclasses import replace

import jinja2
import pytest
import sqlglot
import yaml

from quintile.errors import SettingsError
from quintile.export.dbt import FIRST_LINE, PROJECT_FILE, dbt_project
from quintile.export.dbt_models import PATHS
from quintile.export.dialects import DIALECTS
from quintile.export.sql import model_steps
from tests.export.parity import LINES
from tests.export.test_sql import LEDGERS, MODELS

CASES = {
    **{
        name: {"model": MODELS[name]} for name in ("average", "ntile", "nested", "everyone who ever bought", "all time")
    },
    **{name: {"ledger": LEDGERS[name]} for name in ("one order a day", "repeated rows dropped", "nothing is left out")},
}
VARIABLE = re.compile(r"\{\{ var\('(\w+)'\)(?:\['(\w+)'\])? \}\}")


def project(recipe, dialect="duckdb"):
    return dbt_project(recipe, DIALECTS[dialect], {"Champions": "Keep {{ them }}"}, "1.2.3")


@pytest.mark.parametrize("case", CASES)
def test_every_model_and_column_is_described_and_every_variable_is_used(shop_of, case):
    files = project(shop_of(LINES, CASES[case]).recipe)
    models = [path for path in files if path.startswith("models/") and path.endswith(".sql")]
    described = {
        model["name"]: model
        for path, text in files.items()
        if path.endswith("schema.yml")
        for model in yaml.safe_load(text).get("models", [])
    }
    assert sorted(described) == sorted(path.rpartition("/")[2].removesuffix(".sql") for path in models)
    for model in described.values():
        assert model["description"]
        assert model["columns"]
        assert all(column["description"] for column in model["columns"])
    said = yaml.safe_load(files[PROJECT_FILE])["vars"]
    known = {(name, score) for name, value in said.items() for score in (value if isinstance(value, dict) else [""])}
    used = {found for path in models for found in VARIABLE.findall(files[path])}
    assert used == known
    assert files[PROJECT_FILE].startswith(FIRST_LINE)


@pytest.mark.parametrize("case", ["average", "ntile", "nested", "everyone who ever bought"])
def test_variables_stand_for_what_the_query_says(shop_of, case):
    """The variables put back give the steps of the query, letter by letter."""
    recipe = shop_of(LINES, CASES[case]).recipe
    files = project(recipe)
    values = yaml.safe_load(files[PROJECT_FILE])["vars"]
    text = "".join(text for path, text in files.items() if path.startswith("models/") and path.endswith(".sql"))
    text = VARIABLE.sub(lambda found: values[found[1]][found[2]] if found[2] else values[found[1]], text)
    steps = [step for step in model_steps(replace(recipe, table=("raw_transactions",))) if step.name != "segments"]
    assert [step.name for step in steps if step.query not in text] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_a_project_that_says_whether_it_was_executed(shop_of, dialect):
    files = project(shop_of(LINES, {}).recipe, dialect)
    read_me = files["README.md"]
    assert ("Not executed" in read_me) == (dialect not in {"duckdb", "postgres"})
    assert "9999-" not in "".join(files.values())
    assert VARIABLE.search(files["models/scores/scores.sql"])
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    values = yaml.safe_load(files[PROJECT_FILE])["vars"]
    known = {"ref": str, "source": lambda _, table: table, "var": values.get, "config": lambda **_: ""}
    for path, text in files.items():
        if path.endswith(".sql"):
            assert sqlglot.parse_one(environment.from_string(text).render(known), read=dialect)


def test_the_seed_is_the_scheme(shop_of):
    recipe = shop_of(LINES, {"model": {"scale": 3, "scheme": "six-27"}}).recipe
    lines = project(recipe)["seeds/scheme.csv"].splitlines()
    assert lines[0] == '"rfm","segment"'
    assert len(lines) == 1 + 27
    assert f'"333","{recipe.segments[3, 3, 3]}"' in lines


def test_what_the_business_wants_is_no_code(shop_of):
    text = project(shop_of(LINES, {}).recipe)["models/rfm.md"]
    assert "{{ them" not in text
    assert text.count("{%") == 2


def test_a_segment_that_dbt_would_read_as_nothing_is_refused(shop_of):
    recipe = shop_of(LINES, {}).recipe
    recipe = replace(recipe, segments=dict.fromkeys(recipe.segments, " Null"))
    with pytest.raises(SettingsError, match="' Null' as nothing"):
        project(recipe)


@pytest.mark.parametrize("table", [("a", "b", "c", "d"), ("main_RFM", "Orders"), ("x_rfm", "scheme")], ids=str)
def test_a_table_that_cannot_be_named_or_would_be_written_over_is_refused(shop_of, table):
    with pytest.raises(SettingsError) as refused:
        project(replace(shop_of(LINES, {}).recipe, table=table))
    assert refused.value.code == "table"


def test_a_table_in_a_schema_of_a_database_is_named(shop_of):
    recipe = replace(shop_of(LINES, {}).recipe, table=("My Db", "raw", 'my "orders"'))
    (source,) = yaml.safe_load(project(recipe)["models/sources.yml"])["sources"]
    assert (source["database"], source["schema"], source["tables"][0]["identifier"]) == (
        "My Db", "raw", 'my ""orders""',
    )  # fmt: skip


def test_every_path_that_may_be_left_out_is_known(shop_of):
    made = {path for case in CASES.values() for path in project(shop_of(LINES, case).recipe)}
    rates = {"models/staging/stg_rates.sql", "models/ledger/order_parts.sql"}
    assert PATHS - made == rates
