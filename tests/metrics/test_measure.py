from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from quintile.domain.columns import RFM
from quintile.domain.ledger import REFUND_ONLY, REFUNDED, ZERO
from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import WindowLength
from quintile.engine.render import Sql, render
from quintile.metrics.measure import Clock, measure
from tests.metrics.orders import ledger_of

AS_OF = date(2025, 7, 1)


@pytest.fixture
def rfm(engine):
    """``rfm(orders)``: customer -> recency, frequency, monetary, in the order of the table."""

    def of_orders(orders, as_of=AS_OF, zone="UTC", people=None, **model):
        window = WindowLength.parse(model.pop("window", "12mo"))
        wish = RfmModel(window=window, **model)
        clock = Clock.at(as_of, wish, zone)
        listed = None if people is None else engine.table("people", Sql(people))
        table = measure(engine, ledger_of(engine, orders), wish, clock, population=listed)
        assert tuple(engine.columns(render("SELECT * FROM {table}", table=table)))[: len(RFM)] == RFM
        rows = engine.rows(render("SELECT * FROM {table}", table=table))
        return {who: (recency, frequency, money) for who, _, _, recency, frequency, money, *_ in rows}

    return of_orders


@pytest.mark.parametrize(
    ("at", "recency"),
    [("2025-06-30 00:00", 1), ("2025-06-30 23:59:59", 1), ("2025-06-29 23:59", 2), ("2024-07-01", 365)],
)
def test_recency_is_calendar_days_whatever_the_hour(rfm, at, recency):
    assert rfm([("A", at, "1.00")]) == {"A": (recency, 1, 1)}


@pytest.mark.parametrize("at", ["2025-07-01 00:00:00", "2025-07-01 12:00", "2024-06-30 23:59:59.999999", "2026-01-01"])
def test_orders_on_the_analysis_date_and_before_the_window_do_not_count(rfm, at):
    assert rfm([("A", at, "1.00"), ("B", "2025-06-30", "1.00")]) == {"B": (1, 1, 1)}


def test_without_a_start_every_order_counts(rfm):
    assert rfm([("A", "1971-01-01", "1.00"), ("A", "2025-06-30", "2.00")], window="all") == {"A": (1, 2, 3)}


@pytest.mark.parametrize(
    ("as_of", "local", "utc", "elapsed"),
    [
        ("2025-03-31", "2025-03-30 00:00", "2025-03-29 23:00", 0),  # the day has 23 hours
        ("2025-10-27", "2025-10-26 00:00", "2025-10-25 22:00", 1),  # the day has 25 hours
        ("2025-10-27", "2025-10-26 02:30", "2025-10-26 01:30", 0),  # the second half past two of that night
        ("2025-07-01", "2025-06-29 23:00", "2025-06-29 21:00", 1),  # two calendar days, 25 hours
    ],
)
def test_daylight_saving_changes_no_calendar_day(rfm, as_of, local, utc, elapsed):
    day = date.fromisoformat(as_of)
    calendar = (day - date.fromisoformat(local[:10])).days
    assert rfm([("A", local, "1.00")], day, "Europe/Berlin") == {"A": (calendar, 1, 1)}
    assert rfm([("A", utc, "1.00")], day, "Europe/Berlin", recency="elapsed") == {"A": (elapsed, 1, 1)}


def test_elapsed_days_are_full_days_up_to_a_moment(rfm):
    orders = [("A", "2025-06-29 12:00:00.000001", "1.00"), ("B", "2025-06-29 12:00", "1.00")]
    noon = datetime(2025, 6, 30, 12)  # noqa: DTZ001 - the shop's wall time
    assert {who: found[0] for who, found in rfm(orders, noon, recency="elapsed").items()} == {"A": 0, "B": 1}


def test_the_edges_of_the_window_are_the_shop_s_midnights(rfm):
    inside = [("A", "2024-06-30 22:00", "1.00"), ("B", "2025-06-30 21:59:59", "1.00")]
    outside = [("C", "2024-06-30 21:59:59", "1.00"), ("D", "2025-06-30 22:00", "1.00")]
    assert list(rfm([*inside, *outside], zone="Europe/Berlin", recency="elapsed")) == ["A", "B"]


