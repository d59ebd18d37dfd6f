from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.domain.dialect import Dialect, Location
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources import records
from quintile.sources.records import count_records, locate
from quintile.sources.staging import read_sql, stage_utf8

if TYPE_CHECKING:
    from pathlib import Path

ABC = Dialect(("a", "b", "c"))
FIELD = st.text(alphabet='ab1 é,;"\n:.', max_size=6)


@st.composite
def tables(draw):
    width = draw(st.integers(2, 4))
    rows = draw(st.lists(st.lists(FIELD, min_size=width, max_size=width), max_size=12))
    return [row for row in rows if any(row)]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def counted(tmp_path):
    def count(data: bytes, dialect: Dialect = ABC) -> int:
        return count_records(written(tmp_path / "f.csv", data), dialect)

    return count


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    ("odd", "rows"),
    [
        (b"2,10:01,7", 9),
        (b",,", 8),
        (b"2,10:0\r1,7", 9),
        (b'2,"10:01",7', 9),
        (b"2,10:01", 9),
        (b" , , ", 9),
        (b":,,", 9),
    ],
)
def test_rows_with_the_same_marks_are_counted_as_any_others(tmp_path, odd, rows, line_end):
    alike = [f"{number},10:0{number},{number}.5".encode() for number in range(8)]
    path = written(tmp_path / "f.csv", line_end.join([b"a,b,c", *alike, odd, b""]))
    assert count_records(path, ABC) == rows
    first = written(tmp_path / "g.csv", line_end.join([b"a,b,c", odd, *alike, b""]))
    assert count_records(first, ABC) == rows


def test_a_stray_return_among_rows_with_the_same_marks_is_a_control_character(tmp_path):
    text = b"a,b,c\r\n1,10:01,7\r\n2,10:01,7\r8\r\n"
    (tmp_path / "stage").mkdir()
    staged = stage_utf8(written(tmp_path / "f.csv", text), ABC, tmp_path / "stage")
    assert [(row.line, row.reason) for row in staged.rejected] == [(3, "control_character")]


@given(
    rows=tables(),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    style=st.tuples(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from([5, 40, 1 << 16])),
    last_line_end=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_written_table_is_counted_located_and_read_as_it_was_written(
    tmp_path_factory, rows, delimiter, line_end, style, last_line_end
):
    quoting, chunk = style
    folder = tmp_path_factory.mktemp("t")
    names = tuple(f"c{place}" for place in range(len(rows[0]) if rows else 2))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows([names, *rows])
    data = text.getvalue() if last_line_end else text.getvalue().removesuffix(line_end)
    path = written(folder / "f.csv", data.encode())
    dialect = Dialect(names, delimiter=delimiter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quintile.sources.chunks._CHUNK", chunk)
        assert count_records(path, dialect) == len(rows)
        places = locate(path, dialect, range(1, len(rows) + 1))
        (folder / "stage").mkdir()
        staged = stage_utf8(path, dialect, folder / "stage")
    assert [list(places[place].fields) for place in sorted(places)] == rows
    engine = DuckDbEngine([folder])
    read = engine.rows(render("SELECT * FROM {table}", table=read_sql(staged)))
    engine.close()
    assert (staged.records, staged.rejected) == (len(rows), ())
    newline = "\n" if staged.copied else line_end
    assert [[field or "" for field in row] for row in read] == [
        [field.replace("\r\n", newline) for field in row] for row in rows
    ]


def test_a_line_end_inside_quotes_does_not_end_a_record(counted):
    assert counted(b'a,b,c\n1,"x\ny",3\n4,5,6\n') == 2


def test_blank_and_delimiter_only_lines_are_no_records(counted):
    assert counted(b'a,b,c\n1,2,3\n\n,,\n  \n,\n"","",""\n4,5,6\n\n') == 2


def test_ragged_rows_count_as_records(counted):
    assert counted(b"a,b,c\n1,2\n1,2,3\n1,2,3,4\n") == 3


def test_the_header_alone_holds_no_records(counted):
    assert counted(b"a,b,c\n") == 0
    assert counted(b"a,b,c") == 0


def test_the_last_record_needs_no_line_end(counted):
    assert counted(b"a,b,c\r\n1,2,3\r\n4,5,6") == 2


def test_a_quote_inside_a_field_is_a_character(counted):
    assert counted(b'a,b,c\n1,5" pipe,3\n4,6",7\n') == 2


def test_a_quote_that_never_closes_is_an_error_at_the_line_it_opens(counted):
    with pytest.raises(DataError) as raised:
        counted(b'a,b,c\n1,2,3\n1,"2,3\n4,5,6\n')
    assert (raised.value.code, raised.value.place.line) == ("unterminated_quote", 3)


def test_a_quote_that_swallows_rows_up_to_the_next_one_is_an_error_at_the_line_it_opens(counted):
    with pytest.raises(DataError) as raised:
        counted(b'a,b,c\n1,"2,3\n4,5,6\n7,"8, 9",10\n')
    assert (raised.value.code, raised.value.place.line) == ("unterminated_quote", 2)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(counted):
    with pytest.raises(DataError) as raised:
        counted(b"a,b,c\n1,2,3\n" + b"x" * 3_000_000)
    assert (raised.value.code, raised.value.place.line) == ("too_large", 3)


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        (b"1,2", "ragged_row", None),
        (b"1,2,3,4", "ragged_row", None),
        (b'1,"2"x,3', "ragged_row", None),
        (b"1,\xff,3", "bad_encoding", "b"),
        (b"1,2,\x003", "control_character", "c"),
        (b'1,"\x07",3', "control_character", "b"),
        (b"1,x\ry,3", "control_character", "b"),
        (b"x" * 70_000 + b",2,3", "field_too_long", "a"),
    ],
)
def test_a_bad_record_is_set_aside_with_its_line_reason_and_column(tmp_path, line, reason, column):
    path = written(tmp_path / "f.csv", b"a,b,c\n1,2,3\n" + line + b"\n4,5,6\n")
    (tmp_path / "stage").mkdir()
    staged = stage_utf8(path, ABC, tmp_path / "stage")
    assert [(row.line, row.reason, row.column) for row in staged.rejected] == [(3, reason, column)]
    assert staged.records == count_records(path, ABC) == 3
    engine = DuckDbEngine([tmp_path])
    assert engine.rows(render("SELECT * FROM {t}", t=read_sql(staged))) == [("1", "2", "3"), ("4", "5", "6")]
    assert locate(path, ABC, [2]) == {2: Location(4, ("4", "5", "6"))}


def test_places_are_physical_lines_and_count_only_rows_the_database_reads(tmp_path):
    path = written(tmp_path / "f.csv", b'a,b,c\n\n1,"x\n\ny",3\nragged\n4,5,6\n')
    assert locate(path, ABC, [1, 2]) == {1: Location(3, ("1", "x\n\ny", "3")), 2: Location(7, ("4", "5", "6"))}


def test_regular_rows_are_never_taken_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(records._Reader, "_record", None)
    rows = [b"1,2,3\n", b'1,"a, b",3\n', b'"1","","3"\n']
    for row in rows:
        assert count_records(written(tmp_path / "f.csv", b"a,b,c\n" + row * 1000), ABC) == 1000
