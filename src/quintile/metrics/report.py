"""The bridge's second half: from the ledger's orders to the scored customers, row for row and cent for cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.bridge import BridgeStep
from quintile.domain.ledger import PURCHASE, REFUNDED, ZERO
from quintile.domain.order_sums import after, first_of
from quintile.engine.render import Sql, literal, render
from quintile.metrics.measure import orders_between

if TYPE_CHECKING:
    from datetime import date, datetime

    from quintile.domain.ledger import Ledger
    from quintile.domain.order_sums import StateSum
    from quintile.engine.base import Engine
    from quintile.metrics.measure import Clock

_TAKEN_OFF = ("zero_orders", "refunded", "before_window", "after_window")
ALONE, NOT_LISTED = "refunds_without_purchase", "not_in_population"
_ZERO, _REFUNDED, _BEFORE, _AFTER, _INSIDE, _ALONE = range(len(_TAKEN_OFF) + 2)

# A refunded order that left money behind (more was paid back than it cost) goes the way of a refund without an order.
_PLACES = """
SELECT CASE
    WHEN state = {zero} THEN {is_zero}
    WHEN state = {refunded} AND net = 0 THEN {is_refunded}
    WHEN NOT ({before_end}) THEN {is_after}
    WHEN NOT ({inside}) THEN {is_before}
    WHEN state = {purchase} THEN {is_inside}
    ELSE {alone} END AS place,
    sum(lines), sum(net)
FROM {orders}
GROUP BY place
"""
_OF_DAYS = "SELECT CAST(day AS TIMESTAMP) AS ordered_at, state, net, lines FROM {days}"
_NOT_SCORED = """
SELECT coalesce(sum(lines), 0), coalesce(sum(net), 0) FROM {orders}
ANTI JOIN (SELECT customer_key FROM {rfm} WHERE frequency > 0) USING (customer_key)
WHERE state {is_purchase} {purchase} AND state <> {zero} AND NOT (state = {refunded} AND net = 0) AND {inside}
"""


@dataclass(frozen=True)
class Places:
    """Where the orders lie: rows and money taken off by step, inside the window, and of refunds alone inside it."""

    taken: dict[str, tuple[int, Decimal]]
    inside: tuple[int, Decimal]
    alone: tuple[int, Decimal]


def find_places(engine: Engine, ledger: Ledger, clock: Clock) -> Places:
    """Count the orders by place; of days and months that no edge of the window cuts only the sums are read."""
    orders, whole = Sql(ledger.orders), list[tuple[int, int, Decimal]]()
    if ledger.days is not None and all(edge.time() == time.min for edge in _edges(clock)):
        orders = render("({days})", days=render(_OF_DAYS, days=Sql(ledger.days)))
    elif ledger.months is not None:
        sums = ledger.months.sums
        cut = [month for month in sums if any(first_of(month) < edge < after(month) for edge in _edges(clock))]
        orders = render("({orders})", orders=Sql(ledger.months.orders(cut)))
        states = ((month, state) for month in sums.keys() - {*cut} for state in sums[month].states)
        whole = [(_place(state, month, clock), state.lines, state.net) for month, state in states]
    query = render(
        _PLACES,
        orders=orders,
        zero=literal(ZERO),
        refunded=literal(REFUNDED),
        purchase=literal(PURCHASE),
        before_end=clock.before_end(),
        inside=clock.inside(),
        is_zero=literal(_ZERO),
        is_refunded=literal(_REFUNDED),
        is_after=literal(_AFTER),
        is_before=literal(_BEFORE),
        is_inside=literal(_INSIDE),
        alone=literal(_ALONE),
    )
    nothing, found = (0, Decimal(0)), dict[int, tuple[int, Decimal]]()
    for place, rows, money in (*engine.rows(query), *whole):
        before = found.get(place, nothing)
        found[place] = before[0] + int(rows), before[1] + money
    taken = {step: found[place] for place, step in enumerate(_TAKEN_OFF) if place in found}
    return Places(taken, found.get(_INSIDE, nothing), found.get(_ALONE, nothing))


def _edges(clock: Clock) -> list[datetime]:
    return [clock.moment] if clock.first is None else [clock.first, clock.moment]


def _place(orders: StateSum, month: date, clock: Clock) -> int:
    """The place of orders of one state, in a month that no edge cuts."""
    if orders.state == ZERO:
        return _ZERO
    if orders.state == REFUNDED and orders.is_nothing:
        return _REFUNDED
    if first_of(month) >= clock.moment:
        return _AFTER
    if clock.first is not None and after(month) <= clock.first:
        return _BEFORE
    return _INSIDE if orders.state == PURCHASE else _ALONE


def scored_steps(
    engine: Engine, ledger: Ledger, rfm: Sql, clock: Clock, places: Places, *, every_buyer: bool
) -> list[BridgeStep]:
    """The steps ledger -> zero orders, refunded, outside the window, not in the population -> scored.

    Args:
        engine: Where the tables are.
        ledger: Its ``orders`` table has shape ORDERS.
        rfm: Shape RFM.
        clock: The window.
        places: What ``find_places`` found.
        every_buyer: Every buyer of the window is in ``rfm``.
    """
    left_out = {}
    if places.alone[0]:
        left_out[ALONE] = _not_scored(engine, ledger, rfm, clock, is_purchase=False)
    if not every_buyer:
        left_out[NOT_LISTED] = _not_scored(engine, ledger, rfm, clock, is_purchase=True)
    return steps_to_scored(places, left_out, ledger.currency)


def steps_to_scored(places: Places, left_out: dict[str, tuple[int, Decimal]], currency: str) -> list[BridgeStep]:
    """The steps after the ledger: what lies elsewhere, then what lies in the window and is scored for nobody."""
    rows = places.inside[0] + places.alone[0] - sum(part[0] for part in left_out.values())
    money = places.inside[1] + places.alone[1] - sum((part[1] for part in left_out.values()), Decimal(0))
    taken = {**places.taken, **left_out}
    steps = [BridgeStep(step, part[0], {currency: part[1]}) for step, part in taken.items() if part[0]]
    return [*steps, BridgeStep("scored", rows, {currency: money}, is_total=True)]


def _not_scored(engine: Engine, ledger: Ledger, rfm: Sql, clock: Clock, *, is_purchase: bool) -> tuple[int, Decimal]:
    query = render(
        _NOT_SCORED,
        orders=orders_between(ledger, clock.first, clock.moment),
        rfm=rfm,
        is_purchase=Sql("=" if is_purchase else "<>"),
        purchase=literal(PURCHASE),
        zero=literal(ZERO),
        refunded=literal(REFUNDED),
        inside=clock.inside(),
    )
    rows, money = engine.rows(query)[0]
    return int(rows), money
