"""Causes: why each customer moved, out of the states between two snapshots, of which each changed one thing.

A customer's cause is the last step that changed the segment, for it brought the customer to where they are; of one who
was not there before, the step that brought them in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.engine.base import Engine

LATE, TIME, PURCHASE = "refund_or_late_data", "passing_time", "own_purchase"
CUT_POINTS, SETTINGS, DWELL = "moved_cut_points", "changed_settings", "dwell_rule"
CAUSES = (LATE, TIME, PURCHASE, CUT_POINTS, SETTINGS)
FIRST_PURCHASE, RETURNED, LATE_DATA, LISTED = "first_purchase", "returned", "late_data", "listed"
LEFT_WINDOW, REFUNDED, MERGED, UNLISTED = "left_window", "refunded", "merged", "unlisted"
REMOVED = "orders_removed"
"""Nothing tells the cause any more: the orders are gone."""
NEW = (FIRST_PURCHASE, RETURNED, LATE_DATA, SETTINGS, LISTED)
LOST = (LEFT_WINDOW, REFUNDED, MERGED, SETTINGS, UNLISTED)
TRACED, STATES = "traced", "states_of_customers"

_ALL = "SELECT {step} AS step, customer_key, segment, code, revenue FROM {state}"
_WIDE = "SELECT customer_key, {columns} FROM ({every}) GROUP BY customer_key"
_OF_STEP = "max({value}) FILTER (step = {step}) AS {column}"
_MONEY_OF_STEP = """
coalesce(sum(CASE WHEN step = {step} THEN revenue ELSE revenue - revenue END), 0) AS {column}
"""
_TRACED = """
SELECT customer_key, {first} AS "from", {last} AS "to", CASE
        WHEN {first} IS NULL THEN {came}
        WHEN {last} IS NULL THEN {went}
        WHEN {first} <> {last} THEN {moved} END AS cause,
    concat_ws(' > ', {path}) AS path, * EXCLUDE (customer_key)
FROM {states}
WHERE {first} IS NOT NULL OR {last} IS NOT NULL
"""
_CASE = "CASE {whens} END"
_WHEN = "WHEN {test} THEN {cause}"
_CHANGED = "{state} IS DISTINCT FROM {before}"
_APPEARED = "({before} IS NULL AND {state} IS NOT NULL)"
_BY_PURCHASE = "CASE WHEN customer_key IN ({buyers}) THEN {returned} ELSE {first} END"
_BY_REFUND = "CASE WHEN customer_key IN ({known}) THEN {refunded} ELSE {merged} END"


@dataclass(frozen=True)
class State:
    """All customers as one step leaves them.

    ``cause`` names the step, nothing for the first state; ``table`` has customer_key, segment, code and revenue, one
    row a customer who is scored. ``came`` and ``went`` say why a customer is new or lost at this step.
    """

    cause: str | None
    table: Sql
    came: str = SETTINGS
    went: str = SETTINGS


def trace(engine: Engine, states: Sequence[State], *, known: Sql, buyers: Sql) -> Sql:
    """The table ``traced``: every customer of the first or the last state, the way through all states, and the cause.

    Args:
        engine: Where the states are.
        states: From the earlier snapshot to the later one.
        known: Query for the customer_key of everybody the later snapshot knows; others were merged into one of them.
        buyers: Query for the customer_key of those who had bought before the earlier analysis date.

    Returns:
        Its name; customer_key, ``from``, ``to`` (nothing: not scored), cause (nothing: stays), path (the causes of all
        changes), ``s0``, ``s1``... (the segment in each state), code and revenue before (``code_before``,
        ``revenue_before``) and after.
    """
    every = joined((_rows(step, state) for step, state in enumerate(states)), " UNION ALL ")
    wide = engine.table(STATES, render(_WIDE, columns=joined(_columns(len(states))), every=every))
    steps = [(step, state) for step, state in enumerate(states) if state.cause is not None]
    table = engine.table(
        TRACED,
        render(
            _TRACED,
            states=wide,
            first=column_of(0),
            last=column_of(len(states) - 1),
            came=_case([(_appeared(step), _came(state, buyers)) for step, state in reversed(steps)]),
            went=_case([(_changed(step), _went(state, known)) for step, state in reversed(steps)]),
            moved=_case([(_changed(step), literal(state.cause)) for step, state in reversed(steps)]),
            path=joined([_case([(_changed(step), literal(state.cause))]) for step, state in steps] or [literal(None)]),
        ),
    )
    engine.drop(STATES)
    return table


def column_of(step: int) -> Sql:
    """The column of ``traced`` with the segment after a step."""
    return name(f"s{step}")


def _rows(step: int, state: State) -> Sql:
    return render(_ALL, step=literal(step), state=state.table)


def _columns(states: int) -> list[Sql]:
    segments = [
        render(_OF_STEP, value=Sql("segment"), step=literal(step), column=column_of(step)) for step in range(states)
    ]
    ends = ((0, "_before"), (states - 1, "_after"))
    codes = [render(_OF_STEP, value=Sql("code"), step=literal(at), column=name(f"code{end}")) for at, end in ends]
    money = [render(_MONEY_OF_STEP, step=literal(at), column=name(f"revenue{end}")) for at, end in ends]
    return [*segments, *codes, *money]


def _case(branches: list[tuple[Sql, Sql]]) -> Sql:
    if not branches:
        return literal(None)
    return render(_CASE, whens=joined((render(_WHEN, test=test, cause=cause) for test, cause in branches), " "))


def _changed(step: int) -> Sql:
    return render(_CHANGED, state=column_of(step), before=column_of(step - 1))


def _appeared(step: int) -> Sql:
    return render(_APPEARED, state=column_of(step), before=column_of(step - 1))


def _came(state: State, buyers: Sql) -> Sql:
    if state.came != FIRST_PURCHASE:
        return literal(state.came)
    return render(_BY_PURCHASE, buyers=buyers, returned=literal(RETURNED), first=literal(FIRST_PURCHASE))


def _went(state: State, known: Sql) -> Sql:
    """Why somebody is gone; a customer whom the later snapshot does not know at all was merged, whatever the step."""
    return render(_BY_REFUND, known=known, refunded=literal(state.went), merged=literal(MERGED))
