"""Migration: customers counted by their way."""

from __future__ import annotations

from decimal import Decimal

from quintile.engine.render import Sql, render
from quintile.insight.migration import Flow, Sum, flows, summed

_ROWS = """
SELECT * FROM (VALUES
    ('A', 'A', NULL, 1.25, 1.25), ('A', 'A', NULL, 2.00, 2.00), ('A', 'B', 'passing_time', 3.00, 0.50),
    (NULL, 'B', 'first_purchase', 0.00, 4.00)
) AS rows (s0, s1, cause, revenue_before, revenue_after)
"""


def test_customers_of_one_way_are_one_flow(engine):
    found = flows(engine, engine.table("rows", render(_ROWS)), 2)
    assert set(found) == {
        Flow(("A", "A"), None, 2, Decimal("3.25"), Decimal("3.25")),
        Flow(("A", "B"), "passing_time", 1, Decimal("3.00"), Decimal("0.50")),
        Flow((None, "B"), "first_purchase", 1, Decimal("0.00"), Decimal("4.00")),
    }
    assert [flow.moved for flow in found if flow.first != flow.last] == [True, False]


def test_a_single_state_is_both_ends(engine):
    one = engine.table(
        "one", Sql("SELECT 'A' AS s0, NULL::VARCHAR AS cause, 1.5 AS revenue_before, 1.5 AS revenue_after")
    )
    assert flows(engine, one, 1) == [Flow(("A",), None, 1, Decimal("1.5"), Decimal("1.5"))]


def test_the_steps_that_changed_something_are_numbered():
    assert Flow(("A", "A", "B", None, "B"), None, 1, Decimal(0), Decimal(0)).changes == (2, 3, 4)


def test_money_is_added_to_the_last_digit():
    flow = Flow(("A",), None, 1, Decimal("1e30"), Decimal(0))
    cent = Flow(("A",), None, 2, Decimal("0.01"), Decimal("0.01"))
    expected = Decimal("1000000000000000000000000000000.01")
    assert summed([flow, cent], lambda flow: flow.first) == {"A": Sum(3, expected, Decimal("0.01"))}
