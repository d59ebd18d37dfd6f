"""sql, steps: of sources or of a result, over a table of the user's own."""

from __future__ import annotations

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
