from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from quintile.domain.ledger import Ledger
from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import WindowLength
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql
from quintile.metrics.measure import Clock, measure
from quintile.metrics.partials import sum_orders
from quintile.metrics.report import find_places, scored_steps

ORDERS = """
SELECT * FROM (VALUES
    (1::BIGINT, TIMESTAMP '2025-01-31 00:00:00', 10.00::DECIMAL(18, 2), 1, 0::TINYINT),
    (1, TIMESTAMP '2025-02-28 00:00:00', 20.00, 2, 0),
    (1, TIMESTAMP '2025-02-27 23:59:59.999999', 40.00, 1, 0),
    (1, TIMESTAMP '2025-03-10 12:00:00', -4.00, 1, 3),
    (2, TIMESTAMP '2025-03-31 00:00:00', 80.00, 1, 0),
    (2, TIMESTAMP '2025-02-10 00:00:00', 0.00, 1, 1),
    (3, TIMESTAMP '2025-02-11 00:00:00', 0.00, 3, 2),
    (3, TIMESTAMP '2025-02-12 00:00:00', -1.50, 2, 2),
    (4, TIMESTAMP '2025-03-12 00:00:00', -7.00, 1, 3),
    (4, TIMESTAMP '2025-01-02 00:00:00', 7.00, 1, 0)
) AS orders(customer_key, ordered_at, net, lines, state)
"""
DAYS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]
MODELS = [
    RfmModel(window=WindowLength(months=months, days=days), population=population, monetary=monetary)
    for months, days in ((1, None), (None, 40), (None, None))
    for population in ("buyers", "ever", "customers")
    for monetary in ("total", "average")
]


@pytest.fixture
def engine():
    with_orders = DuckDbEngine()
    with_orders.table("orders", Sql(ORDERS))
    with_orders.table("listed", Sql("SELECT * FROM (VALUES (1::BIGINT), (4), (9)) AS listed(customer_key)"))
    yield with_orders
    with_orders.close()


def ledger() -> Ledger:
    net = Decimal("144.50")
    return Ledger(
        orders="orders",
        key="id",
        key_type="BIGINT",
        currency="EUR",
        decimals=2,
        digits=18,
        rows=14,
        fates={},
        column_refunds=Decimal(0),
        converted=False,
        first_at=datetime.fromisoformat("2025-01-02"),
        last_at=datetime.fromisoformat("2025-03-31"),
        lines=14,
        after_refunds=net,
        net=net,
        grain="order",
    )


def rows(engine, table):
    return engine.rows(Sql(f"SELECT * FROM {table}"))


def test_a_window_is_the_sum_of_its_stretches(engine):
    model = RfmModel(window=WindowLength(months=1))
    clocks = [Clock.at(day, model, "UTC") for day in DAYS]
    partials = sum_orders(engine, ledger(), model, clocks)
    assert partials.edges == tuple(
        datetime.fromisoformat(day)
        for day in ("2024-12-31", "2025-01-28", "2025-01-31", "2025-02-28", "2025-03-30", "2025-03-31", "2025-04-30")
    )
    # From 28 February, whose first moment belongs to it, up to 31 March, whose first moment does not.
    assert rows(engine, partials.measure(engine, model, clocks[2])) == [
        (1, date(2025, 2, 28), date(2025, 2, 28), 31, 1, Decimal("16.00"))
    ]
    places = partials.places(clocks[2])
    assert places.taken == {
        "zero_orders": (1, Decimal(0)),
        "refunded": (3, Decimal(0)),
        "before_window": (5, Decimal("55.50")),
        "after_window": (1, Decimal(80)),
    }
    assert (places.inside, places.alone) == ((2, Decimal(20)), (2, Decimal(-11)))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.window} {model.population} {model.monetary}")
@pytest.mark.parametrize("few", [0, len(DAYS)], ids=["run up", "grouped"])
def test_every_window_is_measured_as_if_it_were_the_only_one(engine, model, few, monkeypatch):
    monkeypatch.setattr("quintile.metrics.partials._FEW", few)
    clocks = [Clock.at(day, model, "UTC") for day in DAYS]
    partials = sum_orders(engine, ledger(), model, clocks)
    assert (partials.running is not None) == (str(model.window) == "all" and few == 0)
    people = Sql("listed") if model.population == "customers" else None
    for clock in clocks:
        rfm = partials.measure(engine, model, clock, people)
        found = rows(engine, rfm), engine.columns(Sql(f"SELECT * FROM {rfm}"))
        steps = partials.steps(engine, rfm, clock, every_buyer=people is None)
        places = find_places(engine, ledger(), clock)
        assert partials.places(clock) == places
        rfm = measure(engine, ledger(), model, clock, refunds_alone=places.alone[0] > 0, population=people)
        assert found == (rows(engine, rfm), engine.columns(Sql(f"SELECT * FROM {rfm}")))
        assert steps == scored_steps(engine, ledger(), rfm, clock, places, every_buyer=people is None)


def test_refunds_and_rows_are_summed_only_where_they_are_needed(engine):
    model = RfmModel(window=WindowLength(months=1))
    clocks = [Clock.at(DAYS[0], model, "UTC")]
    few = ["customer_key", "stretch", "first_at", "last_at", "frequency", "bought"]
    partials = sum_orders(engine, ledger(), model, clocks)
    assert list(engine.columns(Sql("SELECT * FROM order_sums"))) == [*few, "paid_back", "refund_lines"]
    assert rows(engine, partials.sums)[0][1] == 1
    engine.table("orders", Sql("SELECT * FROM orders WHERE state = 0"))
    sum_orders(engine, ledger(), model, clocks)
    assert list(engine.columns(Sql("SELECT * FROM order_sums"))) == few


def test_what_lies_outside_all_windows_is_summed_for_nobody(engine):
    model = RfmModel(window=WindowLength(days=3))
    partials = sum_orders(engine, ledger(), model, [Clock.at(date(2025, 2, 1), model, "UTC")])
    assert [row[:2] for row in rows(engine, partials.sums)] == [(1, 1)]
    ever = RfmModel(window=WindowLength(days=3), population="ever")
    partials = sum_orders(engine, ledger(), ever, [Clock.at(date(2025, 2, 1), ever, "UTC")])
    assert sorted(row[:2] for row in rows(engine, partials.sums)) == [(1, 1), (4, 0)]
