from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources import chunks, dialect
from quintile.sources import open as opening
from quintile.sources.dialect import detect_dialect

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


LATE = b"id,name\n" + b"7,Zoe\n" * 100_000  # more than is looked at before the records are


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_letter_that_comes_late_decides_the_encoding(opened, engine, tmp_path, pack):
    path = tmp_path / ("orders.csv.gz" if pack is gzip.compress else "orders.csv")
    path.write_bytes(pack(LATE + b"8,Zo\xeb\n"))
    table = opened(path)
    assert (table.assumed["encoding"], table.rows, table.rejected) == ("cp1252", 100_001, ())
    assert engine.rows(render("SELECT name FROM ({q}) WHERE id = '8'", q=table.query)) == [("Zoë",)]


def test_a_late_letter_that_no_encoding_explains_is_refused_before_a_quote_that_never_closes(opened, tmp_path):
    (tmp_path / "orders.csv").write_bytes(LATE + b'8,\xd0\xd0\xd0\n9,"open\n')
    with pytest.raises(DataError) as caught:
        opened(tmp_path / "orders.csv")
    assert caught.value.code == "encoding"


def test_a_late_row_that_is_damaged_among_sound_letters_is_set_aside(opened, tmp_path):
    (tmp_path / "orders.csv").write_bytes(LATE + "8,Zoë\n9,Zoë\n".encode() + b"10,Zo\xeb\n")
    table = opened(tmp_path / "orders.csv")
    assert table.assumed["encoding"] == "utf-8"
    assert [(row.reason, row.line) for row in table.rejected] == [("bad_encoding", 100_004)]


cells = st.sampled_from([b"Zoe", b"Zo\xeb", "Zoë".encode(), b"\xd0\xd1\xd2", b"M\xfcller", b"a,b", b'"', b"\x81", b""])


@given(names=st.lists(cells, max_size=6), whole=st.integers(0, 3))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_proved_with_the_records_or_looked_at_before_the_encoding_is_the_same(
    opened, engine, tmp_path, monkeypatch, names, whole
):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"id,name\n" + b"7,Zoe\n" * (1 + whole) + b"".join(b"8,%s\n" % name for name in names))
    monkeypatch.setattr(chunks, "_CHUNK", 16)
    monkeypatch.setattr(dialect, "_SAMPLED_CHUNKS", 2)

    def outcome(detect):
        monkeypatch.setattr(opening, "detect_dialect", detect)
        try:
            table = opened(path)
        except DataError as error:
            return error.code, error.message, error.place
        return engine.rows(table.located), table.rejected, table.assumed

    assert outcome(detect_dialect) == outcome(lambda path, **given: detect_dialect(path, **given | {"whole": True}))


shared = [b"Zoe", b'"K7"', b'"a, b"']
quoted = st.sampled_from(
    [
        [*shared, rb'"5\""', rb'"say \"hi\" now"'],
        [*shared, b' "K7"', b' "a, b"'],
        [*shared, rb'"C:\"', b'"he said ""no"""', b'a "b"', rb"5\""],
    ]
)


@given(names=quoted.flatmap(lambda ways: st.lists(st.sampled_from(ways), min_size=1, max_size=4)))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_quotes_are_read_alike_wherever_they_first_stand(opened, engine, tmp_path, monkeypatch, names):
    rows, filler = [b"8,%s,1\n" % name for name in names], [b"7,Zoe,1\n"] * 12
    monkeypatch.setattr(chunks, "_CHUNK", 16)

    def outcome(parts, sampled):
        monkeypatch.setattr(dialect, "_SAMPLED_CHUNKS", sampled)
        (tmp_path / "orders.csv").write_bytes(b"id,name,amount\n" + b"".join(parts))
        try:
            table = opened(tmp_path / "orders.csv")
        except DataError as error:
            return error.code
        return engine.rows(table.query), [row.reason for row in table.rejected]

    assert outcome([*filler, *rows], 3) == outcome([*filler, *rows], 1_000)
