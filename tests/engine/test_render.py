from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.engine.render import Sql, joined, literal, name, render

# A null byte cannot stand in a name or text of SQL, and surrogates are no text at all.
hostile = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30) | st.sampled_from(
    ['"', "'", '"; DROP TABLE t; --', "' OR 1=1 --", "{table}", "}}{{", "\\", "$$", "?", "%s", "/*", "a\nb", "\u202e"]
)
several = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@several
@given(text=hostile)
def test_any_text_comes_back_as_it_was(engine, text):
    assert engine.rows(render("SELECT {text}", text=literal(text))) == [(text,)]


@several
@given(identifier=hostile.filter(bool))
def test_any_name_can_be_a_column(engine, identifier):
    query = render("SELECT 7 AS {column}", column=name(identifier))
    assert list(engine.columns(query)) == [identifier]
    assert engine.rows(render("SELECT {column} FROM ({query})", column=name(identifier), query=query)) == [(7,)]


@several
@given(digits=st.integers(-(10**38) + 1, 10**38 - 1), scale=st.integers(0, 38))
def test_decimals_keep_all_their_digits(engine, digits, scale):
    # Through a tuple, since Python's own arithmetic would round to 28 digits.
    exact = Decimal((int(digits < 0), Decimal(abs(digits)).as_tuple().digits, -scale))
    query = render("SELECT CAST({text} AS DECIMAL(38, {scale}))", text=literal(literal(exact)), scale=literal(scale))
    assert engine.rows(query) == [(exact,)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        ("O'Hara", "'O''Hara'"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (date(2025, 7, 1), "DATE '2025-07-01'"),
        (datetime(2025, 7, 1, 9, 5), "TIMESTAMP '2025-07-01 09:05:00'"),  # noqa: DTZ001 - the ledger's own clock
    ],
)
def test_a_value_is_written_by_its_type(value, text):
    assert literal(value) == text
    assert isinstance(literal(value), Sql)


def test_a_moment_keeps_its_microseconds(engine):
    moment = datetime(2025, 7, 1, 9, 5, 0, 1)  # noqa: DTZ001 - the ledger's own clock
    assert engine.rows(render("SELECT {moment}", moment=literal(moment))) == [(moment,)]


def test_a_plain_text_is_refused():
    with pytest.raises(TypeError, match="the part 'table' is not Sql"):
        render("SELECT * FROM {table}", table=cast("Sql", "orders"))


def test_what_was_filled_in_is_not_filled_again():
    inner = render("SELECT {text}", text=literal("{text}"))
    assert render("SELECT * FROM ({inner})", inner=inner) == "SELECT * FROM (SELECT '{text}')"


def test_a_doubled_brace_is_one_brace_with_and_without_parts():
    assert render("{{1: {one}}}", one=literal(1)) == "{1: 1}"
    assert render("{{1: 1}}") == "{1: 1}"


def test_pieces_are_joined_in_order():
    assert joined([name("a"), name('b"')]) == '"a", "b"""'
    assert joined([], " ") == ""
