from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from quintile.engine.render import joined, render
from quintile.errors import DataError
from quintile.sources.examined import LONGEST_ID, examine_ids


@pytest.fixture
def examined(opened, engine):
    """``examined(ids)``: the ids as they are read, the row problems, and what was found."""

    def of_ids(ids, kind=None, role="customer"):
        table = opened(pa.table({"id": pa.array(ids, kind)}))
        found = examine_ids(engine, table, {role: "id"})
        query = render(
            "SELECT {columns} FROM ({source})",
            columns=joined([found.expressions[role], found.problem]),
            source=table.query,
        )
        rows = engine.rows(query)
        return [row[0] for row in rows], [row[1] for row in rows], found

    return of_ids


def test_plain_ids_are_read_without_cleaning(examined):
    ids, problems, found = examined(["A1", "007", "null", "x@y.example", "", None])
    assert ids == ["A1", "007", None, "x@y.example", None, None]
    assert (set(problems), found.warnings) == ({None}, ())
    assert "normalize" not in found.expressions["customer"]


def test_one_odd_id_makes_the_column_be_cleaned(examined):
    ids, _, found = examined(["A1", " A1", "Zoe\u0308"])
    assert ids == ["A1", "A1", "Zoë"]
    assert found.warnings == ()


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u00a0", "\u202e", "\u00ad", "\u3000"])
def test_what_nobody_sees_is_removed_and_told(examined, mark):
    ids, _, found = examined(["A1", f"A{mark}1" if mark not in "\u00a0\u3000" else f"A1{mark}"])
    assert ids == ["A1", "A1"]
    (warning,) = found.warnings
    assert (warning["code"], warning["rows"]) == ("invisible_characters", 1)


@pytest.mark.parametrize("ids", [["A\x001"], ["A\x1b[0m"], ["x" * (LONGEST_ID + 1)], ["\x7f"]])
def test_ids_that_cannot_be_kept_are_a_problem_of_their_row(examined, ids):
    _, problems, _ = examined(["B", *ids])
    assert problems[0] is None
    assert problems[1] == ("field_too_long" if len(ids[0]) > LONGEST_ID else "control_character")


def test_line_breaks_and_tabs_inside_an_id_are_part_of_it(examined):
    assert examined(["a\nb", "a\tb"])[:2] == (["a\nb", "a\tb"], [None, None])


@pytest.mark.parametrize("written", ["1.23457E+12", "1,23457E+12", "1E+05", "1.2345678901234568e+16", " 2E+9 "])
@pytest.mark.parametrize("role", ["customer", "order", "line", "account"])
def test_a_number_that_a_spreadsheet_shortened_is_refused_at_its_row(examined, written, role):
    with pytest.raises(DataError) as caught:
        examined(["1234567890123", "A", written], role=role)
    error = caught.value
    assert (error.code, error.place.line, error.place.column) == ("id_scientific_notation", 3, "id")
    assert written.strip() in error.message


@pytest.mark.parametrize(
    "written", ["1E05", "1.5E12", "12E4", "1E5", "E+12", "1e5x", "+1E+5", "-1E+5", "C1.5E+12", "1.5E+12.0"]
)
def test_codes_that_only_resemble_it_are_ids(examined, written):
    assert examined([written, "A+B"])[0] == [written, "A+B"]


def test_phones_are_no_ids(examined):
    assert examined(["4.915E+12"], role="phone")[0] == ["4.915E+12"]


@pytest.mark.parametrize(("kind", "first_lost"), [(pa.float64(), 2.0**53), (pa.float32(), 2.0**24)])
def test_floats_are_ids_only_while_they_are_exact(examined, kind, first_lost):
    assert examined([first_lost - 1, 7.0, None], kind)[0] == [str(int(first_lost) - 1), "7", None]
    with pytest.raises(DataError) as caught:
        examined([7.0, float("nan"), first_lost], kind)
    assert (caught.value.code, caught.value.place.line) == ("id_scientific_notation", 3)


def test_whole_numbers_cost_no_look(examined):
    assert examined([12345678901234567, None], pa.int64())[0] == [12345678901234567, None]


def test_pandas_ids_with_a_gap_are_whole_again(opened, engine):
    table = opened(pd.DataFrame({"id": [7, None, 9]}))
    found = examine_ids(engine, table, {"customer": "id"})
    query = render("SELECT {id} FROM ({source})", id=found.expressions["customer"], source=table.query)
    assert engine.rows(query) == [("7",), (None,), ("9",)]


@pytest.mark.parametrize("odd", ["\tA1", "Zoe\u0308", "A\u200b1"])
def test_ids_that_had_to_be_cleaned_are_told(examined, odd):
    assert examined(["A2", odd])[2].assumed == {"customer_is_cleaned": True}


@pytest.mark.parametrize("plain", [" A1 ", "A 1", "Zo\u00eb", "a,b"])
def test_blanks_around_an_id_and_other_letters_are_no_matter(examined, plain):
    assert examined(["A2", plain])[2].assumed == {}


def test_floats_are_whole_numbers_with_a_point(examined):
    assert examined([1.0, None], pa.float64())[2].assumed == {"customer_is_whole_number": True}
