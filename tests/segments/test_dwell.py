"""The dwell rule on a table or two; its laws over any number of snapshots, against a few lines of Python."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.segments.dwell import count_held, hold_back

ENGINE = DuckDbEngine(threads=1)
NOW = "(SELECT u AS customer_key, s AS segment {low_high} FROM (VALUES {rows}) t(u, s {names}))"
CELLS = {(1, 1, 1): "Low", (1, 1, 2): "Low", (1, 2, 1): "Mid", (1, 2, 2): "Mid", (2, 1, 1): "Mid", (2, 1, 2): "Top"}
SEGMENTS = st.sampled_from(["A", "B", "C"])
few_examples = settings(max_examples=40, deadline=None)


def shown(rows):
    return joined(render("({values})", values=joined(map(literal, row))) for row in rows)


def now(rows, *columns):
    """A table of customers and their computed segments, with further columns."""
    names = joined((Sql(""), *map(name, columns)), ", ") if columns else Sql("")
    return render(NOW, rows=shown(rows), names=names, low_high=names)


def published(computed, before=None, *, snapshots=2):
    """customer -> published segment, computed segment, snapshots; ``before`` the same of the snapshot before."""
    earlier = None
    if before:
        rows = shown((key, *row) for key, row in before.items())
        query = "(SELECT * FROM (VALUES {rows}) t(customer_key, segment, computed_segment, dwelling))"
        earlier = render(query, rows=rows)
    table = hold_back(ENGINE, now(computed.items()), earlier, snapshots=snapshots)
    columns = "customer_key, segment, computed_segment, dwelling"
    found = ENGINE.rows(render("SELECT {columns} FROM {table}", columns=Sql(columns), table=table))
    assert [row[0] for row in found] == list(computed)  # in their order
    held = sum(row[1] != row[2] for row in found)
    assert count_held(ENGINE, table) == held
    return {row[0]: row[1:] for row in found}


def after(series, *, snapshots):
    """What is published after one snapshot after the other, and every published state on the way."""
    states, before = [], None
    for computed in series:
        before = published(computed, before, snapshots=snapshots)
        states.append(before)
    return states


def test_the_first_snapshot_holds_nobody_back():
    assert published({7: "A", 3: "B"}) == {7: ("A", "A", 1), 3: ("B", "B", 1)}


def test_a_new_customer_gets_the_computed_segment():
    assert published({1: "B", 2: "B"}, {1: ("A", "A", 4)}) == {1: ("A", "B", 1), 2: ("B", "B", 1)}


def test_a_segment_is_published_when_it_lasted():
    assert published({1: "B"}, {1: ("A", "B", 1)}, snapshots=2) == {1: ("B", "B", 2)}
    assert published({1: "B"}, {1: ("A", "B", 1)}, snapshots=3) == {1: ("A", "B", 2)}


def test_only_the_same_new_segment_counts():
    assert published({1: "C"}, {1: ("A", "B", 5)}, snapshots=3) == {1: ("A", "C", 1)}


def test_who_comes_back_has_never_left():
    assert published({1: "A"}, {1: ("A", "B", 1)}, snapshots=2) == {1: ("A", "A", 1)}


def test_a_customer_who_is_gone_is_gone():
    assert published({2: "A"}, {1: ("A", "A", 1), 2: ("A", "A", 1)}) == {2: ("A", "A", 2)}


@pytest.mark.parametrize(
    ("low", "high", "moves"),
    [
        ((1, 1, 1), (1, 1, 2), False),  # the old segment is within reach
        ((1, 2, 1), (1, 2, 2), True),
        ((1, 1, 2), (1, 2, 2), False),  # a corner of it is
        ((2, 1, 1), (2, 1, 2), True),
    ],
)
def test_beyond_the_margin_a_customer_moves_at_once(low, high, moves):
    columns = [f"{metric}_{end}" for end in ("low", "high") for metric in "rfm"]
    rows = [(1, "Top", *low, *high)]
    before = Sql("(SELECT 1 AS customer_key, 'Low' AS segment, 'Low' AS computed_segment, 3 AS dwelling)")
    table = hold_back(ENGINE, now(rows, *columns), before, cells=CELLS)
    [found] = ENGINE.rows(render("SELECT segment, dwelling FROM {table}", table=table))
    assert found == ("Top" if moves else "Low", 1)


def test_either_rule_lets_a_customer_go():
    columns = [f"{metric}_{end}" for end in ("low", "high") for metric in "rfm"]
    before = Sql("(SELECT 1 AS customer_key, 'Low' AS segment, 'Top' AS computed_segment, 1 AS dwelling)")
    rows = [(1, "Top", 1, 1, 1, 2, 2, 2)]
    table = hold_back(ENGINE, now(rows, *columns), before, snapshots=2, cells=CELLS)
    assert ENGINE.rows(render("SELECT segment, dwelling FROM {table}", table=table)) == [("Top", 2)]


def expected(series, snapshots):
    """The rule, told once more: of one customer's computed segments, None where they are not there."""
    told, before, computed_before, stood = [], None, None, 0
    for computed in series:
        stood = stood + 1 if computed is not None and computed == computed_before else 1
        if before is None or computed is None or computed == before or stood >= snapshots:
            before = computed
        computed_before = computed
        told.append(before)
    return told


@given(st.lists(st.lists(st.none() | SEGMENTS, min_size=6, max_size=6), min_size=1, max_size=6), st.integers(2, 4))
@few_examples
def test_any_series_is_published_as_the_rule_says(customers, snapshots):
    series = [{key: one[at] for key, one in enumerate(customers) if one[at] is not None} for at in range(6)]
    series = [{99: "A", **computed} for computed in series]
    states = after(series, snapshots=snapshots)
    for key, one in enumerate(customers):
        assert [state[key][0] if key in state else None for state in states] == expected(one, snapshots)


@given(st.integers(2, 4), st.integers(2, 8), SEGMENTS, SEGMENTS)
@few_examples
def test_who_flaps_at_every_snapshot_never_moves(snapshots, length, one, other):
    series = [{1: one if at % 2 == 0 else other} for at in range(length)]
    stays = all(state[1][0] == one for state in after(series, snapshots=snapshots))
    assert stays


@given(st.integers(2, 5), st.integers(1, 4))
@few_examples
def test_who_moved_for_good_moves_after_exactly_so_many_snapshots(snapshots, stood):
    series = [{1: "A"}] * stood + [{1: "B"}] * (snapshots + 1)
    found = [state[1][0] for state in after(series, snapshots=snapshots)]
    assert found == ["A"] * (stood + snapshots - 1) + ["B"] * 2
