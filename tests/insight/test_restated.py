"""Restated: orders that came, changed and went between two versions."""

from __future__ import annotations

from decimal import Decimal

from quintile.engine.render import Sql, render
from quintile.insight.restated import Restated, restated

_ORDERS = """
SELECT * REPLACE (ordered_at::TIMESTAMP AS ordered_at) FROM (VALUES {rows})
AS rows (customer_key, order_id, ordered_at, gross, refunded, net, lines, state)
"""


def row(order, net, customer=1, day="2025-06-01"):
    return f"({customer}, {order}, '{day}', {net}, 0.00, {net}, 1, 0)"


def of(*rows):
    return render(_ORDERS, rows=Sql(", ".join(rows)))


def test_orders_come_change_and_go(engine):
    before = of(row("'O1'", "10.00"), row("'O2'", "5.00"), row("'O3'", "7.00"))
    after = of(row("'O1'", "10.00"), row("'O2'", "4.00"), row("'O4'", "1.50"))
    assert restated(engine, before, after) == {
        "added": Restated(0, 1, Decimal(0), Decimal("1.50")),
        "changed": Restated(1, 1, Decimal("5.00"), Decimal("4.00")),
        "gone": Restated(1, 0, Decimal("7.00"), Decimal(0)),
    }


def test_an_order_of_a_customer_known_by_another_number_is_the_same(engine):
    found = restated(engine, of(row("'O1'", "10.00", customer=2)), of(row("'O1'", "10.00", customer=1)))
    assert set(found.values()) == {Restated()}


def test_equal_orders_without_an_id_are_counted(engine):
    before, after = of(row("NULL", "1.00")), of(row("NULL", "1.00"), row("NULL", "1.00"))
    assert restated(engine, before, after)["added"] == Restated(0, 1, Decimal(0), Decimal("1.00"))
