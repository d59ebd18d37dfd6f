"""Causes: the last step that changed the segment, on literal states."""

from __future__ import annotations

import pytest

from quintile.engine.render import Sql, joined, literal, render
from quintile.insight.causes import (
    CUT_POINTS,
    FIRST_PURCHASE,
    LATE,
    LATE_DATA,
    LEFT_WINDOW,
    PURCHASE,
    REFUNDED,
    TIME,
    State,
    trace,
)

_ROWS = "SELECT * FROM (VALUES {rows}) AS rows (customer_key, segment, code, revenue)"
_KEYS = "SELECT unnest([{keys}]) AS customer_key"
STEPS = (
    (None, "settings", "settings"),
    (LATE, LATE_DATA, REFUNDED),
    (TIME, "settings", LEFT_WINDOW),
    (PURCHASE, FIRST_PURCHASE, "settings"),
    (CUT_POINTS, "settings", "settings"),
)


def traced(engine, ways, known=(1,), buyers=()):
    """The cause and the path of each customer; a way has the segment after each step, a dash for not scored."""
    states = []
    for step, (cause, came, went) in enumerate(STEPS):
        rows = [f"({key}, '{way[step]}', 'c{step}', {key}.5)" for key, way in ways.items() if way[step] != "-"]
        table = engine.table(f"state{step}", render(_ROWS, rows=Sql(", ".join(rows or ["(0, 'X', 'c', 0)"]))))
        states.append(State(cause, table, came, went))

    def keys(some):
        return render(_KEYS, keys=joined(map(literal, some or (0,))))

    table = trace(engine, states, known=keys(known), buyers=keys(buyers))
    query = (
        'SELECT customer_key, cause, path, "from", "to", code_before, code_after FROM {table} WHERE customer_key > 0'
    )
    return {row[0]: row[1:] for row in engine.rows(render(query, table=table))}


@pytest.mark.parametrize(
    ("way", "cause", "path"),
    [
        ("AAAAA", None, ""),
        ("ABBBB", LATE, LATE),
        ("AABBB", TIME, TIME),
        ("AABCC", PURCHASE, f"{TIME} > {PURCHASE}"),
        ("AABAA", None, f"{TIME} > {PURCHASE}"),
        ("AAABA", None, f"{PURCHASE} > {CUT_POINTS}"),
        ("AABAC", CUT_POINTS, f"{TIME} > {PURCHASE} > {CUT_POINTS}"),
        ("AA-BB", PURCHASE, f"{TIME} > {PURCHASE}"),
        ("---BB", FIRST_PURCHASE, PURCHASE),
        ("---BC", FIRST_PURCHASE, f"{PURCHASE} > {CUT_POINTS}"),
        ("-BBBB", LATE_DATA, LATE),
        ("-B-CC", FIRST_PURCHASE, f"{LATE} > {TIME} > {PURCHASE}"),
        ("A----", REFUNDED, LATE),
        ("AA---", LEFT_WINDOW, TIME),
        ("AB---", LEFT_WINDOW, f"{LATE} > {TIME}"),
    ],
)
def test_the_last_step_that_changed_the_segment_is_the_cause(engine, way, cause, path):
    assert traced(engine, {1: way})[1][:2] == (cause, path)


def test_who_had_bought_before_came_back(engine):
    found = traced(engine, {1: "---BB", 2: "---BB"}, buyers=[2])
    assert [found[key][0] for key in (1, 2)] == ["first_purchase", "returned"]


def test_who_is_known_no_more_was_merged(engine):
    found = traced(engine, {1: "A----", 2: "A----", 3: "AA---"}, known=[1])
    assert [found[key][0] for key in (1, 2, 3)] == [REFUNDED, "merged", "merged"]


def test_who_is_in_neither_snapshot_is_not_told(engine):
    assert traced(engine, {1: "AAAAA", 2: "-A---"}).keys() == {1}


def test_both_ends_are_told(engine):
    assert traced(engine, {1: "AABCC"})[1][2:] == ("A", "C", "c0", "c4")
