from __future__ import annotations

import gzip

import pytest

from quintile.errors import DataError

TEXT = "customer_id;day;amount\nA;20250601;1,50\nB;20250602;2,50\n"


@pytest.mark.parametrize(
    ("content", "delimiter", "encoding"),
    [
        (TEXT.encode(), ";", "utf-8"),
        (TEXT.replace(";", "\t").encode(), "tab", "utf-8"),
        (TEXT.replace(",", ".").replace(";", "  ").encode(), "blanks", "utf-8"),
        (TEXT.encode("utf-8-sig"), ";", "utf-8"),
        (TEXT.encode("utf-16"), ";", "utf-16"),
        (gzip.compress(TEXT.encode(), mtime=0), ";", "utf-8"),
    ],
)
def test_a_text_says_how_it_was_read(opened, engine, tmp_path, content, delimiter, encoding):
    (tmp_path / "orders").write_bytes(content)
    table = opened(tmp_path / "orders")
    assert table.assumed == {"format": "text", "delimiter": delimiter, "encoding": encoding}
    assert [row[0] for row in engine.rows(table.query)] == ["A", "B"]
    assert (table.rows, table.columns) == (2, dict.fromkeys(["customer_id", "day", "amount"], "VARCHAR"))


def test_a_person_s_delimiter_and_encoding_win(opened, engine, tmp_path):
    (tmp_path / "orders.csv").write_bytes("name;a,b\nZo\xeb;1,2\n".encode("cp1252"))
    assert list(opened(tmp_path / "orders.csv", delimiter=",").columns) == ["name;a", "b"]
    table = opened(tmp_path / "orders.csv", delimiter=";", encoding="cp1252")
    assert engine.rows(table.query) == [("Zoë", "1,2")]


def test_the_lines_are_those_of_the_file(opened, engine, tmp_path):
    (tmp_path / "orders.csv").write_text('id,amount\n"A\nB",1\nC,2\nD,3\n', encoding="utf-8")
    table = opened(tmp_path / "orders.csv")
    assert engine.rows(table.located) == [("A\nB", "1", 1), ("C", "2", 2), ("D", "3", 3)]
    assert table.lines([1, 2, 3]) == {1: 2, 2: 4, 3: 5}


def test_a_row_with_too_many_fields_is_set_aside_with_its_line(opened, engine, tmp_path):
    (tmp_path / "orders.csv").write_text("id,amount\nA,1\nB,2,3\nC,4\n", encoding="utf-8")
    table = opened(tmp_path / "orders.csv")
    assert [(row.reason, row.line, row.raw) for row in table.rejected] == [("ragged_row", 3, "B,2,3")]
    assert (table.rows, engine.rows(table.query)) == (3, [("A", "1"), ("C", "4")])


def test_a_header_alone_is_empty(opened, tmp_path):
    (tmp_path / "orders.csv").write_text("id,amount\n", encoding="utf-8")
    with pytest.raises(DataError, match="the file has a header but no rows"):
        opened(tmp_path / "orders.csv")


def test_two_sources_do_not_take_each_other_s_place(opened, engine, tmp_path):
    tables = []
    for place, customer in enumerate("AB"):
        (tmp_path / customer).mkdir()
        (tmp_path / customer / "orders.csv").write_text(f"id,amount\n{customer},1\n", encoding="utf-8")
        tables.append(opened(tmp_path / customer / "orders.csv", place=place))
    assert [engine.rows(table.query) for table in tables] == [[("A", "1")], [("B", "1")]]