@pytest.mark.parametrize(("length", "days"), [("1mo", 31), ("30d", 30), ("2w", 14)])
def test_a_window_that_ends_at_a_moment_begins_at_that_time_of_day(rfm, length, days):
    """In Berlin: half past three in the afternoon of 15 November, and of the first day, which had summer time."""
    end = datetime(2025, 11, 15, 15, 30)  # noqa: DTZ001 - the shop's wall time
    first = end - timedelta(days=days, hours=2 if days > 20 else 1)  # in UTC
    moments = {"A": first - timedelta(microseconds=1), "B": first, "C": end - timedelta(hours=1, microseconds=1)}
    orders = [(who, f"{at}", "1.00") for who, at in (moments | {"D": end - timedelta(hours=1)}).items()]
    found = rfm(orders, end, "Europe/Berlin", recency="elapsed", window=length)
    assert found == {"B": (days, 1, 1), "C": (0, 1, 1)}


def test_the_first_and_last_day_are_the_shop_s(engine):
    model = RfmModel(recency="elapsed")
    ledger = ledger_of(engine, [("A", "2025-06-01 22:30", "1.00"), ("A", "2025-06-03 21:30", "1.00")])
    table = measure(engine, ledger, model, Clock.at(AS_OF, model, "Europe/Berlin"))
    query = render("SELECT first_order, last_order FROM {table}", table=table)
    assert engine.rows(query) == [(date(2025, 6, 2), date(2025, 6, 3))]


def test_frequency_counts_purchases_only(rfm):
    others = [("A", "2025-06-30", "0.00", state) for state in (ZERO, REFUNDED)]
    assert rfm([("A", "2025-06-01", "5.00"), *others]) == {"A": (30, 1, 5)}


def test_refunds_alone_lower_money_and_make_nobody_a_customer(rfm):
    alone = [("A", "2025-06-30", "-1.50", REFUND_ONLY), ("B", "2025-06-30", "-1.50", REFUND_ONLY)]
    assert rfm([("A", "2025-06-01", "5.00"), *alone]) == {"A": (30, 1, Decimal("3.50"))}


def test_what_was_paid_back_beyond_an_order_lowers_money_too(rfm):
    assert rfm([("A", "2025-06-01", "5.00"), ("A", "2025-06-02", "-7.00", REFUNDED)]) == {"A": (30, 1, -2)}


def test_refunds_outside_the_window_change_nothing(rfm):
    old = [("A", "2020-01-01", "-1.50", REFUND_ONLY), ("A", "2025-07-01", "-1.50", REFUND_ONLY)]
    assert rfm([("A", "2025-06-01", "5.00"), *old]) == {"A": (30, 1, 5)}


@pytest.mark.parametrize(
    ("money", "average"),
    [
        (["10.00", "0.01"], "5.005"),
        (["0.10", "0.10", "0.10"], "0.10"),
        (["1.00", "0.00", "0.00"], "0.333333333333"),
        (["2.00", "0.00", "0.00"], "0.666666666667"),
        (["-1.00", "0.00", "0.00"], "-0.333333333333"),
        (["-2.00", "0.00", "0.00"], "-0.666666666667"),
        (["9999999999999999.99", "9999999999999999.98"], "9999999999999999.985"),
    ],
)
def test_an_average_is_exact_to_twelve_digits(rfm, money, average):
    orders = [("A", "2025-06-01", amount) for amount in money]
    assert rfm(orders, monetary="average")["A"][2] == Decimal(average)


def test_buyers_before_the_window_belong_to_those_who_ever_bought(rfm):
    orders = [("A", "2025-06-01", "5.00"), ("B", "2020-01-01", "9.00"), ("C", "2025-07-01", "1.00")]
    ever = rfm([*orders, ("D", "2025-06-01", "0.00", ZERO)], population="ever")
    assert ever == {"A": (30, 1, 5), "B": (None, 0, 0)}


def test_a_list_has_exactly_its_people(rfm):
    orders = [("A", "2025-06-01", "5.00"), ("B", "2025-06-02", "9.00")]
    listed = "SELECT unnest(['Z', 'B']) AS customer_key"
    assert rfm(orders, people=listed) == {"B": (29, 1, 9), "Z": (None, 0, 0)}


def test_numbers_stand_in_number_order_and_other_ids_the_shorter_first(rfm):
    def day(who):
        return (who, "2025-06-01", "1.00")

    assert list(rfm([day(10), day(9), day(100)])) == [9, 10, 100]
    assert list(rfm([day("C10"), day("C9"), day("B11")])) == ["C9", "B11", "C10"]
