from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from quintile.domain.dialect import Dialect
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import render
from quintile.sources.dialect import detect_dialect
from quintile.sources.staging import read_sql, stage_utf8
from tests.conftest import find_shared

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [("O1", "Zoë", "10.50"), ("O2", "C2", "7.25")]
TEXT = "id,name,amount\n" + "".join(",".join(row) + "\n" for row in ROWS)


@pytest.fixture
def stage(tmp_path):
    def staged(data: bytes, file: str = "f.csv"):
        (tmp_path / "stage").mkdir(exist_ok=True)
        path = tmp_path / "in" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return stage_utf8(path, detect_dialect(path), tmp_path / "stage"), rows_in(path, tmp_path / "stage")

    return staged


def rows_in(path: Path, folder: Path) -> list[tuple[str | None, ...]]:
    staged = stage_utf8(path, detect_dialect(path), folder)
    engine = DuckDbEngine([folder, path.parent])
    rows = engine.rows(render("SELECT * FROM {table}", table=read_sql(staged)))
    engine.close()
    assert len(rows) == staged.records - len(staged.rejected)
    return rows


def test_a_clean_file_is_linked_not_copied(stage):
    staged, rows = stage(TEXT.encode())
    assert (staged.copied, staged.path.is_symlink(), rows) == (False, True, ROWS)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r").encode(),
        gzip.compress(TEXT.encode(), mtime=0),
        TEXT.replace("O2", ",,\nO2").encode(),
        TEXT.replace("\nO2", "\r\nO2").encode(),
        TEXT.replace("\n", "\r\r\n").encode(),
        TEXT.replace("C2,", ' "C2" ,').encode(),
    ],
)
def test_what_the_database_would_misread_is_copied_clean(stage, data):
    staged, rows = stage(data)
    assert (staged.copied, staged.rejected, rows) == (True, (), ROWS)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        ("\n" + TEXT).encode(),
        ("sep=,\n" + TEXT).encode(),
        (TEXT + "\n\n").encode(),
        TEXT.removesuffix("\n").encode(),
        TEXT.replace("Zoë", '"Zoë"').encode(),
    ],
)
def test_what_the_database_reads_rightly_is_not_copied(stage, data):
    staged, rows = stage(data)
    assert (staged.copied, rows) == (False, ROWS)


def test_irregular_quotes_come_out_as_they_were_meant(stage):
    assert stage(b'a,b\n1,5" pipe\n2,x\n')[1] == [("1", '5" pipe'), ("2", "x")]
    assert stage(b'a,b\n1,"say \\"x, y\\" now"\n2,"z\\\\"\n')[1] == [("1", 'say "x, y" now'), ("2", "z\\")]


def test_columns_parted_by_blanks_become_columns(stage):
    assert stage(b" id day  v\n 1  a  x,y\n 2  b  z\n")[1] == [("1", "a", "x,y"), ("2", "b", "z")]


def test_a_header_over_two_lines_is_not_read_as_a_row(stage):
    assert stage(b'a,"b\nb"\n1,2\n')[1] == [("1", "2")]


def test_an_empty_field_is_null_quoted_or_not(stage):
    assert stage(b'a,b,c\n1,,""\n')[1] == [("1", None, None)]


def test_line_separators_of_unicode_end_no_row(stage):
    text = "a,b\n1,x\u2028y\u0085z\n"
    assert stage(text.encode())[1] == [("1", "x\u2028y\u0085z")]


@pytest.mark.parametrize("file", ["orders_[ab].csv", "a*?.csv", "it's; DROP TABLE x;--.csv", "-rf.csv", "id=9/f.csv"])
def test_a_name_is_a_name_and_no_code(stage, file):
    stage(b"id,v\nwrong,wrong\n", "orders_a.csv")
    assert stage(b"id,v\n1,2\n", file)[1] == [("1", "2")]


def test_hostile_column_names_are_only_names(stage):
    data = b'it\'s,"a""b; DROP",{x}\n1,2,3\n'
    assert stage(data)[1] == [("1", "2", "3")]


def test_every_public_text_table_is_read_without_loss(tmp_path):
    for file in (
        "cdnow_master/CDNOW_master.txt",
        "retail_125k/Retail_Data_Transactions.csv",
        "superstore/superstore.csv",
        "shop_exports/shopify_orders_2021_75cols_anonymised.csv",
    ):
        assert rows_in(find_shared(f"data/{file}"), tmp_path)


def test_a_staged_dialect_starts_at_the_first_line(stage):
    staged, _ = stage(TEXT.encode("cp1252"))
    assert staged.dialect == Dialect(("id", "name", "amount"), head=0)
