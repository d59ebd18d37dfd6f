"""What if: customers counted by their segments under two models."""

from __future__ import annotations

from decimal import Decimal

from quintile.engine.render import Sql, render
from quintile.insight.whatif import Move, movers, moves

BEFORE = "('A', 'Top', '555', 10.50), ('B', 'Top', '554', 1.00), ('C', 'Rest', '111', 2.00), ('D', 'Rest', '111', 4.00)"
AFTER = "('A', 'Top', '555', 11.00), ('B', 'Top', '444', 1.00), ('C', 'Top', '444', 2.00), ('E', 'Rest', '111', 7.00)"
_SIDE = "SELECT * FROM (VALUES {rows}) AS rows (customer_key, segment, code, revenue)"


def side(engine, name, rows):
    return engine.table(name, render(_SIDE, rows=Sql(rows)))


def test_customers_stay_move_come_and_go(engine):
    before, after = side(engine, "before", BEFORE), side(engine, "after", AFTER)
    assert set(moves(engine, before, after)) == {
        Move("Top", "Top", 2, 1, Decimal("11.50"), Decimal("12.00")),
        Move("Rest", "Top", 1, 1, Decimal("2.00"), Decimal("2.00")),
        Move("Rest", None, 1, 1, Decimal("4.00"), Decimal(0)),
        Move(None, "Rest", 1, 1, Decimal(0), Decimal("7.00")),
    }


def test_only_those_whose_segment_changes_are_listed_in_the_order_of_keys(engine):
    before, after = side(engine, "before", BEFORE), side(engine, "after", AFTER)
    assert engine.rows(movers(before, after, Sql("customer_key"))) == [
        ("C", "Rest", "Top", "111", "444"),
        ("D", "Rest", None, "111", None),
        ("E", None, "Rest", None, "111"),
    ]
