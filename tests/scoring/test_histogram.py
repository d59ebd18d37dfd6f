from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.engine.render import Sql
from quintile.scoring.histogram import F, M, R, count_values, first_worths, worths_at
from tests.scoring.tables import Customer, rfm_table

CUSTOMERS = [
    Customer("a", 30, 1, Decimal("10.05")),
    Customer("b", 30, 2, Decimal("10.049")),
    Customer("c", 5, 2, Decimal("10.05")),
    Customer("d", None, 0, Decimal(0)),
]


def test_one_row_per_worth_and_no_order_comes_first(engine):
    counts = count_values(engine, rfm_table(engine, CUSTOMERS))
    tables = [histogram.table for histogram in (counts.r, counts.f, counts.m)]
    rows = [engine.rows(Sql(f"SELECT worth, customers FROM {table} ORDER BY place")) for table in tables]
    assert rows == [
        [(None, 1), (-30, 2), (-5, 1)],
        [(None, 1), (1, 1), (2, 2)],
        [(None, 1), (Decimal("10.049"), 1), (Decimal("10.050"), 2)],
    ]
    assert (counts.m.customers, counts.m.buyers) == (4, 3)


def test_the_first_worth_that_so_many_are_worse_than(engine):
    counts = count_values(engine, rfm_table(engine, CUSTOMERS))
    assert first_worths(engine, counts.r, [1, 2, 3, 4]) == (-30, -5, -5, None)


def test_the_worth_at_a_place_from_the_worst(engine):
    counts = count_values(engine, rfm_table(engine, CUSTOMERS))
    assert worths_at(engine, counts.f, [0, 1, 2, 3]) == [(None, 0), (1, 1), (2, 2), (2, 2)]


@pytest.mark.parametrize(
    ("metric", "worth", "value"), [(R, -30, 30), (R, 0, 0), (F, 3, 3), (M, Decimal("-1.5"), Decimal("-1.5"))]
)
def test_a_worth_in_the_metric_s_own_unit(metric, worth, value):
    assert metric.value(worth) == value


def test_cut_points_ascend_by_value():
    assert R.cuts([-90, -30, None]).values == (None, 30, 90)
    assert F.cuts([2, 5, None]).values == (2, 5, None)


def test_the_tables_can_be_dropped(engine):
    count_values(engine, rfm_table(engine, CUSTOMERS)).drop(engine)
    assert engine.rows(Sql("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'histogram%'")) == [(0,)]


@pytest.mark.parametrize("few", [0, 100_000], ids=["by blocks", "row by row"])
@pytest.mark.parametrize("shared", [1, 3])
def test_worths_far_down_a_long_table_are_found_like_those_at_its_top(engine, shared, few, monkeypatch):
    monkeypatch.setattr("quintile.scoring.histogram._FEW", few)
    values = [value * value for value in range(1, 4000) for _ in range(shared)]
    nobody = [Customer(key, recency=None, frequency=0) for key in range(-5, 0)]
    rows = [*nobody, *(Customer(key, monetary=Decimal(value)) for key, value in enumerate(values))]
    counts = count_values(engine, rfm_table(engine, rows))
    ranks = [0, 1, 5, 6, 1023, 1024, 1025, 2048, 3000, len(rows) - shared, len(rows) - shared + 1, len(rows)]
    worse = [len(nobody) + at * shared for at in range(3999)]
    expected = [next(((at + 1) ** 2 for at, below in enumerate(worse) if below >= rank), None) for rank in ranks]
    assert list(first_worths(engine, counts.m, ranks)) == expected
    assert expected[-3:] == [3999**2, None, None]
