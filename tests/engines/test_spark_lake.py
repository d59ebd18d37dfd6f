"""Delta and Iceberg tables on a cluster: what counts is what the tables say, not what lies in their files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.engine.open import open_engine
from quintile.engine.render import Sql
from quintile.errors import DataError
from tests.conftest import ROOT
from tests.engines.lake.tables import delta_table, hadoop_hint, iceberg_table, of_orders, rows_of_files
from tests.engines.test_conformance import customers, differences

# A cluster that no package was named to.
BARE = """\
import sys
from urllib.parse import urlsplit
from quintile.engine.open import open_engine
from quintile.errors import DataError
engine = open_engine("local[1]", schema="", storage=sys.argv[1])
for address in sys.argv[2:]:
    try:
        engine.register("orders", address)
    except DataError as error:
        print(error.code, error.message, error.fix, sep=": ")
engine.close()
"""


class Lake:
    """A folder with a Delta table and an Iceberg table, and the orders that each holds."""

    def __init__(self, folder):
        self.delta = folder / "delta"
        self.orders = {"delta": delta_table(self.delta)}
        self.written, self.orders["iceberg"] = iceberg_table(folder)
        self.iceberg = folder / "shop" / "orders"
        hadoop_hint(self.written, self.iceberg)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return Lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture
def named(lake, spark_master):
    """A name that the cluster has for the Iceberg table, in all sessions: Spark's own catalog keeps no options."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - for the cluster's tests alone

    session = SparkSession.builder.master(spark_master).getOrCreate()
    options = f"OPTIONS (path '{lake.written.metadata_location}')"
    session.sql(f"CREATE GLOBAL TEMPORARY VIEW orders USING iceberg {options}")
    yield "global_temp.orders"
    session.catalog.dropGlobalTempView("orders")


@pytest.fixture
def engine(url_of, tmp_path):
    opened = open_engine(url_of("spark"), schema="", storage=tmp_path.as_uri())
    yield opened
    opened.close()


def scored(source, out, *more):
    """What ``quintile run`` reports of a source, and its customers."""
    arguments = ["run", str(source), "--out", str(out), "--scale", "3", "--no-report", "--quiet", *more]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    report = json.loads((out / "run.json").read_text(encoding="utf-8"))
    kept = {key: report[key] for key in ("as_of", "counts", "bridge", "excluded", "segments", "model")}
    return kept, customers(out, "spark" if more else "duckdb")


@pytest.mark.parametrize(
    ("kind", "by"), [("delta", "folder"), ("iceberg", "folder"), ("iceberg", "name"), ("iceberg", "newest file")]
)
def test_a_run_over_a_table_counts_what_the_table_holds(kind, by, lake, url_of, request, tmp_path):
    folder, orders = getattr(lake, kind), lake.orders[kind]
    assert rows_of_files(folder) > len(orders)
    source = request.getfixturevalue("named") if by == "name" else folder
    source = urlsplit(lake.written.metadata_location).path if by == "newest file" else source
    found, rows = scored(source, tmp_path / "there", "--engine", url_of("spark"))
    pq.write_table(of_orders(orders), tmp_path / "orders.parquet")
    expected, others = scored(tmp_path / "orders.parquet", tmp_path / "here")
    assert found["counts"]["rows_in"] == len(orders)
    assert list(differences(found, expected)) == []
    assert list(differences(rows, others)) == []


@pytest.mark.parametrize("strokes", [1, 2, 3])
def test_an_iceberg_table_is_read_by_its_newest_metadata_too(strokes, lake, engine):
    start, _, path = lake.written.metadata_location.partition("///")
    rows = engine.register("orders", f"{start}{'/' * strokes}{path}")
    total = sum(order.values[3] for order in lake.orders["iceberg"])
    assert engine.rows(Sql(f"SELECT count(*), sum(amount) FROM {rows}")) == [(len(lake.orders["iceberg"]), total)]


def test_an_iceberg_table_that_only_its_catalog_knows_is_to_be_named_as_there(lake, engine, tmp_path):
    shutil.copytree(lake.iceberg, tmp_path / "orders")
    (tmp_path / "orders" / "metadata" / "version-hint.text").unlink()
    with pytest.raises(DataError, match="the cluster has no table") as raised:
        engine.register("orders", f"{tmp_path.as_uri()}/orders")
    assert (raised.value.code, "catalog.schema.table" in raised.value.fix) == ("not_found", True)


@pytest.mark.parametrize("part", ["delta/status=paid", "delta/status=*/*.parquet", "shop/orders/data", "shop/*"])
def test_a_part_of_a_table_is_refused(part, lake, engine):
    with pytest.raises(DataError, match="rows that were deleted or changed") as raised:
        engine.register("orders", f"{lake.delta.parent.as_uri()}/{part}")
    whole = (lake.delta if part.startswith("delta") else lake.iceberg).as_uri()
    fix = "name each table by its own address" if part == "shop/*" else f"name the table itself: {whole}"
    assert raised.value.code == "format_not_supported"
    assert raised.value.fix == fix


def test_files_beside_tables_are_read_as_files(lake, engine, tmp_path):
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "notes.json").write_text("{}", encoding="utf-8")
    pq.write_table(of_orders(lake.orders["delta"]), tmp_path / "orders.parquet")
    rows = engine.register("orders", f"{tmp_path.as_uri()}/*.parquet")
    assert engine.rows(Sql(f"SELECT count(*) FROM {rows}")) == [(len(lake.orders["delta"]),)]


def test_tables_that_spark_cannot_read_are_never_read_as_their_files(lake, spark_master, tmp_path):  # noqa: ARG001 - Java is there
    told = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-c", BARE, tmp_path.as_uri(), lake.delta.as_uri(), lake.iceberg.as_uri()]
    said = subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout.splitlines()
    for line, kind, called in zip(said, ("delta", "iceberg"), ("a Delta table", "an Iceberg table"), strict=True):
        assert line.startswith("not_found: the cluster has no table")
        assert f"the data source: {kind}" in line
        assert f"let Spark read {called}: name its package" in line
        assert "spark.jars.packages" in line
