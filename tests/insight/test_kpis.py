from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.insight.kpis import (
    Newcomers,
    SegmentCounts,
    count_customers,
    count_newcomers,
    count_unsubscribed,
    figures,
    first_orders,
    revenue_of,
    total,
)
from tests.insight.tables import table

END = date(2025, 7, 1)
START = date(2024, 7, 1)
CUSTOMER = {"customer_key": "BIGINT", "segment": "VARCHAR", "frequency": "INTEGER", "monetary": "DECIMAL(38, 2)"}
PEOPLE = [(1, "A", 1, "1.05"), (2, "A", 2, "5.00"), (3, "B", 7, "-1.00"), (4, "C", 0, "0.00")]
FIRST = {"customer_key": "BIGINT", "first_day": "DATE", "second_day": "DATE"}


def newcomers(engine, days, start=START):
    """The new customers of one segment, from their first and second days."""
    customers = table(engine, "k_customers", CUSTOMER, [(number, "S", 1, "1.00") for number in range(len(days))])
    firsts = table(engine, "k_firsts", FIRST, [(number, *pair) for number, pair in enumerate(days)])
    return count_newcomers(engine, customers, firsts, start, END).get("S", Newcomers())


def test_customers_orders_and_repeaters_by_segment(engine):
    customers = table(engine, "k_customers", CUSTOMER, PEOPLE)
    assert count_customers(engine, customers) == {
        "A": (2, 3, 1, Decimal("6.05")), "B": (1, 7, 1, Decimal(-1)), "C": (1, 0, 0, Decimal(0)),
    }  # fmt: skip


def test_revenue_is_that_of_buyers_alone(engine):
    customers = table(engine, "k_customers", CUSTOMER, PEOPLE)
    kinds = {"customer_key": "BIGINT", "net": "DECIMAL(18, 2)"}
    orders = table(engine, "k_orders", kinds, [(1, "1.05"), (2, "9.00"), (2, "-4.00"), (4, "-7.00"), (9, "1.00")])
    assert revenue_of(engine, customers, orders) == {"A": Decimal("6.05")}


def test_two_orders_at_one_moment_are_two_orders(engine):
    kinds = {"customer_key": "BIGINT", "ordered_at": "TIMESTAMP"}
    at = [datetime.fromisoformat(f"2025-01-0{day}") for day in (1, 1, 5, 3)]
    purchases = table(engine, "k_purchases", kinds, [*((1, one) for one in at), (2, at[2])])
    assert sorted(engine.rows(first_orders(purchases))) == [(1, at[0], at[1]), (2, at[2], None)]


def test_only_whose_first_order_ever_lies_in_the_window_is_new(engine):
    days = [(START - timedelta(1), None), (START, None), (END - timedelta(1), None), (END, None)]
    assert newcomers(engine, days).new == 2
    assert newcomers(engine, days, start=None).new == 3


def test_thirty_days_are_complete_when_the_thirtieth_lies_before_the_analysis_date(engine):
    complete, open_still = END - timedelta(31), END - timedelta(30)
    assert newcomers(engine, [(complete, None), (open_still, None)]).waited[30] == (1, 1)


def test_a_second_order_on_the_last_day_is_in_time(engine):
    first = date(2025, 1, 1)
    days = [(first, first + timedelta(after)) for after in (0, 30, 31, 60, 61, 90, 91)]
    found = newcomers(engine, [*days, (first, None)])
    assert (found.new, found.second) == (8, 7)
    assert found.waited == {30: (8, 6), 60: (8, 4), 90: (8, 2)}


def test_who_unsubscribes_twice_is_one(engine):
    customers = table(engine, "k_customers", CUSTOMER, PEOPLE)
    days = [(1, START), (1, START + timedelta(1)), (2, END), (3, START - timedelta(1)), (9, START)]
    events = table(engine, "k_events", {"customer_key": "BIGINT", "day": "DATE"}, days)
    assert count_unsubscribed(engine, customers, events, START, END) == {"A": 1}
    assert count_unsubscribed(engine, customers, events, None, END) == {"A": 1, "B": 1}


def test_figures_are_exact_shares_and_nothing_is_none():
    counts = SegmentCounts(3, 7, 2, Decimal("100.10"), 2, Newcomers(3, 1, {30: (3, 2), 60: (1, 0), 90: (0, 0)}), 1)
    found = figures(counts, Decimal("200.20"))
    assert found == {
        "revenue_share": Fraction(1, 2), "orders": 7, "repeat_purchase_rate": Fraction(2, 3),
        "average_order_value": Fraction("14.3"), "list_growth": Fraction(1, 2),
        "churn_30": Fraction(2, 3), "churn_60": 0, "churn_90": None,
        "second_purchase_rate": Fraction(1, 3), "unsubscribe_rate": Fraction(1, 3),
    }  # fmt: skip
    nothing = figures(SegmentCounts(before=0), Decimal(0))
    assert {key for key, value in nothing.items() if value is not None} == {"orders"}


def test_all_together_keep_every_digit():
    parts = [SegmentCounts(revenue=Decimal("1E+30")), SegmentCounts(revenue=Decimal("0.001"), unsubscribed=1)]
    whole = total(parts, 5)
    assert whole.revenue == Decimal("1" + "0" * 30 + ".001")
    assert (whole.before, whole.unsubscribed) == (5, None)


days_after = st.one_of(st.none(), st.integers(0, 120))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 500), days_after), min_size=1, max_size=12))
def test_newcomers_are_those_of_plain_python(engine, drawn):
    pairs = []
    for ago, after in drawn:
        first = END - timedelta(ago)
        second = None if after is None else first + timedelta(after)
        pairs.append((first, second if second is None or second < END else None))
    new = [pair for pair in pairs if pair[0] >= START]
    waited = {}
    for days in (30, 60, 90):
        due = [pair for pair in new if (END - pair[0]).days > days]
        lost = [pair for pair in due if pair[1] is None or (pair[1] - pair[0]).days > days]
        waited[days] = (len(due), len(lost))
    expected = Newcomers(len(new), sum(second is not None for _, second in new), waited)
    found = newcomers(engine, pairs)
    assert found == expected
    assert found.waited[90][0] <= found.waited[60][0] <= found.waited[30][0] <= found.new
