"""The eight verbs mean the same on every engine, and so does each word that one of them spells in its own way."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.engine_table import EngineTable
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.open import open_engine
from quintile.engine.render import Sql
from quintile.errors import DataError, SettingsError
from quintile.jobs.run import run
from quintile.jobs.workplace.server import server_engine
from quintile.jobs.workplace.wish import Wish

KINDS = ["duckdb", "postgresql", "spark"]
ORDERS = Sql("SELECT * FROM (VALUES (1, 'a', 2.50), (2, 'b', 3.50), (3, NULL, NULL)) AS v(k, \"B b\", m)")


def refunds(text):
    """What is said of the amounts that stand in one text."""
    found = f"regexp_extract_all({text}, 'amount:-?([0-9]+(?:[.][0-9]+)?)', 1)"
    return f"CAST(list_sum(list_transform({found}, lambda part: TRY_CAST(part AS DECIMAL(18, 6)))) AS VARCHAR)"


@pytest.fixture(params=KINDS)
def engine(request, tmp_path, url_of):
    kind, storage = request.param, tmp_path.as_uri()
    opened = DuckDbEngine([tmp_path]) if kind == "duckdb" else open_engine(url_of(kind), schema="q", storage=storage)
    yield opened
    opened.close()


def one(engine, expression):
    return engine.rows(Sql(f"SELECT {expression}"))[0][0]


def test_a_table_is_made_once_and_a_view_follows_its_table(engine):
    engine.table("orders", ORDERS)
    engine.view("dear", Sql("SELECT k FROM orders WHERE m > 3"))
    assert engine.rows(Sql("SELECT k FROM dear")) == [(2,)]
    engine.table("orders", Sql("SELECT * REPLACE (m + 1 AS m) FROM orders"))
    assert engine.rows(Sql("SELECT k FROM dear ORDER BY ALL")) == [(1,), (2,)]
    engine.drop("orders")
    engine.drop("orders")


def test_columns_have_the_types_the_steps_ask_for(engine):
    engine.table("typed", Sql("SELECT CAST(1 AS BIGINT) AS a, 'x' AS b, CAST(2 AS DECIMAL(18, 2)) AS c, "
                              "DATE '2025-01-01' AS d, TIMESTAMP '2025-01-01 10:00:00' AS e"))  # fmt: skip
    found = engine.columns(Sql("SELECT * FROM typed"))
    assert found == {"a": "BIGINT", "b": "VARCHAR", "c": "DECIMAL(18,2)", "d": "DATE", "e": "TIMESTAMP"}


def test_a_frame_comes_in_as_it_is(engine):
    moments = [datetime(2025, 3, 30, 1, 30), None]  # noqa: DTZ001 - the shop's clock
    frame = pa.table(
        {"id": ["00ä'7", None], "amount": [Decimal("10.05"), None], "moment": pa.array(moments, pa.timestamp("us"))}
    )
    rows = engine.register("frame", frame)
    found = engine.rows(Sql(f"SELECT id, amount, moment FROM {rows} ORDER BY id"))
    assert found == [("00ä'7", Decimal("10.05"), moments[0]), (None, None, None)]


@pytest.mark.parametrize("engine", KINDS[1:], indirect=True)
def test_what_is_written_is_named_by_its_content(engine, tmp_path):
    engine.table("orders", ORDERS)
    path, told = tmp_path / "customers.table", []
    for query in ("SELECT * FROM orders", "SELECT * FROM orders", "SELECT * FROM orders WHERE k < 3"):
        engine.write(Sql(query), path, "2025-07-01")
        told.append(json.loads(path.read_text(encoding="utf-8")))
    assert told[0] == told[1]
    assert told[0] != told[2]
    assert [one["rows"] for one in told] == [3, 3, 2]
    assert "2025" in (told[0].get("table") or told[0]["folder"])


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("strlen('é')", 2),
        ("nfc_normalize('e\u0301')", "é"),
        ("lower('ÀÇŞ')", "àçş"),
        ("upper('é')", "É"),
        ("epoch_us(TIMESTAMP '2025-03-30 02:30:00.000001')", 1_743_301_800_000_001),
        ("make_timestamp(1743301800000001)", datetime(2025, 3, 30, 2, 30, 0, 1)),  # noqa: DTZ001
        ("date_diff('day', DATE '2024-02-28', DATE '2024-03-01')", 2),
        ("contains('a%b', '%')", True),
        ("regexp_full_match('12\n', '[0-9]+')", False),
        ("regexp_full_match('NaN', '(?i)\\s*(?:nan|inf)\\s*')", True),
        ("regexp_replace('x\u00a0y\u200b', '[\\x{00A0}\\x{200B}]', '', 'g')", "xy"),
        ("regexp_replace('x\U000e0041y\ufe0f', '[\\x{FE00}-\\x{FE0F}\\x{E0000}-\\x{E0FFF}]', '', 'g')", "xy"),
        ("regexp_replace('12.0', '^([0-9]+)\\.0$', '\\1')", "12"),
        ("TRY_CAST('1e3' AS DECIMAL(18, 2))", Decimal(1000)),
        ("TRY_CAST('12,5' AS DECIMAL(18, 2))", None),
        ("TRY_CAST(12345678901234567.5 AS DECIMAL(18, 2))", None),
        ("TRY_CAST(10.005 AS DECIMAL(18, 2))", Decimal("10.01")),
        ("TRY_CAST(-10.005 AS DECIMAL(18, 2))", Decimal("-10.01")),
        ("list_extract(['a', 'b', 'c'], 1 + 1)", "b"),
        ("CAST(3 > 2 AS BIGINT)", 1),
        ("CAST(7 AS HUGEINT) // 2", 3),
        ("CAST(-7 AS HUGEINT) * 1000000000000000000000", -7 * 10**21),
        ("bit_count(CAST(5 AS UBIGINT))", 2),
        ("CAST(1 AS UBIGINT) << (5 & 63)", 32),
        ("timezone('Europe/Berlin', timezone('UTC', TIMESTAMP '2025-03-30 01:00:00'))", datetime(2025, 3, 30, 3)),  # noqa: DTZ001
        ("'a' = 'a '", False),
        ("CAST('a' AS VARCHAR) < 'B'", False),
        ("regexp_extract('1.234,50', '\\,([0-9]+)[^0-9]*$', 1)", "50"),
        ("regexp_extract('x', '(?i)([0-9]+)', 1)", ""),
        ("regexp_extract(NULL, '[0-9]+', 0)", None),
        ("regexp_replace('5,25 \u0440\u0443\u0431.', '\\pL[.]|[^0-9,]', '', 'g')", "5,25"),
        ("regexp_replace('31.1.2025', '^([0-9]+).([0-9]+).([0-9]+)$', '\\3-\\2-\\1')", "2025-1-31"),
        ("regexp_matches('12\n', '2$')", False),
        ("regexp_full_match('5\v', '5\\s')", False),
        ("lower('\u0130\u0391\u03a3')", "i\u03b1\u03c3"),
        ("lower('january'[1:3])", "jan"),
        ("isfinite(CAST('nan' AS DOUBLE))", False),
        ("TIMESTAMP '2025-01-31 10:00:00' - to_minutes(-90)", datetime(2025, 1, 31, 11, 30)),  # noqa: DTZ001
        ("TRY_CAST('2025-1-31 9:05' AS TIMESTAMP)", datetime(2025, 1, 31, 9, 5)),  # noqa: DTZ001
        ("TRY_CAST('2025-02-30' AS TIMESTAMP)", None),
        ("TRY_CAST('1e400' AS DOUBLE) > 1e300", True),
        ("regexp_replace(format('{:.17g}', CAST(9007199254740991 AS DOUBLE)), '\\.0$', '')", "9007199254740991"),
        ("try_strptime('31/01/25', '%d/%m/%y')", datetime(2025, 1, 31)),  # noqa: DTZ001
        ("CASE WHEN true THEN TRY_CAST('1.50' AS DECIMAL(18, 2)) END", Decimal("1.50")),
        ("greatest(NULL, 2)", 2),
        ("10.05 + 0.10", Decimal("10.15")),
        (refunds("'amount:-2.50|note:7;amount:0.255'"), "2.755000"),
        (refunds("'amount:|amount:x'"), None),
        (refunds("NULL"), None),
    ],
)
def test_a_word_means_the_same(engine, expression, answer):
    assert one(engine, expression) == answer


def test_money_that_is_calculated_keeps_its_decimals(engine):
    engine.table("lines", Sql("SELECT CAST(3 AS DECIMAL(38, 0)) * CAST('5.25' AS DECIMAL(18, 2)) AS m"))
    assert engine.columns(Sql("SELECT abs(m) AS m FROM lines")) == {"m": "DECIMAL(38,2)"}
    chosen = engine.columns(Sql("SELECT CASE WHEN m > 0 THEN CAST(m AS DECIMAL(18, 2)) END AS m FROM lines"))
    assert chosen == {"m": "DECIMAL(18,2)"}


def test_the_greatest_of_several_values_is_the_greatest_of_the_first(engine):
    orders = "(VALUES (1, 2.5, 'x'), (1, 2.5, 'Y'), (1, 9.0, 'z'), (2, 0.5, 'x')) AS v(k, a, b)"
    dearest = "max(struct_pack(worth := a, b := CAST(b AS VARCHAR))) FILTER (a < 9) AS row"
    home = f"SELECT k, {dearest} FROM {orders} GROUP BY ALL"
    found = engine.rows(Sql(f"WITH home AS ({home}) SELECT k, home.row.b AS b FROM home ORDER BY ALL"))
    assert found == [(1, "x"), (2, "x")]


@pytest.mark.parametrize("engine", KINDS[1:], indirect=True)
def test_a_table_that_is_not_there_is_named(engine):
    with pytest.raises(DataError, match=r"no table shop\.nothing"):
        engine.register("source", "shop.nothing")


@pytest.mark.parametrize("engine", ["spark"], indirect=True)
def test_the_cluster_reads_files_by_their_address(engine, tmp_path):
    pq.write_table(pa.table({"d": [date(2025, 1, 1)], "t": [datetime(2025, 1, 1, tzinfo=UTC)]}), tmp_path / "a.parquet")
    rows = engine.register("source", tmp_path.as_uri() + "/a.parquet")
    assert engine.columns(Sql(f"SELECT * FROM {rows}")) == {"d": "DATE", "t": "TIMESTAMP WITH TIME ZONE"}


@pytest.mark.parametrize("engine", KINDS[2:], indirect=True)
def test_the_cluster_reads_a_table_of_its_catalog(engine, tmp_path):
    from pyspark.sql import SparkSession  # noqa: PLC0415 - for the cluster's tests alone

    pq.write_table(pa.table({"k": [1, 2]}), tmp_path / "part.parquet")
    catalog = SparkSession.builder.getOrCreate()
    catalog.sql("CREATE DATABASE lake")
    catalog.sql(f"CREATE TABLE lake.orders USING parquet LOCATION '{tmp_path.as_uri()}'")
    try:
        rows = engine.register("orders", "spark_catalog.lake.orders")
        assert engine.rows(Sql(f"SELECT sum(k) FROM {rows}")) == [(3,)]
    finally:
        catalog.sql("DROP DATABASE lake CASCADE")


AMOUNTS = ["2.33", "-0.005", "1234567.5", None]


@pytest.mark.parametrize("kind", ["numeric", "float8", "numeric(12, 4)"])
def test_a_server_keeps_every_digit_of_a_column_without_a_scale(kind, url_of):
    values = ", ".join("(NULL)" if amount is None else f"('{amount}'::numeric)" for amount in AMOUNTS)
    with psycopg.connect(url_of("postgresql"), autocommit=True) as server:
        server.execute(f"DROP TABLE IF EXISTS amounts; CREATE TABLE amounts (a {kind})".encode())
        server.execute(f"INSERT INTO amounts VALUES {values}".encode())
        engine = open_engine(url_of("postgresql"), schema="q", storage="")
        rows = engine.register("source", "public.amounts")
        told = [Decimal(str(amount)) for (amount,) in engine.rows(Sql(f"SELECT a FROM {rows}")) if amount]
        found = sorted(str(amount.normalize()) for amount in told)
        assert found == sorted(amount for amount in AMOUNTS if amount)
        engine.close()


@pytest.mark.parametrize("kind", ["numeric", "float8", "real", "money"])
def test_amounts_of_any_type_of_a_server_are_scored(kind, url_of, tmp_path):
    with psycopg.connect(url_of("postgresql"), autocommit=True) as server:
        server.execute("DROP TABLE IF EXISTS shop")
        server.execute(
            "CREATE TABLE shop AS SELECT 'c' || i % 5 AS customer, i AS order_id, date '2025-01-01' + i AS date,"
            f" (i + 0.25)::numeric::{kind} AS amount FROM generate_series(1, 50) i".encode()
        )
    settings = read_settings(None, {"engine": {"url": url_of("postgresql")}})
    report = run(Wish([EngineTable("public.shop")], settings), tmp_path / "out")
    assert report["counts"]["customers"] == 5
    assert Decimal(report["bridge"][-1]["amount"]) == Decimal("1287.50")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cr3tPW%@127.0.0.1:1/db",
        "postgresql://me:s3cr3tPW@127.0.0.1/db?bogus=1",
        "postgresql://me:s3cr3tPW@[::1/db",
        "postgress://me:s3cr3tPW@127.0.0.1/db",
    ],
)
def test_an_address_that_cannot_be_read_shows_no_password(url):
    with pytest.raises(SettingsError) as raised:
        open_engine(url, schema="q", storage="")
    told = "".join(traceback.format_exception(raised.value))
    assert "s3cr3tPW" not in told.replace(url, "")
    assert "s3cr3tPW" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "variables"),
    [
        ("postgresql:///db?host=10.0.0.1", {}),
        ("postgresql://127.0.0.1:1/db?hostaddr=10.0.0.1", {}),
        ("postgresql://127.0.0.1,10.0.0.1/db", {}),
        ("postgresql:///db", {"PGHOST": "10.0.0.1"}),
        ("postgresql://127.0.0.1/db", {"PGHOSTADDR": "10.0.0.1"}),
        ("spark://10.0.0.1:7077", {}),
        ("spark://127.0.0.1:7077,10.0.0.1:7077", {}),
        ("k8s://https://10.0.0.1:6443", {}),
    ],
)
def test_a_private_machine_is_refused_however_it_is_named(url, variables, monkeypatch, tmp_path):
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(DataError) as raised:
        server_engine(EngineSettings(url=url), tmp_path)
    assert raised.value.code == "host_refused"
    allowed = EngineSettings(url=url, allow_hosts=("10.0.0.0/8",))
    monkeypatch.setattr("quintile.jobs.workplace.server.open_engine", lambda *_args, **_more: "opened")
    assert server_engine(allowed, tmp_path) == "opened"


@pytest.mark.parametrize("url", ["oracle://shop", "DuckDB", "http://localhost"])
def test_an_engine_nobody_knows_is_refused(url):
    with pytest.raises(SettingsError, match="is no engine"):
        open_engine(url, schema="quintile", storage="nowhere")


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1 cannot be used"):
        open_engine("postgresql://nobody@127.0.0.1:1/x", schema="quintile", storage="")
