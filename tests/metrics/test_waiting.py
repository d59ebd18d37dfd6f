from __future__ import annotations

from datetime import date, timedelta

import pytest

from quintile.domain.ledger import REFUND_ONLY
from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import WindowLength
from quintile.engine.render import render
from quintile.metrics.measure import Clock, measure
from quintile.metrics.waiting import wait
from tests.metrics.orders import ledger_of

AS_OF = date(2025, 3, 10)
ORDERS = [
    ("A", "2025-02-10 09:00", "10.00"),
    ("A", "2025-02-13 23:59", "20.00"),
    ("A", "2025-02-12 12:00", "-5.00", REFUND_ONLY),
    ("A", "2025-03-01 00:00", "1.00"),
    ("A", "2025-03-10 00:00", "400.00"),  # on the analysis date: no part of it
    ("B", "2025-03-09 12:00", "7.00"),
]
MONTH = RfmModel(window=WindowLength(months=1))


def waited(engine, model=MONTH, days=5, passed=(), zone="UTC", orders=ORDERS):
    clocks = [Clock.at(AS_OF + timedelta(days=day), model, zone) for day in range(days + 1)]
    ledger = ledger_of(engine, orders)
    table = wait(engine, ledger, model, clocks, measure(engine, ledger, model, clocks[0]), passed)
    rows = engine.rows(render("SELECT * FROM {table} ORDER BY customer_key, day", table=table))
    return [(*row[:4], str(row[4])) for row in rows]


def test_only_days_on_which_something_changes_are_measured(engine):
    assert waited(engine) == [
        ("A", 1, 10, 2, "16.00"),  # the order of 10 February is out of the month before the 11th of March
        ("A", 3, 12, 2, "21.00"),  # the money that went back on the 12th is forgotten
        ("A", 4, 13, 1, "1.00"),
    ]


def test_recencies_that_are_passed_are_days_of_their_own(engine):
    assert waited(engine, passed=[5, 11], days=4, orders=ORDERS[3:]) == [
        ("A", 2, 11, 1, "1.00"),
        ("B", 4, 5, 1, "7.00"),
    ]


def test_whose_last_order_left_have_nothing(engine):
    found = waited(engine, RfmModel(window=WindowLength(days=10)), days=12)
    assert found == [("A", 2, None, 0, "0.00"), ("B", 10, None, 0, "0.00")]


def test_an_average_is_that_of_the_orders_left(engine):
    found = waited(engine, RfmModel(window=WindowLength(months=1), monetary="average"), days=3)
    assert [row[3:] for row in found] == [(2, "8.000000000000"), (2, "10.500000000000")]


def test_a_window_without_a_beginning_loses_no_order(engine):
    assert waited(engine, RfmModel(window=WindowLength()), days=30, passed=[12]) == [
        ("A", 3, 12, 3, "26.00"),
        ("B", 11, 12, 1, "7.00"),
    ]


@pytest.mark.parametrize(("hour", "day"), [("21:30", 24), ("22:30", 25)])
def test_elapsed_days_follow_a_clock_that_is_changed(engine, hour, day):
    # Berlin loses an hour on 30 March: full days since an order are reached by the clock, not by the calendar.
    model = RfmModel(window=WindowLength(), recency="elapsed")
    orders = [("A", f"2025-03-09 {hour}", "1.00")]
    found = waited(engine, model, days=30, passed=[24], zone="Europe/Berlin", orders=orders)
    reached = [row[1] for row in found if row[2] >= 24]
    assert reached[0] == day
