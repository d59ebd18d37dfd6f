"""sql, steps: of sources or of a result, over a table of the user's own."""

from __future__ import annotations

import json

import duckdb
import pytest

from quintile.errors import SettingsError
from quintile.export.dialects import DIALECTS
from quintile.export.sql_document import sql_document
from quintile.jobs.run import run
from quintile.jobs.sql import model_of_result, model_of_sources, write_text
from tests.jobs.shop import RFM, wish_for, write_shop

SCALE_3 = {"model": {"scale": 3}}


def test_a_result_and_its_sources_make_the_same_model(tmp_path):
    wish = wish_for(write_shop(tmp_path), SCALE_3)
    run(wish, tmp_path / "out")
    assert model_of_result(tmp_path / "out") == model_of_sources(wish)


def test_a_project_has_the_model_of_its_current_snapshot(tmp_path):
    run(wish_for(write_shop(tmp_path), SCALE_3), tmp_path / "project", in_project=True)
    found = model_of_result(project=tmp_path / "project")
    assert found.intents["Champions"].startswith("Retain")
    assert found.recipe.table == ()


def test_a_result_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match="results cannot be read"):
        model_of_result(tmp_path)


def test_the_query_reads_a_table_in_a_schema(tmp_path):
    file = write_shop(tmp_path)
    model = model_of_sources(wish_for(file, SCALE_3))
    query = sql_document(model.over("raw.Shop Orders"), DIALECTS["duckdb"])
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        connection.execute(f"CREATE TABLE raw.\"Shop Orders\" AS FROM read_csv('{file}', all_varchar = true)")
        found = connection.execute(query).fetchall()
    assert {row[0]: (row[3], row[4], str(row[5])) for row in found} == RFM


@pytest.mark.parametrize(
    ("engine", "address", "table"),
    [
        ("postgresql", "shop.orders", '"shop"."orders"'),
        ("postgresql", '"my.shop".orders', '"my.shop"."orders"'),
        ("postgresql", "mart.shop.orders", '"mart"."shop"."orders"'),
        ("postgresql", 'shop."a/b"', '"shop"."a/b"'),
        ("postgresql", "odd", '"odd"'),
        ("spark", "lake.shop.orders", '"lake"."shop"."orders"'),
        ("spark", "s3a://lake/shop", '"shop"'),
        ("text", "shop.orders.csv", '"shop.orders"'),
    ],
)
def test_a_table_that_lies_in_an_engine_keeps_the_schema_it_is_in(tmp_path, engine, address, table):
    run(wish_for(write_shop(tmp_path), SCALE_3), tmp_path / "out")
    report = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    report["inputs"][0] |= {"name": address, "sha256": "0" * 64 if engine == "text" else None}
    report["inputs"][0]["assumed"]["format"] = report["assumed"]["format"] = engine
    (tmp_path / "out" / "run.json").write_text(json.dumps(report), encoding="utf-8")
    assert f"FROM {table}\n" in sql_document(model_of_result(tmp_path / "out").recipe, DIALECTS["postgres"])


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ("orders", ("orders",)),
        ("raw.Shop Orders", ("raw", "Shop Orders")),
        ('"my.shop".orders', ("my.shop", "orders")),
        ('"say ""so""".orders', ('say "so"', "orders")),
    ],
)
def test_a_dot_within_double_quotes_is_part_of_a_name(tmp_path, table, parts):
    model = model_of_sources(wish_for(write_shop(tmp_path), SCALE_3))
    assert model.over(table).table == parts


@pytest.mark.parametrize("table", ['"my.shop.orders', 'my"shop', "a..b", "", '""', '"a"b'])
def test_what_is_no_name_of_a_table_is_refused(tmp_path, table):
    model = model_of_sources(wish_for(write_shop(tmp_path), SCALE_3))
    with pytest.raises(SettingsError, match="is no name of a table") as refused:
        model.over(table)
    assert refused.value.code == "table"


def test_a_text_is_written_in_one_piece(tmp_path):
    for query in ("-- one\n", "-- two\n"):
        write_text(query, tmp_path / "model.sql", "the SQL")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["-- two\n"]


@pytest.mark.parametrize("out", ["orders.csv", "nowhere/model.sql"])
def test_a_file_of_another_kind_and_a_folder_that_is_not_there_are_named(tmp_path, out):
    orders = write_shop(tmp_path)
    before = orders.read_bytes()
    with pytest.raises(SettingsError) as refused:
        write_text("-- one\n", tmp_path / out, "the SQL")
    assert refused.value.code == "out"
    assert orders.read_bytes() == before
