"""Outlook: one customer's orders and the rules of a snapshot, as the profile reckons with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED, ZERO
from quintile.domain.scheme import UNCLASSIFIED, every_cell
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import Place, StoreError
from quintile.insight.profile import Holdings, Order, Outlook, Rules
from quintile.jobs.results.result import COMPUTED
from quintile.metrics.measure import Clock
from quintile.segments.load import kept_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quintile.domain.ledger import Ledger
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace

WINDOW, BEFORE, AFTER = "window", "before", "after"
STATES = {PURCHASE: "purchase", ZERO: "zero", REFUNDED: "refunded", REFUND_ONLY: "refund"}
_FAR = date(9000, 1, 1)  # no window that ends before it runs out of the calendar
_ORDERS = """
SELECT CAST(order_id AS VARCHAR), {day}, ordered_at, gross, refunded, net, state,
       CASE WHEN NOT ({before_end}) THEN {after} WHEN {inside} THEN {window} ELSE {before} END
FROM {orders} ORDER BY ordered_at, order_id
"""
_PUBLISHED = "SELECT {columns} FROM read_parquet({file}) WHERE customer_key = {customer}"
_COLUMNS = ("first_order", "last_order", "recency_days", "frequency", "monetary", "r", "f", "m", "rfm", "segment")


@dataclass(frozen=True)
class OwnOrder:
    """An order of the customer; ``place`` says whether it lies in the window, before it, or on the date or after."""

    order_id: str | None
    day: date
    at: datetime
    gross: Decimal
    refunded: Decimal
    net: Decimal
    state: int
    place: str


@dataclass(frozen=True)
class ComingDays:
    """The days after a snapshot's analysis date, on its model's clock."""

    opened: Opened
    _clocks: dict[int, Clock] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """As far as the calendar is looked at."""
        return (_FAR - self.opened.snapshot.day).days

    def date(self, day: int) -> date:
        """The date of a day."""
        return self.opened.snapshot.day + timedelta(days=day)

    def moment(self, day: int) -> datetime:
        """The analysis moment of a day."""
        return self.clock(day).moment

    def first(self, day: int) -> datetime | None:
        """The moment at which the window of a day begins."""
        return self.clock(day).first

    def recency(self, day: int, last_at: datetime) -> int:
        """Whole days since an order: calendar days, or full 24 hours."""
        clock = self.clock(day)
        if clock.elapsed:
            return (clock.moment - last_at) // timedelta(days=1)
        return (clock.window.as_of - last_at.date()).days

    def clock(self, day: int) -> Clock:
        """The clock of a day."""
        if day not in self._clocks:
            opened = self.opened
            as_of = opened.as_of + timedelta(days=day)
            self._clocks[day] = Clock.at(as_of, opened.model, opened.report["time_zone"])
        return self._clocks[day]


def own_orders(place: Workplace, ledger: Ledger, clock: Clock) -> list[OwnOrder]:
    """All orders of a ledger, which is one customer's, the earliest first."""
    query = render(
        _ORDERS,
        day=clock.day(Sql("ordered_at")),
        before_end=clock.before_end(),
        inside=clock.inside(),
        orders=Sql(ledger.orders),
        **{place: literal(place) for place in (WINDOW, BEFORE, AFTER)},
    )
    return [OwnOrder(*row) for row in place.engine.rows(query)]


def outlook_of(opened: Opened, orders: Sequence[OwnOrder], customer: int, unit: Decimal) -> Outlook:
    """The customer's outlook.

    Args:
        opened: The snapshot: its date, its model.
        orders: All orders; those of the date and later do not count.
        customer: The customer's number.
        unit: All totals of money are its multiples.
    """
    model = opened.model
    scheme, cells = kept_scheme(model.scheme, model.scheme_text), every_cell(model.scale.scores)
    named = scheme.cells(model.scale.scores) if scheme else dict.fromkeys(cells)
    fallback = scheme.fallback if scheme else UNCLASSIFIED
    rules = Rules(
        model,
        {cell: segment or fallback for cell, segment in named.items()},
        opened.ranking if opened.is_ranked else (),
        unit,
        str(customer),
    )
    counted = tuple(Order(one.at, one.net, one.state) for one in orders if one.place != AFTER)
    return Outlook(Holdings(counted, ComingDays(opened)), rules)


def published_row(place: Workplace, opened: Opened, customer: int) -> dict[str, Any] | None:
    """What the snapshot says of the customer; None: it does not score them.

    Where it has a dwell rule, the segment of the scores stands beside the published one.
    """
    shared = {"file": literal(str(opened.customers)), "customer": literal(customer)}
    known = place.engine.columns(render(_PUBLISHED, columns=Sql("*"), **shared))
    columns = [column for column in (*_COLUMNS, COMPUTED) if column in known]
    rows = place.engine.rows(render(_PUBLISHED, columns=joined(map(name, columns)), **shared))
    return dict(zip(columns, rows[0], strict=True)) if rows else None


def prove(opened: Opened, outlook: Outlook, published: dict[str, Any]) -> None:
    """Hold the outlook's first day against what was published.

    Raises:
        StoreError: The snapshot does not follow from its orders and its model.
    """
    now = outlook.on(0)
    code = opened.model.scale.code(*now.cell)
    found = now.recency, now.frequency, now.monetary, code, now.segment
    segment = COMPUTED if COMPUTED in published else "segment"
    if found != tuple(published[key] for key in ("recency_days", "frequency", "monetary", "rfm", segment)):
        message = f"the customer's row in the snapshot {opened.snapshot.spoken} does not follow from the orders"
        fix = f"publish it anew: quintile run SOURCE --project DIR --as-of {opened.snapshot.as_of} --backfill"
        raise StoreError("store", message, fix=fix, place=Place(str(opened.snapshot.folder)))
