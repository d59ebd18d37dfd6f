from __future__ import annotations

import contextlib
import datetime as dt
import struct
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources.parquet import require_sound

TABLE = pa.table({"id": [f"{n:03}" for n in range(500)], "amount": [float(n * 7919 % 1000) for n in range(500)]})
PLAIN = {"compression": "none", "use_dictionary": False}


@pytest.fixture
def file(tmp_path):
    """``file(table, **form)`` writes a Parquet file."""

    def written(table=TABLE, **form):
        pq.write_table(table, tmp_path / "orders.parquet", **form)
        return tmp_path / "orders.parquet"

    return written


@pytest.fixture
def refusal(opened):
    def refused(path):
        with pytest.raises(DataError) as caught:
            opened(path, place=1)
        assert caught.value.place.file == "orders.parquet"
        return caught.value

    return refused


def patched(path, old, new, *, footer=True, times=-1):
    """The file with some bytes replaced, everywhere in its footer or everywhere before it."""
    content = path.read_bytes()
    start = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    before, after = content[:start], content[start:]
    assert old in (after if footer else before)
    path.write_bytes(before + after.replace(old, new, times) if footer else before.replace(old, new) + after)
    return path


def test_a_page_that_does_not_fit_its_crc_is_damage(file, refusal, opened):
    path = file(write_page_checksum=True, **PLAIN)
    assert opened(path).assumed == {"format": "parquet", "page_checksums": "verified"}
    error = refusal(patched(path, b"123", b"124", footer=False))
    assert (error.code, "does not have the bytes it was written with" in error.message) == ("corrupt_file", True)


def test_a_large_file_is_held_against_its_crcs_as_well(file, refusal, opened):
    table = pa.table({"id": [f"{n:06}" for n in range(100_001)]})
    path = file(table, write_page_checksum=True, **PLAIN)
    assert opened(path).rows == 100_001
    assert refusal(patched(path, b"012345", b"012346", footer=False)).code == "corrupt_file"


def test_values_outside_the_statistics_are_damage(file, refusal):
    error = refusal(patched(file(**PLAIN), struct.pack("<d", 919.0), struct.pack("<d", 5e9), footer=False))
    assert (error.code, error.place.column) == ("corrupt_file", "amount")


@pytest.mark.parametrize("most", [200.0, -1.0])
def test_statistics_that_lie_are_damage(file, refusal, most):
    assert refusal(patched(file(**PLAIN), struct.pack("<d", 999.0), struct.pack("<d", most))).code == "corrupt_file"


def test_a_large_file_is_held_against_its_statistics_when_it_is_checked(file, opened, engine, tmp_path):
    table = pa.table({"id": list(range(100_001))})
    path = patched(file(table, **PLAIN), struct.pack("<q", 100_000), struct.pack("<q", 10))
    assert opened(path).rows == 100_001
    with pytest.raises(DataError) as caught:
        require_sound(engine, path, tmp_path / "link.parquet")
    assert caught.value.code == "corrupt_file"


def test_a_footer_that_counts_other_rows_is_damage(file, opened):
    content = bytearray(file(TABLE.slice(0, 50)).read_bytes())
    start = len(content) - 8 - struct.unpack("<I", content[-8:-4])[0]
    outcomes = []
    for place in range(start, len(content)):
        if content[place] == 100:  # 50, as thrift writes it: rows of the file, of its row group, of both columns
            damaged = bytearray(content)
            damaged[place] = 102
            path = file()
            path.write_bytes(damaged)
            try:
                outcomes.append(opened(path, place=place).rows)
            except DataError as error:
                outcomes.append(error.code)
    assert set(outcomes) <= {"corrupt_file", 50}
    assert outcomes.count("corrupt_file") >= 4


@pytest.mark.parametrize("scale", [0, 1, 3])
def test_amounts_with_two_different_numbers_of_decimals_are_damage(file, refusal, scale):
    path = file(pa.table({"amount": [Decimal("1.10"), Decimal("22.20")]}), compression="none")
    # In thrift: the next field, a whole number, 2; the next one, 4. It stands again in the logical type.
    path = patched(path, b"\x15\x04\x15\x08", bytes([0x15, 2 * scale, 0x15, 0x08]), times=1)
    error = refusal(path)
    assert (error.code, error.place.column) in {("corrupt_file", "amount"), ("corrupt_file", None)}


