"""dbt: a project in a folder, written over an earlier one and over nothing else."""

from __future__ import annotations

import json

import pytest
import yaml

from quintile.errors import SettingsError
from quintile.export.dialects import DIALECTS
from quintile.jobs.dbt import write_dbt
from quintile.jobs.run import run
from quintile.jobs.sql import model_of_result, model_of_sources
from tests.jobs.shop import wish_for, write_shop

DUCKDB = DIALECTS["duckdb"]


@pytest.fixture
def model(tmp_path):
    return model_of_sources(wish_for(write_shop(tmp_path), {"model": {"scale": 3}}))


def test_a_project_is_written_over_an_earlier_one_and_other_files_stay(tmp_path, model):
    out = tmp_path / "dbt"
    files = write_dbt(model, DUCKDB, out)
    kept = out / "profiles.yml"
    kept.write_text("rfm: {}", encoding="utf-8")
    stale = out / "models" / "rfm" / "customer_totals.sql"
    stale.write_text("SELECT 1", encoding="utf-8")
    assert write_dbt(model, DUCKDB, out, table="raw.orders") == files
    found = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert found == {*files, "profiles.yml"}
    assert "schema: raw" in (out / "models" / "sources.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("address", "schema", "table"),
    [
        ("shop.orders", "shop", "orders"),
        ('"my.shop".orders', "my.shop", "orders"),
        ("odd", "{{ target.schema }}", "odd"),
    ],
)
def test_a_table_of_a_server_is_read_where_it_is(tmp_path, address, schema, table):
    run(wish_for(write_shop(tmp_path), {"model": {"scale": 3}}), tmp_path / "results")
    report = json.loads((tmp_path / "results" / "run.json").read_text(encoding="utf-8"))
    report["inputs"][0] |= {"name": address, "sha256": None}
    report["inputs"][0]["assumed"]["format"] = "postgresql"
    (tmp_path / "results" / "run.json").write_text(json.dumps(report), encoding="utf-8")
    write_dbt(model_of_result(tmp_path / "results"), DIALECTS["postgres"], tmp_path / "dbt")
    (source,) = yaml.safe_load((tmp_path / "dbt" / "models" / "sources.yml").read_text(encoding="utf-8"))["sources"]
    assert (source["schema"], source["tables"][0]["identifier"]) == (schema, table)


def test_other_things_are_left_alone(tmp_path, model):
    for name, text in (("mine", "name: mine\n"), ("other", "hello")):
        folder = tmp_path / name
        folder.mkdir()
        file = folder / ("dbt_project.yml" if name == "mine" else "notes.txt")
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match="holds other things") as refused:
            write_dbt(model, DUCKDB, folder)
        assert refused.value.code == "out"
        assert [path.read_text(encoding="utf-8") for path in folder.iterdir()] == [text]


def test_a_file_is_no_folder(tmp_path, model):
    with pytest.raises(SettingsError, match="is a file, not a folder"):
        write_dbt(model, DUCKDB, tmp_path / "orders.csv")
