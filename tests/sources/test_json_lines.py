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


def test_values_are_plain_text_and_lists_stay_json(lines, engine):
    table = lines('{"a": null, "b": true, "c": {"é": ["1.50", {"x": 2}]}, "d": "x,\\"y\\"\\nz", "e": ""}\n')
    assert list(table.columns) == ["a", "b", "c.é", "d", "e"]
    assert engine.rows(table.query) == [(None, "true", '["1.50", {"x": "2"}]', 'x,"y"\nz', None)]


def test_an_object_inside_is_columns_of_its_own(lines, engine):
    table = lines('{"customer": {"id": 7, "home": {"city": "Ulm"}}, "amount": 1.50}\n')
    assert list(table.columns) == ["customer.id", "customer.home.city", "amount"]
    assert engine.rows(table.query) == [("7", "Ulm", "1.50")]


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ('{"id": "B", "id": "C"}', "ragged_row", "id"),
        ('{"a.b": 1, "a": {"b": 2}}', "ragged_row", "a.b"),
        ('{"id": "B\\u0000"}', "control_character", "id"),
        ('{"id": "\\ud800"}', "bad_encoding", "id"),
        ('{"id": "' + "x" * 70_000 + '"}', "field_too_long", "id"),
    ],
)
def test_an_object_that_would_lose_something_is_set_aside(lines, line, reason, column):
    (rejected,) = lines('{"id": "A"}\n' + line + "\n").rejected
    assert (rejected.reason, rejected.line, rejected.column) == (reason, 2, column)


def test_an_array_of_objects_is_read_with_the_line_of_each(lines, engine):
    table = lines('[\n {"id": "A",\n  "amount": 1.10},\n 7,\n {"id": "B"}\n]\n')
    assert engine.rows(table.query) == [("A", "1.10"), ("B", None)]
    assert [(row.reason, row.line, row.raw) for row in table.rejected] == [("ragged_row", 4, "7")]
    assert (table.rows, table.lines([1, 2]), table.assumed) == (3, {1: 2, 2: 5}, {"format": "json"})


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('[{"id": 1},\n{"id": 2}', "truncated", 2),
        ('[{"id": 1}\n{"id": 2}]', "corrupt_file", 2),
        ('[{"id": 1}]\n[{"id": 2}]', "corrupt_file", 1),
        ("[]", "empty_input", None),
    ],
)
def test_a_damaged_array_is_refused_where_it_breaks(lines, text, code, line):
    with pytest.raises(DataError) as caught:
        lines(text)
    assert (caught.value.code, caught.value.place.line) == (code, line)


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
