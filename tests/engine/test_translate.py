"""What only DuckDB says, said in words that every database knows: run by DuckDB itself, both give the same rows."""

from __future__ import annotations

import pytest
from sqlglot import exp

from quintile.engine.render import Sql
from quintile.engine.translate import parsed, respelled, translated

ORDERS = "SELECT * FROM (VALUES (1, 'a', 2.50), (2, 'b', 3.50), (2, 'c', NULL)) AS v(k, \"B b\", m)"


@pytest.fixture
def kept(engine):
    """A table, and two views of which one stands on the other."""
    engine.table("orders_7", Sql(ORDERS))
    return {
        "orders": exp.Table(this=exp.to_identifier("orders_7", quoted=True)),
        "big": parsed(Sql("SELECT * EXCLUDE (m) FROM orders WHERE m > 3")),
        "biggest": parsed(Sql("(SELECT * FROM big)")),
    }


def told(engine, kept, query):
    def columns(tree):
        return list(engine.columns(Sql(tree.sql("duckdb"))))

    return translated(parsed(Sql(query)), kept, columns).sql("duckdb")


@pytest.mark.parametrize(
    ("query", "rows", "gone"),
    [
        ("SELECT * EXCLUDE (k) FROM orders ORDER BY ALL", [("a", 2.5), ("b", 3.5), ("c", None)], "EXCLUDE"),
        ("SELECT * REPLACE (k + 1 AS k) FROM orders WHERE k = 1", [(2, "a", 2.5)], "REPLACE"),
        ('SELECT o.* EXCLUDE (m), p.m FROM orders o JOIN orders p USING ("B b") WHERE o.k = 1', [(1, "a", 2.5)], "EXC"),
        ("SELECT k, count(*), sum(m) FROM orders GROUP BY ALL ORDER BY ALL", [(1, 1, 2.5), (2, 2, 3.5)], "ALL"),
        (
            "SELECT k, true AS t, count(*) FROM orders GROUP BY k, true ORDER BY 1",
            [(1, True, 1), (2, True, 2)],
            "BY k, TRUE",
        ),
        (
            "SELECT k FROM orders UNION ALL BY NAME (SELECT 'x' AS \"B b\", 9 AS k) ORDER BY k DESC LIMIT 1",
            [(9, "x")],
            "BY NAME",
        ),
        ('SELECT "B b" FROM orders ANTI JOIN (SELECT 2 AS k) AS two USING (k)', [("a",)], "ANTI"),
        ('SELECT "B b" FROM orders SEMI JOIN biggest USING (k) ORDER BY ALL', [("b",), ("c",)], "SEMI"),
        ("SELECT * FROM biggest", [(2, "b")], "EXCLUDE"),
        ("WITH orders AS (SELECT 5 AS k) SELECT * EXCLUDE (x) FROM (SELECT k, 1 AS x FROM orders)", [(5,)], "EXCLUDE"),
        (
            'WITH a AS (SELECT * EXCLUDE (m) FROM orders), b AS (SELECT * EXCLUDE ("B b") FROM a) SELECT max(k) FROM b',
            [(2,)],
            "EXCLUDE",
        ),
    ],
)
def test_the_same_rows_in_plainer_words(engine, kept, query, rows, gone):
    plain = told(engine, kept, query)
    assert gone not in plain
    assert [tuple(float(v) if hasattr(v, "as_tuple") else v for v in row) for row in engine.rows(Sql(plain))] == rows


def test_a_name_of_another_schema_is_not_ours(engine, kept):
    assert '"orders_7"' not in told(engine, kept, 'SELECT 1 FROM "shop"."orders"')


def test_hooks_work_from_the_inside_out():
    def louder(node):
        return exp.Anonymous(this="loud", expressions=[node.this]) if isinstance(node, exp.Upper) else node

    tree = respelled(parsed(Sql("SELECT upper(upper(x))")), louder)
    assert tree.sql("duckdb") == "SELECT LOUD(LOUD(x))"
