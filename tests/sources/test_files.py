from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.errors import DataError
from quintile.sources.files import checksum
from quintile.sources.formats import format_of

TABLE = pa.table({"id": ["007", None, "009"], "amount": ["1.50", "2", "3"]})


def refusal(path):
    with pytest.raises(DataError) as caught:
        format_of(path)
    return caught.value


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"PAR1....PAR1", "parquet"),
        (b"PK\x03\x04....", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (gzip.compress(b"a,b\n", mtime=0), "gzip"),
        (b'{"a": 1}\n', "json"),
        (b'\xef\xbb\xbf \n{"a": 1}\n', "json"),
        (b"a,b\n1,2\n", "text"),
        (b'"a","b"\n', "text"),
        (b"PAR", "text"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".csv", ".dat"])
def test_a_file_is_what_its_first_bytes_say(tmp_path, content, found, ending):
    path = tmp_path / f"orders{ending}"
    path.write_bytes(content)
    assert format_of(path) == found


@pytest.mark.parametrize(
    ("ending", "content", "found"),
    [
        (".parquet", b"a,b\n", "text"),
        (".XLSX", b"a,b\n", "text"),
        (".gz", b"PAR1", "parquet"),
        (".xlsx", b"{}", "json"),
    ],
)
def test_an_ending_that_promises_something_else_is_refused(tmp_path, ending, content, found):
    path = tmp_path / f"orders{ending}"
    path.write_bytes(content)
    assert str(refusal(path)) == (
        f"error[format_mismatch]: the file is called {ending} but its content is {found}\n"
        f"  Where: orders{ending}\n"
        "  Fix: give the file its right ending, or export it again"
    )


def test_a_missing_file_and_an_empty_one_are_refused(tmp_path):
    (tmp_path / "orders.csv").write_bytes(b"")
    assert refusal(tmp_path / "orders.csv").code == "empty_input"
    missing = refusal(tmp_path / "gone.csv")
    assert (missing.code, missing.message) == (
        "not_found",
        "the source cannot be opened: No such file or directory",
    )
    assert "--engine" not in missing.fix
    assert refusal(tmp_path).message == "the source cannot be opened: Is a directory"


@pytest.mark.parametrize("name", ["shop.orders", "lake.shop.orders", '"my".orders'])
def test_what_looks_like_a_table_of_a_server_is_told_how_it_is_read(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal(Path(name)).fix.endswith("a table of a server is read with --engine postgresql://HOST/DATABASE")


def test_the_checksum_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"a,b\n")
    assert checksum(tmp_path / "a") == hashlib.sha256(b"a,b\n").hexdigest()


def test_a_parquet_file_is_read_as_it_is_with_its_rows_numbered(opened, engine, tmp_path):
    path = tmp_path / "a[0-9]*=b.parquet"  # to a database a path can be a pattern, and its folders columns
    pq.write_table(TABLE, path)
    table = opened(path)
    assert (table.name, table.rows, table.columns) == (path.name, 3, {"id": "VARCHAR", "amount": "VARCHAR"})
    assert engine.rows(table.query)[0] == ("007", "1.50")
    assert [row[-1] for row in engine.rows(table.located)] == [1, 2, 3]
    assert (table.sha256, table.assumed) == (checksum(path), {"format": "parquet"})
    assert table.lines([2, 3]) == {2: 2, 3: 3}


def test_a_parquet_file_without_rows_is_empty(opened, tmp_path):
    pq.write_table(TABLE.slice(0, 0), tmp_path / "a.parquet")
    with pytest.raises(DataError) as caught:
        opened(tmp_path / "a.parquet")
    assert (caught.value.code, caught.value.place.file) == ("empty_input", "a.parquet")


@pytest.mark.parametrize("cut", [10, 100])
def test_a_parquet_file_that_was_cut_off_is_damaged(opened, tmp_path, cut):
    pq.write_table(TABLE, tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content[:-cut])
    with pytest.raises(DataError) as caught:
        opened(tmp_path / "a.parquet")
    assert caught.value.code == "corrupt_file"


@pytest.mark.parametrize("frame", [TABLE, pl.DataFrame(TABLE), pd.DataFrame(TABLE.to_pydict())], ids=["a", "pl", "pd"])
def test_a_frame_is_read_as_it_is_with_its_rows_numbered(opened, engine, frame):
    table = opened(frame, place=1)
    assert (table.name, table.rows, table.sha256) == ("frame 2", 3, None)
    assert engine.rows(table.located) == [("007", "1.50", 1), (None, "2", 2), ("009", "3", 3)]
    assert table.assumed == {"format": type(frame).__module__.split(".")[0]}


def test_a_frame_without_rows_is_empty(opened):
    with pytest.raises(DataError) as caught:
        opened(TABLE.slice(0, 0))
    assert caught.value.message == "the table has no rows"


@pytest.mark.parametrize("source", [7, {"a": [1]}, None])
def test_what_has_no_arrow_stream_is_refused(opened, source):
    with pytest.raises(DataError) as caught:
        opened(source)
    assert str(caught.value) == (
        f"error[format_not_supported]: a source of type {type(source).__name__} cannot be read\n"
        "  Fix: pass a path, or a pandas, polars, pyarrow or DuckDB table"
    )
