from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.pictures.words import exact, measured, money, number, percent, several, short, titled, with_unit


def test_counts_have_thousands_marks_and_their_noun():
    assert (number(8871), several(1, "customer"), several(1200, "customer")) == (
        "8,871",
        "1 customer",
        "1,200 customers",
    )
    assert several(2, "body", "bodies") == "2 bodies"


def test_exact_amounts_keep_all_digits():
    assert (exact("1234567.8900"), exact("0.00010"), exact(None)) == ("1,234,567.89", "0.0001", "")
    assert exact("9" * 40 + ".01").endswith(",999.01")


def test_shares_have_one_decimal():
    assert (percent("0.1834"), percent(0.5), percent(None)) == ("18.3%", "50.0%", "")


@pytest.mark.parametrize(
    ("amount", "said"),
    [("1234.56", "1,235"), ("999.994", "999.99"), ("12.5", "12.50"), ("-1234.56", "-1,235"), ("0", "0.00"), (None, "")],
)
def test_money_to_read_in_passing(amount, said):
    assert money(amount) == said


def test_money_has_its_currency_and_any_size():
    assert money(Decimal(10), "EUR") == "10.00\N{NO-BREAK SPACE}EUR"
    assert money("1" + "0" * 40, None).count(",") == 13


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "0"), ("0.00", "0"), ("5", "5.00"), ("44.2", "44.2"), ("999.6", "1.00K"), ("9900", "9.90K"),
        ("112023", "112K"), ("1820000", "1.82M"), ("-4680", "-4.68K"), ("2500000000", "2.50B"), ("0.0123", "0.0123"),
    ],
)  # fmt: skip
def test_the_shortest_form_has_three_digits(amount, said):
    assert short(amount) == said


def test_units_stand_behind():
    assert (with_unit("3", "days"), with_unit("3", None)) == ("3\N{NO-BREAK SPACE}days", "3")
    assert (titled("Revenue", "EUR"), titled("Revenue", None)) == ("Revenue, EUR", "Revenue")


def test_a_measured_value_keeps_the_digits_that_say_something():
    values = ["1040.650000000000", "12", "12.50", "0.125", "7.000", None]
    assert [measured(value) for value in values] == ["1,040.65", "12", "12.50", "0.125", "7.00", ""]
