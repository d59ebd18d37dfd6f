from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError
from quintile.sources.numbers import NumberFormat, amount_sql, suggest_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINE = DuckDbEngine()
CENTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def column_of(values, kind="VARCHAR") -> Sql:
    rows = joined(render("({value})", value=value if isinstance(value, Sql) else literal(value)) for value in values)
    query = "SELECT CAST(amount AS {kind}) AS amount FROM (VALUES {rows}) AS t(amount)"
    return render(query, kind=Sql(kind), rows=rows)


def read(values, decimal=None, kind="VARCHAR"):
    source = column_of(values, kind)
    form = suggest_numbers(ENGINE, source, "amount", decimal, kind)
    value, problem = amount_sql(name("amount"), form)
    query = "SELECT {value}, {problem} FROM ({source})"
    rows = ENGINE.rows(render(query, value=value, problem=problem, source=source))
    return form, [value if problem is None else problem for value, problem in rows]


def grouped(value: Decimal, thousands: str, mark: str) -> str:
    return f"{value:,}".replace(",", "T").replace(".", mark).replace("T", thousands)


WRITTEN: dict[str, Callable[[Decimal], str]] = {
    "plain": str,
    "comma": lambda value: str(value).replace(".", ","),
    "us": lambda value: grouped(value, ",", "."),
    "eu": lambda value: grouped(value, ".", ","),
    "blanks": lambda value: grouped(value, " ", ","),
    "no-break": lambda value: grouped(value, "\u00a0", "."),
    "swiss": lambda value: grouped(value, "'", "."),
    "brackets": lambda value: f"({grouped(-value, ',', '.')})" if value < 0 else grouped(value, ",", "."),
    "minus after": lambda value: f"{-value}-" if value < 0 else str(value),
    "unicode minus": lambda value: str(value).replace("-", "\u2212"),
    "sign before": lambda value: f"-$ {-value}" if value < 0 else f"$ {value}",
    "code after": lambda value: f"{grouped(value, '.', ',')} EUR",
    "plus": lambda value: str(value) if value < 0 else f"+{value}",
}


@pytest.mark.parametrize("style", WRITTEN)
@given(values=st.lists(CENTS, min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_any_amount_in_any_written_form_comes_back_equal(style, values):
    values = [value + 0 for value in values]  # no negative zero
    assert read([WRITTEN[style](value) for value in values])[1] == values


@given(st.lists(st.decimals(min_value=-(10**14), max_value=10**14, places=9), min_size=1))
@settings(max_examples=50, deadline=None)
def test_no_digit_is_ever_rounded(values):
    assert read([format(value, "f") for value in values], decimal=".")[1] == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14).map(abs), min_size=1))
@settings(max_examples=100, deadline=None)
def test_a_float_is_the_decimal_it_prints_as_or_out_of_range(values):
    read_values = read([Sql(repr(value)) for value in values], kind="DOUBLE")[1]
    for value, found in zip(values, read_values, strict=True):
        exact = Decimal(repr(value))
        too_fine = (Fraction(exact) * 10**18).denominator > 1
        assert found == ("amount_out_of_range" if too_fine else exact)