def test_a_schema_that_counts_more_columns_than_it_names_is_damage(file, opened):
    sound = file().read_bytes()
    start = len(sound) - 8 - struct.unpack("<I", sound[-8:-4])[0]
    for place in range(start, start + 60):
        for bit in range(8):
            damaged = bytearray(sound)
            damaged[place] ^= 1 << bit
            path = file()
            path.write_bytes(damaged)
            with contextlib.suppress(DataError):
                assert opened(path, place=8 * place + bit).rows == 500


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1",
        b"PAR1PAR1",
        b"PAR1" + bytes(4) + b"PAR1",
        b"PAR1" + b"x" * 50 + b"\xff\xff\xff\x7fPAR1",
        b"PAR1" + b"x" * 50 + b"\xff\xff\xff\xffPAR1",
        b"PAR1" + b"\x19" * 5_000 + struct.pack("<I", 5_000) + b"PAR1",
    ],
)
def test_a_footer_that_is_none_is_damage(file, refusal, content):
    path = file()
    path.write_bytes(content)
    assert refusal(path).code == "corrupt_file"


@pytest.mark.parametrize("place", [0, -4])
def test_an_encrypted_file_is_refused(file, refusal, place):
    path = file()
    content = bytearray(path.read_bytes())
    content[place : place + 4 or None] = b"PARE"
    path.write_bytes(content)
    error = refusal(path)
    assert (error.code, error.message) == ("encrypted", "an encrypted Parquet file cannot be read")


@pytest.mark.parametrize("names", [["a", "a"], ["amount", "Amount"], ["é", "É"]])
def test_columns_that_differ_by_case_alone_are_refused(file, refusal, names):
    error = refusal(file(pa.table([pa.array([1]), pa.array([2])], names=names)))
    assert (error.code, error.place.column) == ("duplicate_column", names[1])


def test_a_field_inside_a_column_is_no_second_column(file, opened):
    table = pa.table({"a": [{"b": 1, "a": [2]}], "b": [[1, 2]], "c": [3]})
    assert list(opened(file(table)).columns) == ["a", "b", "c"]


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize(
    "form", [{}, {"data_page_version": "2.0"}, {"use_dictionary": False, "write_statistics": False}]
)
def test_every_codec_and_page_is_read(file, opened, engine, codec, form):
    path = file(compression=codec, write_page_checksum=True, **form)
    assert engine.rows(opened(path).query) == list(zip(*TABLE.to_pydict().values(), strict=True))


SINCE = dt.datetime(2025, 6, 1, 12, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "column",
    [
        *(pa.array([SINCE, None], pa.timestamp(unit, tz)) for unit in ("s", "ms", "us", "ns") for tz in (None, "UTC")),
        pa.array([SINCE], pa.timestamp("us", "America/New_York")),
        pa.array([dt.date(2025, 6, 1), None]),
        pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
        pa.array([Decimal("1.10"), Decimal("-2.00")], pa.decimal128(38, 2)),
        pa.array([float("nan"), float("inf"), None, -0.0]),
        pa.array([float("nan")]),
        pa.array([7.0, float("nan"), 1e15]),  # the statistics leave NaN out
        pa.array([5.25, float("nan")], pa.float32()),
        pa.array([None, None], pa.string()),
        pa.array(["", "\u00e9\U0001f600", "z" * 5_000]),
        pa.array([2**63 - 1, -(2**63)]),
        pa.array([2**64 - 1], pa.uint64()),
        pa.array([True, None]),
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([[1], []]),
        pa.array([b"\xff\x00"]),
    ],
    ids=lambda column: f"{column.type}-{len(column)}",
)
@pytest.mark.parametrize("form", [{}, {"use_deprecated_int96_timestamps": True}], ids=["", "int96"])
def test_a_sound_file_agrees_with_what_it_tells_of_itself(file, opened, column, form):
    assert opened(file(pa.table({"a": column, "b": pa.nulls(len(column))}), **form)).rows == len(column)


def test_row_groups_and_columns_without_statistics_say_nothing(file, opened):
    assert opened(file(row_group_size=7, write_statistics=["id"])).rows == 500


def test_texts_without_the_mark_of_a_text_are_read_as_texts(file, opened, engine):
    path = file(pa.table({"id": pa.array([b"C1", "Zoë".encode()]), "picture": pa.array([b"\xff\xd8", b"\x00"])}))
    table = opened(path)
    assert table.columns == {"id": "VARCHAR", "picture": "VARCHAR"}
    for query in (table.query, table.located):
        assert engine.rows(render("SELECT id FROM ({query})", query=query)) == [("C1",), ("Zoë",)]
    with pytest.raises(DataError):  # bytes that are no text are never taken for one
        engine.rows(render("SELECT picture FROM ({query})", query=table.query))
