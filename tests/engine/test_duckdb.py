from __future__ import annotations

import re
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import DataError

EXTENSIONS = ("LOAD httpfs", "INSTALL httpfs", "INSTALL httpfs FROM community", "LOAD '/elsewhere.duckdb_extension'")


@pytest.fixture
def inside(tmp_path):
    """A folder the engine may touch, with a secret beside it."""
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "own.csv").write_text("a\n1\n", encoding="utf-8")
    return tmp_path / "inside"


@pytest.fixture
def confined(inside):
    database = DuckDbEngine([inside])
    yield database
    database.close()


def lines_of(path) -> Sql:
    return render("SELECT * FROM read_csv({path})", path=literal(str(path)))


def test_its_own_folder_can_be_read_and_written(confined, inside):
    assert confined.rows(lines_of(inside / "own.csv")) == [(1,)]
    confined.write(Sql("SELECT 2 AS b"), inside / "new.csv")
    assert (inside / "new.csv").read_text(encoding="utf-8") == "b\n2\n"


@pytest.mark.parametrize("way", ["secret.csv", "inside/../secret.csv", "inside-too/secret.csv"])
def test_nothing_outside_its_folders_can_be_read(confined, inside, way):
    (inside.parent / "inside-too").mkdir()
    (inside.parent / "inside-too" / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(duckdb.PermissionException):
        confined.rows(lines_of(f"{inside.parent}/{way}"))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_nothing_outside_its_folders_can_be_written(confined, inside, ending):
    target = inside.parent / f"stolen.{ending}"
    with pytest.raises(duckdb.PermissionException):
        confined.write(Sql("SELECT 1 AS a"), target)
    assert not target.exists()


def test_a_given_file_can_be_read_and_its_neighbour_cannot(inside):
    database = DuckDbEngine(files=[inside / "own.csv"])
    assert database.rows(lines_of(inside / "own.csv")) == [(1,)]
    with pytest.raises(duckdb.PermissionException):
        database.rows(lines_of(inside.parent / "secret.csv"))
    database.close()


@pytest.mark.parametrize("statement", EXTENSIONS)
def test_no_extension_is_loaded(engine, statement):
    with pytest.raises(duckdb.Error):
        engine.rows(Sql(statement))


def test_no_other_database_is_attached(engine, tmp_path):
    with pytest.raises(duckdb.PermissionException):
        engine.rows(render("ATTACH {path} AS other", path=literal(str(tmp_path / "other.duckdb"))))


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a.csv", "s3://bucket/a.csv"])
def test_nothing_is_fetched(engine, address):
    with pytest.raises(duckdb.Error):
        engine.rows(lines_of(address))


@pytest.mark.parametrize("setting", ["enable_external_access = true", "threads = 1", "lock_configuration = false"])
def test_the_settings_are_locked(engine, setting):
    with pytest.raises(duckdb.InvalidInputException, match="locked"):
        engine._connection.execute(f"SET {setting}")


def test_a_variable_of_python_is_no_table(engine):
    secret = pa.table({"a": [1]})
    with pytest.raises(duckdb.CatalogException):
        engine.rows(Sql("SELECT * FROM secret"))
    assert secret.num_rows == 1


def test_the_clock_of_the_database_is_utc(engine):
    assert engine.rows(Sql("SELECT current_setting('TimeZone')")) == [("UTC",)]


@pytest.mark.parametrize("threads", [1, 4])
def test_rows_are_written_in_the_order_of_the_query(tmp_path, threads):
    database = DuckDbEngine([tmp_path], threads=threads)
    query = Sql("SELECT (i * 7919) % 500009 AS n FROM range(500000) AS t(i) ORDER BY n DESC")
    database.write(query, tmp_path / "n.parquet")
    database.write(query, tmp_path / "n.csv")
    database.close()
    written = pq.read_table(tmp_path / "n.parquet")["n"].to_pylist()
    assert written == sorted(written, reverse=True)
    assert (tmp_path / "n.csv").read_text(encoding="utf-8").split() == ["n", *map(str, written)]


@pytest.mark.parametrize("kind", [pa.table, pl.DataFrame])
def test_a_frame_goes_in_and_comes_out_and_can_be_read_twice(engine, kind):
    rows = {"id": ["007", None], "amount": [Decimal("10.05"), Decimal("-0.10")]}
    frame = engine.register("given", kind(rows))
    query = render("SELECT * FROM {frame}", frame=frame)
    for _ in range(2):
        assert engine.rows(query) == [("007", Decimal("10.05")), (None, Decimal("-0.10"))]
    out = pa.table(engine.arrow(query))
    assert out.to_pydict() == rows
    assert pa.types.is_decimal(out.schema.field("amount").type)


def test_tables_and_views_replace_older_ones_and_a_table_can_be_forgotten(engine):
    for number in (1, 2):
        assert engine.table("my table", render("SELECT {n} AS n", n=literal(number))) == '"my table"'
        engine.view("my view", render("SELECT {n} AS n", n=literal(number)))
    assert engine.rows(Sql('SELECT n FROM "my table" UNION ALL SELECT n FROM "my view"')) == [(2,), (2,)]
    engine.drop("my table")
    engine.drop("my table")
    with pytest.raises(duckdb.CatalogException):
        engine.rows(Sql('SELECT n FROM "my table"'))


def test_columns_are_told_with_their_types(engine):
    query = Sql("SELECT 1::BIGINT AS a, '1.5'::DECIMAL(18, 2) AS b")
    assert engine.columns(query) == {"a": "BIGINT", "b": "DECIMAL(18,2)"}


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "footer": lambda content: content[:-20] + b"\xff" * 12 + content[-8:],
    "pages": lambda content: content[:4] + b"\xff" * (len(content) // 2) + content[len(content) // 2 + 4 :],
    "other": lambda _: b"PAR1 this is no Parquet PAR1",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_parquet_file_is_an_error_of_the_data(confined, inside, damage):
    file = inside / "orders.parquet"
    pq.write_table(pa.table({"a": [str(number) for number in range(5000)]}), file)
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with pytest.raises(DataError) as caught:
        confined.table("read", render("SELECT * FROM read_parquet({path})", path=literal(str(file))))
    assert caught.value.code == "corrupt_file"
    assert caught.value.message.startswith("the source is damaged and cannot be read: ")
    assert caught.value.fix == "export or download it again"


def test_a_mistake_of_the_program_is_no_error_of_the_data(engine):
    with pytest.raises(duckdb.ParserException):
        engine.rows(Sql("SELEC 1"))
    with pytest.raises(duckdb.BinderException):
        engine.rows(Sql("SELECT nothing"))


def test_closing_gives_the_spill_folder_back_and_can_be_done_twice():
    database = DuckDbEngine(memory="100MB")
    folder = database.rows(Sql("SELECT current_setting('temp_directory')"))[0][0]
    database.close()
    database.close()
    with pytest.raises(FileNotFoundError):
        open(folder)  # noqa: PTH123, SIM115 - only whether it is there


def test_work_beyond_the_memory_spills_and_is_still_right(tmp_path):
    database = DuckDbEngine([tmp_path], memory="60MB", threads=1)
    values = joined([literal("x" * 100)])
    query = render("SELECT i, {x} || i AS x FROM range(800000) AS t(i) ORDER BY hash(i)", x=values)
    database.table("big", query)
    assert database.rows(Sql("SELECT count(*), sum(i) FROM big")) == [(800000, 799999 * 400000)]
    database.close()


def test_a_lack_of_memory_is_told_in_sizes(tmp_path):
    small = DuckDbEngine([tmp_path], memory="20MB", threads=1)
    with pytest.raises(DataError) as raised:
        small.table("large", Sql("SELECT list(i) AS whole FROM range(20000000) AS t(i)"))
    small.close()
    assert raised.value.code == "too_large"
    assert re.search(r"[0-9.]+ MiB/[0-9.]+ MiB", raised.value.message)
