from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import joined, name, render
from quintile.errors import DataError
from quintile.sources.typed import type_amount, type_refund, type_time

NO_WISH = ReadingSettings()


@pytest.fixture
def typed(engine, opened):
    """``typed(table, columns, act)``: the typed columns of a frame, row by row, and what was assumed."""

    def rows_of(frame, act):
        table = opened(pa.table(frame))
        found = act(engine, table)
        columns = joined(render("{e} AS {c}", e=e, c=name(c)) for c, e in found.expressions.items())
        return engine.rows(render("SELECT {columns} FROM ({query})", columns=columns, query=table.query)), found.assumed

    return rows_of


def amount_of(columns, settings=NO_WISH):
    return lambda engine, table: type_amount(engine, table, columns, settings)


def test_an_amount_is_an_exact_decimal_or_a_problem(typed):
    rows, assumed = typed({"a": ["10.05", "-3", "ten", None]}, amount_of({"amount": "a"}))
    assert rows == [(Decimal("10.05"), None), (Decimal(-3), None), (None, "bad_amount"), (None, "bad_amount")]
    assert assumed == {"decimal": "."}


def test_quantity_times_price_is_exact(typed):
    frame = {"q": ["3", "-2", "0.5"], "p": ["0.10", "19.99", "1.25"]}
    rows, _ = typed(frame, amount_of({"quantity": "q", "unit_price": "p"}))
    assert [row[0] for row in rows] == [Decimal("0.30"), Decimal("-39.98"), Decimal("0.625")]


def test_a_large_quantity_times_a_long_price_keeps_its_digits(typed):
    frame = {"q": ["1000000000"], "p": ["999999999.99"]}
    rows, _ = typed(frame, amount_of({"quantity": "q", "unit_price": "p"}))
    assert rows[0][0] == Decimal("999999999990000000.00")


@pytest.mark.parametrize(("quantity", "price"), [("x", "1.00"), ("1", "x"), ("x", "x"), (None, "1.00")])
def test_a_wrong_factor_is_a_wrong_amount(typed, quantity, price):
    frame = {"q": ["2", "3", quantity], "p": ["1.50", "2.50", price]}
    rows, _ = typed(frame, amount_of({"quantity": "q", "unit_price": "p"}))
    assert rows[2] == (None, "bad_amount")


def test_a_sign_of_currency_is_seen(typed):
    assert typed({"a": ["€ 1,50", "€ 2,55"]}, amount_of({"amount": "a"})) == (
        [(Decimal("1.50"), None), (Decimal("2.55"), None)],
        {"decimal": ",", "currency_sign": "€", "amounts_with_marks": True},
    )


def test_a_person_s_mark_wins(typed):
    rows, _ = typed({"a": ["1.005"]}, amount_of({"amount": "a"}, ReadingSettings(decimal=",")))
    assert rows[0][0] == 1005


def test_a_refund_is_positive_and_nothing_is_none(typed):
    frame = {"r": ["5.00", "-2.50", None, "0"]}
    rows, _ = typed(frame, lambda engine, table: type_refund(engine, table, {"refund": "r"}, NO_WISH))
    assert rows == [(Decimal(5), None), (Decimal("2.50"), None), (Decimal(0), None), (Decimal(0), None)]
    assert typed_nothing() == ({}, {})


def test_a_refund_that_is_no_amount_says_how_to_name_another(typed):
    with pytest.raises(DataError) as raised:
        typed({"r": [True, False]}, lambda engine, table: type_refund(engine, table, {"refund": "r"}, NO_WISH))
    assert raised.value.fix == "name another column with --map refund=COLUMN; or leave it out: --map refund="


def typed_nothing():
    found = type_refund(None, None, {}, NO_WISH)  # type: ignore[arg-type]  # without the role nothing is asked
    return found.expressions, found.assumed


@pytest.mark.parametrize(
    ("clock", "hour"),
    [(("Europe/Berlin", "local"), 14), (("Europe/Berlin", "utc"), 12), (("UTC", "local"), 12)],
)
def test_an_instant_is_put_on_the_ledger_s_clock(typed, clock, hour):
    frame = {"t": ["2025-06-01T12:00:00Z"]}
    rows, _ = typed(frame, lambda engine, table: type_time(engine, table, {"time": "t"}, NO_WISH, clock))
    assert rows == [(datetime(2025, 6, 1, hour), None)]  # noqa: DTZ001 - the ledger's own clock


def test_a_wrong_date_is_a_problem_and_the_order_is_told(typed):
    frame = {"t": ["31/01/2025", "01/02/2025", "30/02/2025"]}
    wish = ("UTC", "local")
    rows, assumed = typed(frame, lambda engine, table: type_time(engine, table, {"time": "t"}, NO_WISH, wish))
    assert [row[0] and row[0].date().isoformat() for row in rows] == ["2025-01-31", "2025-02-01", None]
    assert (rows[2][1], assumed) == ("bad_date", {"date_order": "dmy", "times_with_zone": False})


def test_scientific_notation_is_told_with_its_rows(engine, opened):
    table = opened(pa.table({"a": ["1e3", "2.5", "1.5E-2"], "q": ["1", "2", "3"]}))
    found = type_amount(engine, table, {"amount": "a"}, NO_WISH)
    assert [(one["code"], one["rows"]) for one in found.warnings] == [("scientific_notation", 2)]
    assert "'a'" in found.warnings[0]["message"]
    assert type_amount(engine, table, {"amount": "q"}, NO_WISH).warnings == ()


def test_a_refund_with_marks_is_told(typed):
    act = lambda engine, table: type_refund(engine, table, {"refund": "a"}, NO_WISH)  # noqa: E731 - one test needs it
    assert typed({"a": ["(5.00)", "1.50"]}, act)[1] == {"amounts_with_marks": True}


def test_dates_that_are_not_numbers_are_told_by_their_form(typed):
    act = lambda engine, table: type_time(engine, table, {"time": "t"}, NO_WISH, ("UTC", "local"))  # noqa: E731 - as above
    found = typed({"t": ["5 Jun 2025", "20250607", "2025-06-08", "13/06/2025"]}, act)[1]
    assert found["date_forms"] == ["compact", "day and month name"]
    assert "date_forms" not in typed({"t": ["2025-06-08", "13/06/2025"]}, act)[1]
