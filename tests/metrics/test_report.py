from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from quintile.domain.ledger import REFUND_ONLY, REFUNDED, ZERO
from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import WindowLength
from quintile.engine.render import Sql
from quintile.metrics.measure import Clock, measure
from quintile.metrics.report import find_places, scored_steps
from tests.metrics.months import by_month
from tests.metrics.orders import ledger_of

ORDERS: list[tuple[str | int, str, str] | tuple[str | int, str, str, int]] = [
    ("A", "2025-06-01", "10.00"),
    ("B", "2025-06-01", "7.00"),
    ("A", "2025-06-02", "0.00", ZERO),
    ("A", "2025-06-03", "0.00", REFUNDED),
    ("A", "2020-06-03", "0.00", REFUNDED),
    ("A", "2024-06-30", "2.00"),
    ("A", "2025-07-01", "4.00"),
    ("A", "2025-06-04", "-1.00", REFUND_ONLY),
    ("A", "2025-06-05", "-3.00", REFUNDED),
    ("C", "2025-06-04", "-0.50", REFUND_ONLY),
    ("C", "2020-01-01", "-0.25", REFUND_ONLY),
]
TAKEN = [("zero_orders", 1, 0), ("refunded", 2, 0), ("before_window", 2, Decimal("1.75")), ("after_window", 1, 4)]


@pytest.fixture
def steps(engine):
    """``steps(orders)``: step, rows, money from the ledger on."""

    def of_orders(orders, people=None):
        model, ledger = RfmModel(), ledger_of(engine, orders)
        clock = Clock.at(date(2025, 7, 1), model, "UTC")
        places = find_places(engine, ledger, clock)
        listed = None if people is None else engine.table("people", Sql(people))
        rfm = measure(engine, ledger, model, clock, population=listed)
        found = scored_steps(engine, ledger, rfm, clock, places, every_buyer=people is None)
        return [(step.step, step.rows, step.amounts["EUR"]) for step in found]

    return of_orders


def test_every_order_has_one_place(steps):
    assert steps(ORDERS) == [
        *TAKEN,
        ("refunds_without_purchase", 1, Decimal("-0.50")),
        ("scored", 4, Decimal("13.00")),
    ]


def test_customers_outside_the_population_are_taken_off(steps):
    assert steps(ORDERS, "SELECT unnest(['B', 'C', 'Z']) AS customer_key") == [
        *TAKEN,
        ("refunds_without_purchase", 3, Decimal("-4.50")),
        ("not_in_population", 1, 10),
        ("scored", 1, 7),
    ]


def test_nothing_to_take_off_is_not_shown(steps):
    assert steps(ORDERS[:1]) == [("scored", 1, 10)]


def test_the_scored_money_is_the_sum_of_all_customers(engine, steps):
    scored = steps(ORDERS)[-1][2]
    assert engine.rows(Sql("SELECT sum(monetary) FROM rfm")) == [(scored,)]


def test_a_window_without_orders_has_nothing_inside(engine):
    ledger = ledger_of(engine, [("A", "2020-01-01", "1.00")])
    places = find_places(engine, ledger, Clock.at(date(2025, 7, 1), RfmModel(), "UTC"))
    assert (places.inside, places.alone) == ((0, Decimal(0)), (0, Decimal(0)))
    assert places.taken == {"before_window": (1, Decimal(1))}


@pytest.mark.parametrize("window", ["all", "1mo", "12mo", "45d"])
@pytest.mark.parametrize("as_of", [date(2025, 7, 1), date(2025, 6, 4), date(2024, 12, 31)], ids=str)
def test_sums_of_months_give_the_places_that_all_orders_give(engine, as_of, window):
    ledger = ledger_of(engine, ORDERS)
    clock = Clock.at(as_of, RfmModel(window=WindowLength.parse(window)), "UTC")
    assert find_places(engine, by_month(engine, ledger), clock) == find_places(engine, ledger, clock)
