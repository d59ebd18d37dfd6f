"""Partials: the orders summed once per customer and stretch of time, so that many windows are measured in one pass.

The edges of all windows cut the time line into stretches, numbered from 0 (before every window). A window is a run of
whole stretches, so its sums are sums of theirs: nothing is estimated, and no order is read twice. Where many windows
have no beginning, the sums are also run up once, stretch by stretch, so that each window only picks its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.ledger import PURCHASE, REFUNDED, ZERO
from quintile.engine.render import Sql, joined, literal, render
from quintile.metrics.measure import Sums, rfm_of
from quintile.metrics.report import ALONE, NOT_LISTED, Places, steps_to_scored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from quintile.domain.bridge import BridgeStep
    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.metrics.measure import Clock

PARTIALS, RUNNING = "order_sums", "running_sums"
_ZERO, _REFUNDED, _PURCHASE, _ALONE = range(4)
_BEFORE, _AFTER = "before_window", "after_window"
_FEW = 12  # running the sums up takes as long as grouping them for so many windows

# A refunded order that left money behind goes the way of a refund without an order.
_KIND = """
CASE WHEN state = {zero} THEN 0 WHEN state = {refunded} AND net = 0 THEN 1 WHEN state = {purchase} THEN 2 ELSE 3 END
"""
_PLACES = "SELECT {stretch} AS stretch, {kind} AS kind, sum(lines), sum(net) FROM {orders} GROUP BY ALL"
_SUMS = """
SELECT customer_key, {stretch} AS stretch, {columns} FROM {orders}
WHERE {kind} IN ({kinds}) AND {between} GROUP BY ALL ORDER BY customer_key
"""
_PURCHASES = """
min(ordered_at) {bought} AS first_at, max(ordered_at) {bought} AS last_at,
CAST(count(*) {bought} AS INTEGER) AS frequency, CAST(coalesce(sum(net) {bought}, 0) AS {money}) AS bought
"""
_LINES = "CAST(coalesce(sum(lines) {bought}, 0) AS BIGINT) AS lines"
_REFUNDS = """
CAST(coalesce(sum(net) {alone}, 0) AS {money}) AS paid_back,
CAST(coalesce(sum(lines) {alone}, 0) AS BIGINT) AS refund_lines
"""
_WINDOW = """
(SELECT customer_key, min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(frequency) AS INTEGER) AS frequency,
        sum(bought) AS bought {paid_back}
 FROM {sums} WHERE {inside} GROUP BY customer_key HAVING sum(frequency) > 0)
"""
# A customer's sums up to a stretch stand until the next stretch in which there is something of theirs.
_RUNNING = """
SELECT customer_key, stretch AS since, lead(stretch, 1, {end}) OVER upto AS changed,
       min(first_at) OVER upto AS first_at, max(last_at) OVER upto AS last_at,
       CAST(sum(frequency) OVER upto AS INTEGER) AS frequency,
       CAST(sum(bought) OVER upto AS {money}) AS bought {paid_back}
