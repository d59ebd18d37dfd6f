"""Forecast: moves out of the scores of coming days."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.engine.render import Sql
from quintile.insight.forecast import Flow, coming_moves, flows, people, sizes

_NOW = """
SELECT * FROM (VALUES (1, 'Top', '555', 10.50), (2, 'Top', '554', 1.00), (3, 'Mid', '333', 2.00))
    AS now (customer_key, segment, code, revenue)
"""
_LATER = """
SELECT * FROM (VALUES
    (1, 3, 'Top', '455'), (1, 9, 'Mid', '355'), (1, 12, NULL, NULL), (1, 20, NULL, NULL),
    (2, 9, 'Mid', '354'), (3, 9, 'Mid', '233')
) AS later (customer_key, day, segment, code)
"""


@pytest.fixture
def tables(engine):
    return engine.table("now", Sql(_NOW)), engine.table("later", Sql(_LATER))


def test_only_changes_of_the_segment_are_moves(engine, tables):
    moves = coming_moves(engine, *tables)
    found = engine.rows(Sql(f"SELECT * EXCLUDE (revenue) FROM {moves} ORDER BY day, customer_key"))
    assert found == [
        (1, 9, "Top", "Mid", "455", "355"),
        (2, 9, "Top", "Mid", "554", "354"),
        (1, 12, "Mid", None, "355", None),
    ]
    assert flows(engine, moves) == [
        Flow(9, "Top", "Mid", 2, Decimal("11.50")),
        Flow(12, "Mid", None, 1, Decimal("10.50")),
    ]


def test_people_count_once(engine, tables):
    moves = coming_moves(engine, *tables)
    assert people(engine, moves, [("Top", "Mid"), ("Mid", "Low")]) == (2, Decimal("11.50"))
    assert people(engine, moves, []) == (0, 0)
    assert sizes(engine, tables[0]) == {"Top": (2, Decimal("11.50")), "Mid": (1, Decimal("2.00"))}
