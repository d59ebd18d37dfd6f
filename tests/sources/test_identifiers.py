from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError
from quintile.sources.identifiers import NOTHING, id_sql, look_at_ids


def column_of(values, kind) -> Sql:
    rows = joined(render("({value})", value=literal(value)) for value in values)
    return render("SELECT CAST(id AS {kind}) AS id FROM (VALUES {rows}) AS t(id)", kind=Sql(kind), rows=rows)


def read(engine, values, kind="VARCHAR", *, whole=False):
    """The ids, and their type in the engine."""
    query = render(
        "SELECT {id} AS id FROM ({source})", id=id_sql("id", kind, whole=whole), source=column_of(values, kind)
    )
    return [row[0] for row in engine.rows(query)], engine.columns(query)["id"]


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("  C1\t", "C1"),
        ("\u00a0C1\u2003", "C1"),
        ("C\u200b1", "C1"),
        ("\ufeffC1", "C1"),
        ("C1\u202e", "C1"),
        ("Zoe\u0308", "Zoë"),
        ("A B", "A B"),
        ("Zoë B", "Zoë B"),
        ("007", "007"),
        ("c1", "c1"),
        ("C1.0", "C1.0"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("---", "---"),
        ("0", "0"),
    ],
)
def test_ids_are_trimmed_and_in_one_form_and_else_as_they_are(engine, written, clean):
    assert read(engine, [written]) == ([clean], "VARCHAR")


@pytest.mark.parametrize("word", [*NOTHING, "NULL", "NaN", "  None ", "\u200b", "N/A", "\u00a0 "])
def test_words_for_nothing_are_nothing(engine, word):
    assert read(engine, [word, None]) == ([None, None], "VARCHAR")


@pytest.mark.parametrize(
    "word", ["nobody", "nullable", "N.A", "nan1", "nonee", "---", "#REF", "A-", "REF!", "#1", "leer"]
)
def test_other_words_are_somebody(engine, word):
    assert read(engine, [word])[0] == [word]


ids = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ids)
def test_a_clean_id_is_clean_and_cleaning_it_again_changes_nothing(engine, text):
    once = read(engine, [text])[0]
    assert read(engine, once)[0] == once
    if once[0] is not None:
        assert once[0] == unicodedata.normalize("NFC", once[0]).strip()


def test_whole_numbers_stay_numbers(engine):
    assert read(engine, [7, None], "INTEGER") == ([7, None], "BIGINT")
    assert read(engine, [7], "UTINYINT") == ([7], "BIGINT")


def test_numbers_too_long_for_the_engine_are_text_digit_for_digit(engine):
    assert read(engine, ["18446744073709551615"], "UBIGINT") == (["18446744073709551615"], "VARCHAR")


def test_fractions_read_like_the_whole_numbers_they_are(engine):
    assert read(engine, [7.0, 12345678901234.0, 7.5], "DOUBLE") == (["7", "12345678901234", "7.5"], "VARCHAR")
    assert read(engine, ["nan", "inf"], "DOUBLE")[0] == [None, None]


def test_a_pointed_number_of_a_frame_loses_its_point(engine):
    assert read(engine, ["7.0", "007.0", " 8.0 ", "9.5", None], whole=True)[0] == ["7", "007", "8", "9.5", None]


@pytest.mark.parametrize(
    ("values", "emails", "whole"),
    [
        (["a@x.example", "b@x.example"], True, False),
        (["a@x.example"] * 9 + ["guest"], True, False),
        (["a@x.example"] * 8 + ["guest"] * 2, False, False),
        (["7.0", "8.0", None, "nan"], False, True),
        (["7.0"] * 20 + ["8"], False, True),
        (["7"] * 300 + ["8.0"], False, True),
        (["7", "8.0", "A9"], False, False),
        (["7", "8.5", "9.0"], False, False),
        (["7", "8"], False, False),
        ([None, ""], False, False),
    ],
)
def test_mail_addresses_and_pointed_numbers_are_seen(engine, values, emails, whole):
    assert look_at_ids(engine, column_of(values, "VARCHAR"), "id", "VARCHAR") == (emails, whole)


def test_one_unpointed_id_behind_the_first_rows_is_seen_too(engine):
    source = column_of(["7.0"] * 300 + ["A"], "VARCHAR")
    assert look_at_ids(engine, source, "id", "VARCHAR") == (False, False)


def test_numbers_need_no_look(engine):
    assert look_at_ids(engine, Sql("SELECT error('looked')"), "id", "BIGINT") == (False, False)


@pytest.mark.parametrize("kind", ["INTEGER[]", "STRUCT(a INTEGER)", "BLOB", "MAP(VARCHAR, INTEGER)"])
def test_what_is_no_plain_value_is_no_id(kind):
    with pytest.raises(DataError) as caught:
        id_sql("who", kind)
    assert str(caught.value) == (
        f"error[bad_column_type]: the column 'who' holds {kind} values, which cannot be an id\n"
        "  Where: column 'who'\n"
        "  Fix: name another column with --map, or write the ids as text"
    )


def test_a_hostile_column_name_is_only_a_name(engine):
    column = 'id" FROM x; --'
    query = render("SELECT {id} FROM (SELECT ' A ' AS {column})", id=id_sql(column, "VARCHAR"), column=name(column))
    assert engine.rows(query) == [("A",)]
