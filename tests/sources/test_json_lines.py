from __future__ import annotations

import pytest

from quintile.errors import DataError


@pytest.fixture
def lines(opened, tmp_path):
    """``lines(text)`` opens a file of JSON lines."""

    def written(text, encoding="utf-8"):
        (tmp_path / "orders.jsonl").write_text(text, encoding=encoding)
        return opened(tmp_path / "orders.jsonl")

    return written


@pytest.mark.parametrize(
    "number",
    ["90071992547409.93", "0.10", "12345678901234567890", "1e3", "-0.0", "0.1000000000000000055511151231257827"],
)
def test_numbers_keep_every_digit(lines, engine, number):
    assert engine.rows(lines(f'{{"amount": {number}}}\n').query) == [(number,)]


def test_columns_are_all_keys_in_the_order_they_are_met(lines, engine):
    table = lines('{"id": "A", "amount": 1}\n{"amount": 2, "status": "paid", "id": "B"}\n')
    assert list(table.columns) == ["id", "amount", "status"]
    assert engine.rows(table.query) == [("A", "1", None), ("B", "2", "paid")]
    assert (table.rows, table.assumed) == (2, {"format": "json lines"})


def test_values_are_plain_text_and_nested_ones_stay_json(lines, engine):
    table = lines('{"a": null, "b": true, "c": {"é": ["1.50"]}, "d": "x,\\"y\\"\\nz", "e": ""}\n')
    assert engine.rows(table.query) == [(None, "true", '{"é": ["1.50"]}', 'x,"y"\nz', None)]


def test_a_broken_line_is_set_aside_with_its_line(lines, engine):
    table = lines('{"id": "A"}\n\n{"id": \n[1]\n"text"\n{"id": "B"}\n')
    assert [(row.reason, row.line, row.raw) for row in table.rejected] == [
        ("ragged_row", 3, '{"id": \n'),
        ("ragged_row", 4, "[1]\n"),
        ("ragged_row", 5, '"text"\n'),
    ]
    assert table.rows == 5
    assert engine.rows(table.located) == [("A", 1), ("B", 2)]
    assert table.lines([1, 2]) == {1: 1, 2: 6}


def test_a_nest_without_end_is_a_broken_line(lines):
    table = lines('{"id": "A"}\n{"id": ' + "[" * 200_000 + "\n")
    assert [(row.reason, row.line, len(row.raw)) for row in table.rejected] == [("ragged_row", 2, 500)]


def test_a_byte_order_mark_is_no_text(lines, engine):
    assert engine.rows(lines('{"id": "A"}\n', "utf-8-sig").query) == [("A",)]


def test_without_any_object_it_is_no_table(lines):
    with pytest.raises(DataError) as caught:
        lines("{broken\n")
    assert (caught.value.code, caught.value.message) == ("not_tabular", "no line of the file is a JSON object")


def test_too_many_keys_are_refused_at_the_line_that_brings_them(lines):
    keys = [", ".join(f'"k{number}": 1' for number in range(start, start + 1500)) for start in (0, 1500)]
    with pytest.raises(DataError) as caught:
        lines("".join(f"{{{part}}}\n" for part in keys))
    assert (caught.value.code, caught.value.place.line) == ("too_many_columns", 2)
