from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pytest

from quintile.errors import DataError
from quintile.sources.formats import format_of

TEXT = b"order_id,customer_id,amount\n1,A,2\n"


def refusal(path, content):
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        format_of(path)
    return caught.value


def tar():
    with tarfile.open(fileobj=(content := io.BytesIO()), mode="w") as archive:
        archive.addfile(tarfile.TarInfo("orders.csv"))
    return content.getvalue()


def zipped():
    with zipfile.ZipFile(content := io.BytesIO(), "w") as archive:
        archive.writestr("orders.csv", TEXT)
    return content.getvalue()


def written(write):
    write(pa.table({"a": [1]}), content := io.BytesIO())
    return content.getvalue()


def sqlite(path):
    with sqlite3.connect(path / "shop.db") as connection:
        connection.execute("CREATE TABLE orders (id)")
    connection.close()
    return (path / "shop.db").read_bytes()


@pytest.mark.parametrize(
    ("ending", "content", "called"),
    [
        (".7z", b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7-Zip archive"),
        (".rar", b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        (".bz2", bz2.compress(TEXT), "a bzip2 archive"),
        (".xz", lzma.compress(TEXT), "an xz archive"),
        (".zst", b"\x28\xb5\x2f\xfd\x04\x00", "a Zstandard archive"),
        (".tar", tar(), "a tar archive"),
        (".csv", tar(), "a tar archive"),
    ],
)
def test_archives_are_refused_by_name(tmp_path, ending, content, called):
    error = refusal(tmp_path / f"orders{ending}", content)
    assert (error.code, error.message) == ("unsafe_archive", f"the file is {called}; archives are not unpacked")
    assert error.fix == "unpack it yourself and give the file inside"


@pytest.mark.parametrize(
    ("ending", "content", "called"),
    [
        (".orc", written(pyarrow.orc.write_table), "an ORC file"),
        (".feather", written(pyarrow.feather.write_feather), "an Arrow file"),
        (".avro", b"Obj\x01\x04\x16avro.schema", "an Avro file"),
        (".pdf", b"%PDF-1.7\n", "a PDF document"),
        (".png", b"\x89PNG\r\n\x1a\n", "an image"),
        (".rtf", b"{\\rtf1 hello}", "an RTF document"),
        *((".pkl", pickle.dumps({"a": [1]}, protocol), "a pickle") for protocol in (2, 3, 4, 5)),
    ],
)
def test_other_formats_are_refused_by_name(tmp_path, ending, content, called):
    error = refusal(tmp_path / f"orders{ending}", content)
    assert (error.code, error.message) == ("format_not_supported", f"{called} is not read")
    error = refusal(tmp_path / "orders.csv", content)
    assert (error.code, error.message) == ("format_mismatch", f"the file is called .csv but its content is {called}")


def test_a_database_is_refused_with_the_way_to_read_it(tmp_path):
    error = refusal(tmp_path / "orders.db", sqlite(tmp_path))
    assert (error.code, '[sources.shop] with kind = "sqlite"' in error.fix) == ("format_not_supported", True)


@pytest.mark.parametrize(
    ("ending", "code"), [(".xls", "format_mismatch"), (".html", "format_not_supported"), (".csv", "not_tabular")]
)
@pytest.mark.parametrize("content", [b"<!DOCTYPE html><html>", b"\n <HTML><table>", b"<?xml version='1.0'?><a/>"])
def test_a_web_page_is_no_table(tmp_path, ending, code, content):
    assert refusal(tmp_path / f"orders{ending}", content).code == code


@pytest.mark.parametrize(
    ("content", "code", "called"),
    [
        (gzip.compress(TEXT, mtime=0), "unsafe_archive", "gzip"),
        (zipped(), "unsafe_archive", "a zip file"),
        (tar(), "unsafe_archive", "a tar archive"),
        (b"PAR1....PAR1", "format_not_supported", "a Parquet file"),
        (pickle.dumps([1]), "format_not_supported", "a pickle"),
    ],
)
def test_gzip_may_hold_text_only(tmp_path, content, code, called):
    error = refusal(tmp_path / "orders.csv.gz", gzip.compress(content))
    assert (error.code, error.message.partition(";")[0]) == (code, f"inside the gzip file is {called}")


@pytest.mark.parametrize(
    "header", ["ORC,a", "PARENT_ID,a", "BMI,a", "MZ,a", "Obj,a", "mustard" * 40, "x" * 257 + "ustar ", "12345678DUCK,a"]
)
def test_a_header_that_begins_like_a_format_is_text(tmp_path, header):
    (tmp_path / "orders.csv").write_text(header + "\n1,2\n")
    assert format_of(tmp_path / "orders.csv") == "text"
