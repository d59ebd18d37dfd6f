from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.insight.cohorts import Cell, Cohort, cohorts
from tests.insight.tables import table

ORDERS = {"customer_key": "BIGINT", "day": "DATE", "is_purchase": "BOOLEAN", "net": "DECIMAL(18, 2)"}
JUNE = date(2025, 6, 1)


def found_of(engine, rows, as_of):
    return cohorts(engine, table(engine, "c_orders", ORDERS, rows), as_of)


def test_each_month_says_who_ordered_again_and_what_they_brought(engine):
    rows = [
        (1, date(2025, 1, 5), True, "10.00"), (1, date(2025, 1, 20), True, "1.00"), (1, date(2025, 3, 1), True, "5.50"),
        (2, date(2025, 1, 31), True, "20.00"), (3, date(2025, 2, 1), True, "7.00"),
    ]  # fmt: skip
    assert found_of(engine, rows, date(2025, 4, 1)) == [
        Cohort(date(2025, 1, 1), 2, (Cell(0, 1, Decimal(31)), Cell(1, 0, Decimal(0)), Cell(2, 1, Decimal("5.50")))),
        Cohort(date(2025, 2, 1), 1, (Cell(0, 0, Decimal(7)), Cell(1, 0, Decimal(0)))),
    ]


def test_a_month_that_is_not_over_is_empty(engine):
    rows = [(1, date(2025, 5, 5), True, "10.00"), (2, date(2025, 6, 1), True, "1.00"), (1, JUNE, True, "3.00")]
    assert found_of(engine, rows, date(2025, 6, 30)) == [
        Cohort(date(2025, 5, 1), 1, (Cell(0, 0, Decimal(10)), Cell(1, None, None))),
        Cohort(JUNE, None, (Cell(0, None, None),)),
    ]


def test_a_refund_counts_in_its_own_month_and_brings_nobody_back(engine):
    rows = [
        (1, date(2025, 4, 5), True, "10.00"), (1, date(2025, 5, 5), False, "-4.00"),
        (2, date(2025, 4, 1), False, "-9.00"), (3, date(2025, 3, 1), False, "-1.00"),
        (3, date(2025, 4, 1), True, "2.00"),
    ]  # fmt: skip
    assert found_of(engine, rows, JUNE) == [
        Cohort(date(2025, 4, 1), 2, (Cell(0, 0, Decimal(12)), Cell(1, 0, Decimal(-4))))
    ]


def test_nobody_makes_no_cohort(engine):
    assert found_of(engine, [], JUNE) == []


amounts = st.decimals("0.01", "999.99", places=2)
drawn_orders = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 400), amounts), max_size=25)


@settings(max_examples=40, deadline=None)
@given(drawn_orders, st.integers(0, 31))
def test_cohorts_are_those_of_plain_python_and_lose_no_cent(engine, drawn, later):
    as_of = JUNE + timedelta(later)
    rows = [(who, JUNE - timedelta(ago), True, str(amount)) for who, ago, amount in drawn]
    found = found_of(engine, rows, as_of)
    firsts = {}
    for who, day, *_ in sorted(rows, key=lambda row: row[1]):
        firsts.setdefault(who, day.replace(day=1))
    orders, money = defaultdict(int), defaultdict(Decimal)
    for who, day, _, net in rows:
        since = (day.year - firsts[who].year) * 12 + day.month - firsts[who].month
        orders[who, since] += 1
        money[firsts[who], since] += Decimal(net)
    for cohort in found:
        people = [who for who, month in firsts.items() if month == cohort.month]
        assert cohort.size in {len(people), None}
        for cell in cohort.cells:
            if cell.returned is None:
                continue
            assert cell.returned == sum(orders[who, cell.since] > (cell.since == 0) for who in people)
            assert cell.revenue == money[cohort.month, cell.since]
    assert [cohort.month for cohort in found] == sorted(set(firsts.values()))
    # Every order lies before 1 June, in months that are over.
    told = sum((cell.revenue for cohort in found for cell in cohort.cells if cell.revenue is not None), Decimal(0))
    assert told == sum((Decimal(net) for *_, net in rows), Decimal(0))
