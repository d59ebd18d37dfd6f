from __future__ import annotations

import pytest

from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.twins import differ_only_by_case


def warned(engine, keys, key="id", key_type="VARCHAR"):
    rows = joined(render("({key})", key=literal(key)) for key in keys)
    orders = engine.table("orders_of_twins", render("SELECT * FROM (VALUES {rows}) AS t(customer_key)", rows=rows))
    return list(differ_only_by_case(engine, orders, key, key_type))


def test_ids_that_differ_only_by_case_are_counted(engine):
    (warning,) = warned(engine, ["Ab", "AB", "ab", "Ab", "x", "X", "y"])
    assert (warning["code"], warning["rows"]) == ("ids_differ_only_by_case", 5)
    assert "'AB' and 'ab'" in warning["message"]


@pytest.mark.parametrize("keys", [["A", "B"], ["a", "b"], ["a", "B"], ["aB", "bA"], ["1", "2"], ["a", None]])
def test_others_are_not(engine, keys):
    assert warned(engine, keys) == []


@pytest.mark.parametrize(("key", "key_type"), [("email", "VARCHAR"), ("id", "BIGINT")])
def test_e_mails_and_numbers_need_no_look(engine, key, key_type):
    assert list(differ_only_by_case(engine, Sql("nowhere"), key, key_type)) == []