FROM {sums} WINDOW upto AS (PARTITION BY customer_key ORDER BY stretch) ORDER BY customer_key, since
"""
_RUNNING_REFUNDS = ", CAST(sum(paid_back) OVER upto AS {money}) AS paid_back"
_STANDING = "(SELECT * FROM {running} WHERE since <= {last} AND changed > {last} AND frequency > 0)"
_EVER = "(SELECT DISTINCT customer_key FROM {sums} WHERE stretch <= {last} AND frequency > 0)"
_LEFT_OUT = """
SELECT coalesce(sum({lines}), 0), coalesce(sum({money}), 0) FROM {sums}
ANTI JOIN (SELECT customer_key FROM {rfm} WHERE frequency > 0) USING (customer_key) WHERE {inside}
"""


@dataclass(frozen=True)
class Partials:
    """The sums of all orders by customer and stretch, and by place and stretch.

    ``counted`` has a row (stretch, kind, source rows, money) for each kind of order in each stretch. ``running`` are
    the sums up to each stretch, if they were run up.
    """

    ledger: Ledger
    edges: tuple[datetime, ...]
    counted: tuple[tuple[int, int, int, Decimal], ...]
    sums: Sql
    running: Sql | None = None

    def places(self, clock: Clock) -> Places:
        """Where the orders lie, as ``find_places`` counts them; no order is looked at."""
        first, last = self._stretches(clock)
        found: dict[str, tuple[int, Decimal]] = {}
        for stretch, kind, rows, money in self.counted:
            if kind in {_ZERO, _REFUNDED}:
                place = ("zero_orders", "refunded")[kind]
            elif not first <= stretch <= last:
                place = _BEFORE if stretch < first else _AFTER
            else:
                place = "inside" if kind == _PURCHASE else "alone"
            before = found.get(place, (0, Decimal(0)))
            found[place] = before[0] + rows, before[1] + money
        nothing = (0, Decimal(0))
        inside, alone = found.pop("inside", nothing), found.pop("alone", nothing)
        taken = {step: found[step] for step in ("zero_orders", "refunded", _BEFORE, _AFTER) if step in found}
        return Places(taken, inside, alone)

    def measure(self, engine: Engine, model: RfmModel, clock: Clock, population: Sql | None = None) -> Sql:
        """Table ``rfm`` as ``measure`` makes it of all orders.

        Args:
            engine: Where the sums are.
            model: Its recency, monetary and population are used.
            clock: One of those the sums were made for.
            population: Table with ``customer_key`` of the people to score; None for buyers or ever-buyers.
        """
        refunds_alone = self.places(clock).alone[0] > 0
        if self.running is None:
            paid_back = Sql(", sum(paid_back) AS paid_back" if refunds_alone else "")
            rows = render(_WINDOW, paid_back=paid_back, sums=self.sums, inside=self._inside(clock))
        else:
            rows = render(_STANDING, running=self.running, last=literal(self._stretches(clock)[1]))
        if population is None and model.population == "ever":
            population = render(_EVER, sums=self.sums, last=literal(self._stretches(clock)[1]))
        return rfm_of(engine, self.ledger, model, clock, Sums(rows, refunds_alone), population)

    def steps(self, engine: Engine, rfm: Sql, clock: Clock, *, every_buyer: bool) -> list[BridgeStep]:
        """The steps from the ledger to the scored customers, as ``scored_steps`` finds them."""
        places, left_out = self.places(clock), {}
        if places.alone[0]:
            left_out[ALONE] = self._left_out(engine, rfm, clock, ("refund_lines", "paid_back"))
        if not every_buyer:
            left_out[NOT_LISTED] = self._left_out(engine, rfm, clock, ("lines", "bought"))
        return steps_to_scored(places, left_out, self.ledger.currency)

    def _left_out(self, engine: Engine, rfm: Sql, clock: Clock, columns: tuple[str, str]) -> tuple[int, Decimal]:
        lines, money = map(Sql, columns)
        query = render(_LEFT_OUT, lines=lines, money=money, sums=self.sums, rfm=rfm, inside=self._inside(clock))
        rows, amount = engine.rows(query)[0]
        return int(rows), amount

    def _inside(self, clock: Clock) -> Sql:
        first, last = self._stretches(clock)
        return render("stretch BETWEEN {first} AND {last}", first=literal(first), last=literal(last))

    def _stretches(self, clock: Clock) -> tuple[int, int]:
        """The first and the last stretch of a window."""
        first = 0 if clock.first is None else self.edges.index(clock.first) + 1
        return first, self.edges.index(clock.moment)


def sum_orders(engine: Engine, ledger: Ledger, model: RfmModel, clocks: Sequence[Clock]) -> Partials:
    """Sum the orders for all windows at once.

    Args:
        engine: Keeps the table of sums.
        ledger: Its ``orders`` table has shape ORDERS, under numbers for ids.
        model: A population wider than the buyers wants more than the windows hold.
        clocks: At least one.
    """
    starts = [clock.first for clock in clocks]
    edges = tuple(sorted({clock.moment for clock in clocks} | {start for start in starts if start is not None}))
    stretch, orders = _stretch(edges, 0, len(edges)), Sql(ledger.orders)
    kind = render(_KIND, zero=literal(ZERO), refunded=literal(REFUNDED), purchase=literal(PURCHASE))
    found = engine.rows(render(_PLACES, stretch=stretch, kind=kind, orders=orders))
    counted = tuple((at, what, int(rows), money) for at, what, rows, money in found)
    refunds = any(what == _ALONE for _, what, _, _ in counted)
    first = None if None in starts or model.population == "ever" else edges[0]
    query = render(
        _SUMS,
        stretch=stretch,
        columns=_columns(ledger, kind, model, refunds=refunds),
        orders=orders,
        kind=kind,
        kinds=joined(map(literal, (_PURCHASE, _ALONE))),
        between=_between(first, edges[-1]),
    )
    sums = engine.table(PARTIALS, query)
    if set(starts) != {None} or len(clocks) <= _FEW:
        return Partials(ledger, edges, counted, sums)
    money = _money(ledger)
    paid_back = render(_RUNNING_REFUNDS, money=money) if refunds else Sql("")
    run_up = render(_RUNNING, end=literal(len(edges) + 1), money=money, paid_back=paid_back, sums=sums)
    return Partials(ledger, edges, counted, sums, engine.table(RUNNING, run_up))


def _columns(ledger: Ledger, kind: Sql, model: RfmModel, *, refunds: bool) -> Sql:
    """What is summed: refunds only where there are some, source rows only where somebody may be left out."""
    money = _money(ledger)
    bought, alone = (
        render("FILTER ({kind} = {wanted})", kind=kind, wanted=literal(wanted)) if refunds else Sql("")
        for wanted in (_PURCHASE, _ALONE)
    )
    columns = [render(_PURCHASES, bought=bought, money=money)]
    if model.population not in {"buyers", "ever"}:
        columns.append(render(_LINES, bought=bought))
    if refunds:
        columns.append(render(_REFUNDS, alone=alone, money=money))
    return joined(columns)


def _money(ledger: Ledger) -> Sql:
    return Sql(f"DECIMAL({ledger.digits}, {ledger.decimals})")


def _between(first: datetime | None, last: datetime) -> Sql:
    before = render("ordered_at < {last}", last=literal(last))
    return before if first is None else render("ordered_at >= {f} AND {before}", f=literal(first), before=before)


def _stretch(edges: tuple[datetime, ...], low: int, high: int) -> Sql:
    """The number of the stretch of an order, ``low`` to ``high``: how many edges lie before or on it, by halving."""
    if low == high:
        return render("{number}::INTEGER", number=literal(low))
    middle = (low + high) // 2
    return render(
        "CASE WHEN ordered_at < {edge} THEN {earlier} ELSE {later} END",
        edge=literal(edges[middle]),
        earlier=_stretch(edges, low, middle),
        later=_stretch(edges, middle + 1, high),
    )