@pytest.mark.parametrize(
    ("values", "amounts"),
    [
        (["1.234,56", "12,00", "1.000.000,01", "7,5"], ["1234.56", "12.00", "1000000.01", "7.5"]),
        (["1,234.56", "12.00", "1,000,000.01", "7.5"], ["1234.56", "12.00", "1000000.01", "7.5"]),
        (["1.234", "12.5"], ["1.234", "12.5"]),
        (["1,234", "12.5"], ["1234", "12.5"]),
        (["0.123", "0.456"], ["0.123", "0.456"]),
        (["1.234.567"], ["1234567"]),
        (["1,23,456.78"], ["123456.78"]),
        (["90071992547409.93", "0.01"], ["90071992547409.93", "0.01"]),
        (["10", "0007", "-3"], ["10", "7", "-3"]),
        ([" 5 ", ".5", "5.", "$-5.20", "-0"], ["5", "0.5", "5", "-5.20", "0"]),
        (["1e3", "1.5E-2", "2.50"], ["1000", "0.015", "2.50"]),
    ],
)
def test_the_whole_column_settles_the_decimal_mark(values, amounts):
    assert read(values)[1] == [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize("values", [["1.234", "2.500"], ["1,234", "500"], ["1.234", "free"]])
def test_amounts_that_may_be_thousands_or_decimals_are_asked_about(values):
    with pytest.raises(DataError, match="amount") as raised:
        read(values)
    assert raised.value.code == "ambiguous_decimal"
    assert "--decimal" in raised.value.fix


def test_the_user_settles_the_decimal_mark():
    assert read(["1.234"], decimal=".")[1] == [Decimal("1.234")]
    assert read(["1.234"], decimal=",")[1] == [Decimal(1234)]
    assert read(["1,234", "500"], decimal=",")[1] == [Decimal("1.234"), Decimal(500)]


def test_two_decimal_marks_in_one_column_are_asked_about():
    with pytest.raises(DataError) as raised:
        read(["10.50", "10,50"])
    assert raised.value.code == "ambiguous_decimal"


def test_whole_numbers_prove_no_decimal_mark():
    with pytest.raises(DataError) as raised:
        read(["7"] * 1_000 + ["12.5", "10,50", "11,50"])
    assert raised.value.code == "ambiguous_decimal"


def test_one_amount_in_a_thousand_with_the_other_mark_is_quarantined():
    assert read(["10.50"] * 999 + ["10,50"])[1] == [Decimal("10.50")] * 999 + ["bad_amount"]


def test_amounts_in_two_currencies_are_refused():
    with pytest.raises(DataError) as raised:
        read(["$5.00", "€6.00"])
    assert raised.value.code == "mixed_currency"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("NaN", "nonfinite_amount"),
        ("inf", "nonfinite_amount"),
        ("-Infinity", "nonfinite_amount"),
        ("1e309", "nonfinite_amount"),
        ("free", "bad_amount"),
        ("N/A", "bad_amount"),
        ("#REF!", "bad_amount"),
        ("", "bad_amount"),
        (None, "bad_amount"),
        ("-", "bad_amount"),
        ("\uff11\uff12\uff0e\uff15\uff10", "bad_amount"),
        ("1_000", "bad_amount"),
        ("1.2.3", "bad_amount"),
        ("--5", "bad_amount"),
        ("-5-", "bad_amount"),
        ("12,34.5", "bad_amount"),
        ("0x1F", "bad_amount"),
        ("1e30", "amount_out_of_range"),
        ("1" + "0" * 16, "amount_out_of_range"),
        ("9" * 60, "amount_out_of_range"),
        ("0.1234567890123456789", "amount_out_of_range"),
    ],
)
def test_what_is_no_amount_has_a_reason_and_harms_no_other(text, problem):
    assert read(["10.50", text, "-3.25"])[1] == [Decimal("10.50"), problem, Decimal("-3.25")]


def test_the_scale_is_the_most_decimals_seen():
    assert read(["1.5", "2.12345"])[0].sql_type == "DECIMAL(18, 5)"
    assert read(["1.5", "2.1234", "999999999999.1"])[0].sql_type == "DECIMAL(18, 4)"
    assert read(["1.5", "2.12345678", "999999999999.1"])[0].sql_type == "DECIMAL(23, 8)"


def test_a_scale_too_small_for_a_value_is_a_problem_and_never_rounds():
    value, problem = amount_sql(name("amount"), NumberFormat(scale=1))
    query = render("SELECT {v}, {p} FROM ({s})", v=value, p=problem, s=column_of(["1.25", "1.20", "2e-2"]))
    assert ENGINE.rows(query) == [(None, "amount_out_of_range"), (Decimal("1.2"), None), (None, "amount_out_of_range")]


