from __future__ import annotations

from quintile.engine.render import Sql
from quintile.ledger.extract import ExtractChanges, compare_extract

KNOWN = Sql("SELECT * FROM (VALUES ('O1', 1.00), ('O2', 2.00), ('O2', 2.00), (NULL, 3.00)) AS t(order_id, amount)")


def test_an_equal_extract_changes_nothing(engine):
    reordered = Sql(f"SELECT amount, order_id FROM ({KNOWN}) ORDER BY amount DESC")
    assert compare_extract(engine, KNOWN, reordered) == ExtractChanges(rows=0, vanished_orders=0)


def test_rows_of_either_side_alone_are_counted_and_vanished_orders_once(engine):
    new = Sql("SELECT * FROM (VALUES ('O1', 1.50), ('O3', 2.00)) AS t(order_id, amount)")
    assert compare_extract(engine, KNOWN, new) == ExtractChanges(rows=6, vanished_orders=1)


def test_another_set_of_columns_is_a_change(engine):
    assert compare_extract(engine, KNOWN, Sql(f"SELECT *, 1 AS line FROM ({KNOWN})")).rows
