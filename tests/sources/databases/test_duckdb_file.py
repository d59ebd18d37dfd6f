"""DuckDB files: read-only, and no way from them to any other file."""

from __future__ import annotations

import subprocess
import sys

import pytest

from quintile.errors import DataError

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def shop(shop_of):
    return shop_of("duckdb")


def refusal(opened_from, shop, **chosen):
    with pytest.raises(DataError) as error:
        opened_from(shop, **chosen)
    return error.value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.5600::DECIMAL(12, 4)", "1234.5600"),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
        ("10.1::FLOAT", "10.1"),
        ("0.1::DOUBLE + 0.2::DOUBLE", "0.30000000000000004"),
        ("TIMESTAMPTZ '2025-03-30 03:30:00.25+02'", "2025-03-30 01:30:00.25+00"),
        ("DATE '2025-03-04'", "2025-03-04"),
        ("'infinity'::TIMESTAMP", "infinity"),
        ("[1, 2]", "[1, 2]"),
        ("'0007'", "0007"),
        ("NULL", None),
        ("''", None),
    ],
)
def test_a_value_has_one_form_of_text(value, text, shop, opened_from, engine):
    shop.run(f'CREATE TABLE one AS SELECT {value} AS "fo\nund", 1 AS one')
    assert engine.rows(opened_from(shop, table="one").query) == [(text, "1")]


def test_a_query_reaches_no_other_file(shop, opened_from, tmp_path):
    other = tmp_path.parent / "other.csv"
    other.write_text("a\n1\n")
    shop.run("CREATE TABLE one AS SELECT 1 AS a")
    assert refusal(opened_from, shop, query=f"SELECT * FROM read_csv('{other}')").code == "bad_query"


def test_a_view_of_the_file_reaches_no_other_file(shop, opened_from, tmp_path):
    other = tmp_path.parent / "another.csv"
    other.write_text("a\n1\n")
    shop.run(f"CREATE VIEW leak AS SELECT * FROM read_csv('{other}')")
    assert refusal(opened_from, shop, table="leak").code != "corrupt_file"


def test_a_file_another_program_writes_to_is_busy(shop, opened_from):
    shop.run("CREATE TABLE one AS SELECT 1 AS a")
    shop.close()
    command = [sys.executable, "-c", HOLD, str(shop.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        error = refusal(opened_from, shop, table="one")
        writer.communicate("")
    assert error.code == "busy"


def test_a_file_with_an_unfinished_log_is_read(shop, opened_from):
    shop.run("SET checkpoint_threshold = '1GB'")
    shop.run("PRAGMA disable_checkpoint_on_shutdown")
    shop.run("CREATE TABLE one AS SELECT 1 AS a")
    shop.close()
    assert shop.path.with_name(shop.path.name + ".wal").exists()
    assert opened_from(shop, table="one").rows == 1


def test_a_file_that_is_no_database_says_so(shop, opened_from, tmp_path):
    other = tmp_path / "other.duckdb"
    other.write_bytes(b"no database at all, but long enough to look at" * 300)
    error = refusal(opened_from, shop, path=str(other), table="one")
    assert (error.code, error.place.file) == ("corrupt_file", "shop: one")


def test_a_slow_query_ends_at_the_time_limit(shop, opened_from):
    endless = "SELECT count(*) AS n FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range = 7"
    assert refusal(opened_from, shop, query=endless, timeout_seconds=1).code == "timeout"