def test_scientific_notation_is_counted_for_a_warning():
    assert read(["1e3", "2.5"])[0].scientific == 1


def test_a_plain_column_is_read_with_a_single_cast():
    form, _ = read(["10.50", "7", "-3.2"])
    assert form.plain
    assert str(amount_sql(name("amount"), form)[0]) == 'TRY_CAST("amount" AS DECIMAL(18, 2))'
    assert read(["10,50", "7,5"])[0].plain


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("INTEGER", [5, None], [Decimal(5), "bad_amount"]),
        ("BIGINT", [10**14, 2 * 10**18], [Decimal(10**14), "amount_out_of_range"]),
        ("DECIMAL(10,3)", [Decimal("1.005")], [Decimal("1.005")]),
        ("DECIMAL(38,20)", [Decimal("1.5"), Decimal("1e-20")], [Decimal("1.5"), "amount_out_of_range"]),
        ("DOUBLE", [0.1, 63.37, None], [Decimal("0.1"), Decimal("63.37"), "bad_amount"]),
        ("FLOAT", [10.1, 1e-5], [Decimal("10.1"), Decimal("0.00001")]),
        ("DOUBLE", [63.370000000000005], [Decimal("63.370000000000005")]),
    ],
)
def test_typed_columns_are_exact_too(kind, values, expected):
    assert read(values, kind=kind)[1] == expected


@pytest.mark.parametrize("extra", ["1.5", "1.23456789"])
def test_floats_that_are_no_numbers_are_nonfinite(extra):
    values = [Sql(text) for text in (extra, "'nan'::DOUBLE", "'inf'::DOUBLE")]
    assert read(values, kind="DOUBLE")[1] == [Decimal(extra), "nonfinite_amount", "nonfinite_amount"]


@pytest.mark.parametrize("kind", ["BOOLEAN", "BLOB", "INTEGER[]", "STRUCT(a INTEGER)", "DATE"])
def test_a_column_of_another_type_is_refused_by_name(kind):
    with pytest.raises(DataError, match="'amount'") as raised:
        suggest_numbers(ENGINE, column_of([None], kind), "amount", kind=kind)
    assert raised.value.code == "bad_column_type"


def test_an_empty_column_has_no_amounts():
    assert read([None, None])[1] == ["bad_amount", "bad_amount"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1\u2007234.50", "1234.50"),
        ("1\u02bc234.50", "1234.50"),
        ("\uff0d5.00", "-5"),
        ("Rs. 500.25", "500.25"),
        ("-Rs.500.25", "-500.25"),
        ("SFr. 5.25", "5.25"),
        ("kr. 5.25", "5.25"),
        ("5.25 \u0440\u0443\u0431.", "5.25"),
        ("\uffe5500", "500"),
        ("CHF 5.\u2013", "5"),
        ("5.-", "5"),
        ("-5.--", "-5"),
        ("5.25-", "-5.25"),
        ("5-", "-5"),
    ],
)
def test_signs_of_one_country_beside_the_usual_ones(text, amount):
    assert read(["1,234.50", "99.25", text])[1][-1] == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "12%",
        "12.50 %",
        "3 pcs",
        "2 kg",
        "5.00 CR",
        "1\u3000234.50",
        "1`234.50",
        "5..0",
        "1,2345.00",
        "½",
        "5.00\u200b",
        "\u0661\u0662.\u0665",
        "=5.00",
        "'5.00",
        "1.2-3",
        "(5.00",
        "5.00)",
        "#DIV/0!",
        "TRUE",
        "1/2",
        "5.-5",
    ],
)
def test_what_is_more_than_an_amount_is_none(text):
    assert read(["1,234.50", "99.25", text])[1] == [Decimal("1234.50"), Decimal("99.25"), "bad_amount"]


def test_a_currency_with_and_without_a_dot_is_one():
    assert read(["Rs 1,500.00", "Rs. 2.50"])[0].currency == "Rs"
