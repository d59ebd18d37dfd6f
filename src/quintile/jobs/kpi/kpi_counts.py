"""KPI counts: what the KPIs of a snapshot are made of, counted from its customers and the orders behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.ledger import PURCHASE, ZERO
from quintile.engine.render import Sql, literal, name, render
from quintile.insight.kpis import (
    Newcomers,
    SegmentCounts,
    count_customers,
    count_newcomers,
    count_unsubscribed,
    first_orders,
    revenue_of,
)
from quintile.jobs.project.kept_orders import CUSTOMER_NAMES, kept_ledger
from quintile.jobs.project.stored import stored
from quintile.ledger.rules.refunds import ORDERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.metrics.measure import Clock
    from quintile.snapshots.order_files import OrderFiles
    from quintile.sources.engagement import Engagement

_PURCHASES = "(SELECT customer_key, ordered_at FROM {orders} WHERE state = {purchase})"
_CUSTOMERS = "SELECT customer_key, segment, frequency, monetary FROM ({customers})"
_IN_WINDOW = "(SELECT customer_key, net FROM {orders} WHERE state <> {zero} AND {inside})"
_DAYS = """
(SELECT customer_key, {first_day} AS first_day, CASE WHEN second_at < {moment} THEN {second_day} END AS second_day
 FROM {firsts} WHERE first_at < {moment})
"""
_FOLDED = "CASE WHEN contains(customer_id, '@') THEN lower(customer_id) ELSE customer_id END"
_LEFT = """
(SELECT customer_key, day FROM {left}
 JOIN (SELECT customer_key, {folded} AS customer_id FROM {names}) USING (customer_id))
"""
_UNKNOWN = """
SELECT count(DISTINCT customer_id) FROM {left}
ANTI JOIN (SELECT {folded} AS customer_id FROM {names}) USING (customer_id)
"""
_FIRSTS = "first_orders"


class Counting:
    """Counts snapshot after snapshot; orders that several share are summed once.

    Args:
        place: Where it is counted.
        store: The project's store.
        engagement: Who unsubscribed, if a file tells it.
    """

    def __init__(self, place: Workplace, store: Path, engagement: Engagement | None) -> None:
        self._place = place
        self._store = store
        self._engagement = engagement
        self._loaded: OrderFiles | None = None

    def customers(self, one: Opened) -> dict[str, int]:
        """The customers of each segment as they stand in a snapshot now: who was erased is not among them."""
        counted = count_customers(self._place.engine, self._scored(one))
        return {line["segment"]: counted.get(line["segment"], (0,))[0] for line in one.report["segments"]}

    def counts(self, one: Opened, before: Mapping[str, int]) -> dict[str, SegmentCounts]:
        """What the KPIs of each segment are made of, in the order of run.json.

        Args:
            one: The snapshot.
            before: The customers of each segment in the snapshot before.
        """
        self._place.on_step(f"counting {one.snapshot.as_of}")
        self._load(one.orders)
        engine, clock = self._place.engine, one.clock(one.model)
        customers = self._scored(one)
        counted, revenue = count_customers(engine, customers), self._averaged(one, clock, customers)
        firsts = render(
            _DAYS,
            first_day=clock.day(Sql("first_at")),
            second_day=clock.day(Sql("second_at")),
            moment=literal(clock.moment),
            firsts=Sql(_FIRSTS),
        )
        start, end = clock.window.first_day, clock.window.day
        new = count_newcomers(engine, customers, firsts, start, end)
        left = self._left(customers, start, end)
        found = {}
        for line in one.report["segments"]:
            segment = line["segment"]
            people, orders, repeated, monetary = counted.get(segment, (0, 0, 0, Decimal(0)))
            found[segment] = SegmentCounts(
                people,
                orders,
                repeated,
                revenue=monetary if revenue is None else revenue.get(segment, Decimal(0)),
                before=before.get(segment),
                newcomers=new.get(segment, Newcomers()),
                unsubscribed=None if left is None else left.get(segment, 0),
            )
        return found

    def _scored(self, one: Opened) -> Sql:
        engine = self._place.engine
        return engine.view("scored", render(_CUSTOMERS, customers=stored(engine, [one.customers])))

    def _averaged(self, one: Opened, clock: Clock, customers: Sql) -> dict[str, Decimal] | None:
        """The revenue by segment where monetary is an average; None where it is the revenue itself."""
        if one.model.monetary != "average":
            return None
        orders = render(_IN_WINDOW, orders=Sql(ORDERS), zero=literal(ZERO), inside=clock.inside())
        return revenue_of(self._place.engine, customers, orders)

    def unknown(self) -> int:
        """How many ids that unsubscribed belong to nobody among the customers of the snapshot counted last."""
        if self._engagement is None:
            return 0
        query = render(_UNKNOWN, left=self._engagement.left, folded=Sql(_FOLDED), names=name(CUSTOMER_NAMES))
        return int(self._place.engine.rows(query)[0][0])

    def _load(self, orders: OrderFiles) -> None:
        if self._loaded == orders:
            return
        for paths in (orders.order_paths, orders.name_paths):
            paths(self._store)
        ledger = kept_ledger(self._place.engine, orders, [self._store])
        purchases = render(_PURCHASES, orders=Sql(ledger.orders), purchase=literal(PURCHASE))
        self._place.engine.table(_FIRSTS, first_orders(purchases))
        self._loaded = orders

    def _left(self, customers: Sql, start: date | None, end: date) -> dict[str, int] | None:
        """Who unsubscribed, by segment; None where the file of engagement says nothing of it, or not of the window."""
        told = self._engagement
        if told is None or not told.has_word or told.first >= end or (start is not None and told.last < start):
            return None
        events = render(_LEFT, left=told.left, folded=Sql(_FOLDED), names=name(CUSTOMER_NAMES))
        return count_unsubscribed(self._place.engine, customers, events, start, end)
