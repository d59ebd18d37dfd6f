from __future__ import annotations

import pytest

from quintile.domain.settings import LedgerSettings
from quintile.ledger.rows import line_key
from tests.ledger.tables import transactions

WRONG = {"customer": None, "amount_problem": "bad_amount", "time_problem": "bad_date", "currency": None}


def row(**more):
    return {"customer": "A", "order_id": "1", "currency": "EUR", **more}


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        ({}, "kept"),
        ({"row_problem": "duplicate_row"}, "duplicate"),
        ({"row_problem": "control_character"}, "control_character"),
        ({"row_problem": "field_too_long"}, "field_too_long"),
        ({"customer": None}, "null_customer"),
        ({"amount_problem": "bad_amount"}, "bad_amount"),
        ({"amount_problem": "nonfinite_amount"}, "nonfinite_amount"),
        ({"amount_problem": "amount_out_of_range"}, "amount_out_of_range"),
        ({"time_problem": "bad_date"}, "bad_date"),
        ({"time_problem": "date_out_of_range"}, "date_out_of_range"),
        ({"currency": None}, "missing_currency"),
        ({"currency": "XQQ"}, "unknown_currency"),
        ({"order_id": None}, "kept"),
    ],
)
def test_every_row_has_one_fate(build, change, fate):
    assert build([row(**change)]).rows == {fate: 1}


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        ({"status": "test"}, "test"),
        ({"row_problem": "control_character"}, "control_character"),
        ({}, "null_customer"),
        ({"customer": "A"}, "bad_amount"),
        ({"customer": "A", "amount_problem": None}, "bad_date"),
        ({"customer": "A", "amount_problem": None, "time_problem": None}, "missing_currency"),
    ],
)
def test_the_first_reason_that_fits_wins(build, change, fate):
    rows = [row(**{**WRONG, "row_problem": None, "status": "paid", **change})]
    assert build(rows).rows == {fate: 1}


@pytest.mark.parametrize(
    ("at", "fate"),
    [("2025-07-02 23:59:59.999999", "kept"), ("2025-07-03 00:00:00", "future_date"), ("2199-01-01", "future_date")],
)
def test_a_row_more_than_a_day_after_the_last_day_is_in_the_future(build, at, fate):
    """The last day is 1 July; the day after it may already be today elsewhere."""
    assert build([row(at=at)]).rows == {fate: 1}


@pytest.mark.parametrize(
    ("columns", "rules", "key"),
    [
        ({"order_id"}, {}, "order"),
        ({"order_id", "line"}, {}, "line"),
        ({"order_id", "line"}, {"grain": "order"}, "order"),
        ({"order_id"}, {"grain": "line"}, "none"),
        ({"order_id", "line"}, {"grain": "day"}, "none"),
        ({"order_id", "line"}, {"duplicates": "keep"}, "none"),
        ({"order_id", "line"}, {"duplicates": "row"}, "line"),
    ],
)
def test_what_tells_two_rows_of_one_order_apart(engine, columns, rules, key):
    found = transactions(engine, [{"customer": "A", **dict.fromkeys(columns, "1")}])
    assert line_key(found, LedgerSettings(**rules)) == key
