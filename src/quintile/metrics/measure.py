"""measure: recency, frequency and monetary of each customer in the observation window.

Recency comes from purchases only, frequency counts orders, monetary is net of refunds. Money that went back without a
known order lowers the monetary of a customer who bought in the window; it never makes anyone a customer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.domain.window import ObservationWindow
from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine

RFM = "rfm"
AVERAGE_DECIMALS = 12

_BOUGHT = """
SELECT customer_key, min(ordered_at) AS first_at, max(ordered_at) AS last_at,
       CAST(count(*) AS INTEGER) AS frequency, sum(net) AS bought
FROM {orders}
WHERE state = {purchase} AND {inside}
GROUP BY customer_key
"""
_PAID_BACK = """
SELECT customer_key, sum(net) AS paid_back FROM {orders}
WHERE state IN ({refunded}, {refund_only}) AND net <> 0 AND {inside}
GROUP BY customer_key
"""
_MEASURED = """
SELECT customer_key, {first_order} AS first_order, {last_order} AS last_order, {recency} AS recency_days,
       frequency, {monetary} AS monetary {revenue}
FROM {sums}
"""
# Customers of a wider population who did not buy in the window: frequency 0, nothing spent, no recency.
_WIDER = """
SELECT customer_key, first_order, last_order, recency_days, coalesce(frequency, 0) AS frequency,
       coalesce(monetary, {nothing}) AS monetary {revenue}
FROM ({population}) LEFT JOIN ({measured}) USING (customer_key)
"""
_OF_MOVED = "(SELECT * FROM {orders} SEMI JOIN {moved} USING (customer_key))"
_WITH_CARRIED = "({measured}) UNION ALL BY NAME ({carried})"
_REVENUE = ", CAST({total} AS DECIMAL(38, {decimals})) AS revenue"
_EVER = "SELECT DISTINCT customer_key FROM {orders} WHERE state = {purchase} AND ordered_at < {as_of}"
_AVERAGED = 12  # digits after the point
# Half away from zero at twelve digits, in whole numbers: the same on every machine.
_AVERAGE = """
CAST(sign({total}) * ((2 * CAST(abs({total}) * 1000000000000 AS HUGEINT) + frequency) // (2 * frequency))
     AS DECIMAL(38, 0)) * 0.000000000001
"""


@dataclass(frozen=True)
class Sums:
    """What the window holds of each customer: FROM clause with customer_key, first_at, last_at, frequency, bought.

    With refunds without an order also ``paid_back``. ``carried`` is a query of shape RFM of those buyers of the window
    who need not be summed again.
    """

    rows: Sql
    refunds_alone: bool
    carried: Sql | None = None


@dataclass(frozen=True)
class Carried:
    """Buyers that were measured before, by sums of money in calendar days, and need not be again.

    ``rows`` is the query of what is known of them, shape RFM; ``moved`` the table of the keys of all others.
    """

    moved: Sql
    rows: Sql


@dataclass(frozen=True)
class Clock:
    """The analysis moment on the ledger's clock, and the window's edges; days are the shop's days.

    With calendar recency ``ordered_at`` is the shop's wall time; with elapsed recency it is the instant in UTC.
    """

    window: ObservationWindow
    time_zone: str
    elapsed: bool
    moment: datetime

    @classmethod
    def at(cls, as_of: date, model: RfmModel, time_zone: str) -> Clock:
        """The clock for an analysis date (its midnight in the shop's zone) or, for elapsed recency, a moment of it."""
        elapsed, window = model.recency == "elapsed", ObservationWindow(as_of, model.window)
        if not elapsed:
            window = replace(window, as_of=window.day)
        return cls(window, time_zone, elapsed, _on(as_of, time_zone, elapsed=elapsed))

    def before_end(self) -> Sql:
        """The test that an order lies before the analysis moment."""
        return render("ordered_at < {end}", end=literal(self.moment))

    @property
    def first(self) -> datetime | None:
        """The moment at which the window begins; None: it has no beginning."""
        start = self.window.start
        return None if start is None else _on(start, self.time_zone, elapsed=self.elapsed)

    def inside(self) -> Sql:
        """The test that an order lies in the window."""
        end, first = self.before_end(), self.first
        return end if first is None else render("ordered_at >= {first} AND {end}", first=literal(first), end=end)

    def day(self, column: Sql) -> Sql:
        """The shop's day of a time."""
        if self.elapsed:
            column = render("timezone({zone}, timezone('UTC', {column}))", zone=literal(self.time_zone), column=column)
        return render("CAST({column} AS DATE)", column=column)

    def recency(self) -> Sql:
        """Whole days from the last order: calendar days, or full 24 hours."""
        if self.elapsed:
            return render(
                "CAST((epoch_us({moment}) - epoch_us(last_at)) // 86400000000 AS INTEGER)",
                moment=literal(self.moment),
            )
        return render("CAST({as_of} - CAST(last_at AS DATE) AS INTEGER)", as_of=literal(self.window.as_of))


def measure(  # noqa: PLR0913 - what is measured, of whom, and what is known already
    engine: Engine,
    ledger: Ledger,
    model: RfmModel,
    clock: Clock,
    *,
    refunds_alone: bool = True,
    population: Sql | None = None,
    carried: Carried | None = None,
) -> Sql:
    """Recency, frequency and monetary of every customer of the population.

    An order on the day before ``as_of`` gives recency 1; smaller is better. Orders on ``as_of`` itself do not count.

    Args:
        engine: Where the orders are.
        ledger: Its ``orders`` table has shape ORDERS.
        model: Its recency, monetary and population are used.
        clock: The window on the ledger's clock.
        refunds_alone: Whether the window holds refunds without an order; without them a join is spared.
        population: Table with ``customer_key`` of the people to score; None for the model's buyers or ever-buyers.
        carried: Buyers measured before; only the others are measured now.

    Returns:
        Table ``rfm`` of shape RFM, in the order of keys: ids, or in a project numbers; with an average for monetary
        also ``revenue``, the sum behind it. Without an order in the window a customer of a wider population has
        frequency 0, monetary 0 and no recency; such customers do not appear among plain buyers.
    """
    inside, orders = clock.inside(), orders_between(ledger, clock.first, clock.moment)
    if carried is not None:
        orders = render(_OF_MOVED, orders=orders, moved=carried.moved)
    purchase = literal(PURCHASE)
    rows = render("({bought})", bought=render(_BOUGHT, orders=orders, purchase=purchase, inside=inside))
    if refunds_alone:
        paid_back = render(
            _PAID_BACK, orders=orders, refunded=literal(REFUNDED), refund_only=literal(REFUND_ONLY), inside=inside
        )
        rows = render("{bought} LEFT JOIN ({paid_back}) USING (customer_key)", bought=rows, paid_back=paid_back)
    if population is None and model.population == "ever":
        ever = render(_EVER, orders=Sql(ledger.orders), purchase=purchase, as_of=literal(clock.moment))
        population = render("({ever})", ever=ever)
    sums = Sums(rows, refunds_alone, None if carried is None else carried.rows)
    return rfm_of(engine, ledger, model, clock, sums, population)


def orders_between(ledger: Ledger, first: datetime | None, last: datetime) -> Sql:
    """The orders, without those of months that have no part in the time from ``first`` up to ``last``.

    All of them where they are not kept by month.
    """
    months = ledger.months
    if months is None:
        return Sql(ledger.orders)
    return render("({orders})", orders=Sql(months.orders(months.between(first, last))))


def rfm_of(engine: Engine, ledger: Ledger, model: RfmModel, clock: Clock, sums: Sums, population: Sql | None) -> Sql:
    """Table ``rfm`` as ``measure`` makes it, from what the window holds of each customer.

    Args:
        engine: Where the sums are.
        ledger: Says how money and customers are written.
        model: Its recency and monetary are used.
        clock: The window.
        sums: One row for each buyer of the window.
        population: Table with ``customer_key`` of the people to score; None for the buyers.
    """
    total = Sql("bought + coalesce(paid_back, 0)" if sums.refunds_alone else "bought")
    is_average = model.monetary == "average"
    measured = render(
        _MEASURED,
        first_order=clock.day(Sql("first_at")),
        last_order=clock.day(Sql("last_at")),
        recency=clock.recency(),
        monetary=monetary_of(ledger, model, total),
        revenue=render(_REVENUE, total=total, decimals=literal(ledger.decimals)) if is_average else Sql(""),
        sums=sums.rows,
    )
    if sums.carried is not None:
        measured = render(_WITH_CARRIED, measured=measured, carried=sums.carried)
    if population is None:
        return engine.table(RFM, _in_order(measured, ledger))
    people = render("SELECT customer_key FROM {population}", population=population)
    sum_of_nothing = f"CAST(0 AS DECIMAL(38, {ledger.decimals}))"
    revenue = Sql(f", coalesce(revenue, {sum_of_nothing}) AS revenue" if is_average else "")
    digits = f"38, {_AVERAGED}" if is_average else f"{ledger.digits}, {ledger.decimals}"
    nothing = Sql(f"CAST(0 AS DECIMAL({digits}))")
    wider = render(_WIDER, population=people, measured=measured, revenue=revenue, nothing=nothing)
    return engine.table(RFM, _in_order(wider, ledger))


def monetary_of(ledger: Ledger, model: RfmModel, total: Sql) -> Sql:
    """The monetary of a customer out of the sum of their money in a window; an average looks at ``frequency``."""
    if model.monetary == "average":
        return render(_AVERAGE, total=render("({total})", total=total))
    return render("CAST({total} AS {money})", total=total, money=Sql(f"DECIMAL({ledger.digits}, {ledger.decimals})"))


def _in_order(measured: Sql, ledger: Ledger) -> Sql:
    """Numbers in number order, other ids the shorter first: as people count, and the same for any order of rows."""
    # In a project orders carry numbers in place of ids.
    by_number = ledger.key_type == "BIGINT" or ledger.names is not None
    order = "customer_key" if by_number else "length(customer_key), customer_key"
    return render("{measured} ORDER BY {order}", measured=measured, order=Sql(order))


def _on(day: date, time_zone: str, *, elapsed: bool) -> datetime:
    """A shop's day or moment on the ledger's clock: wall time, or the UTC instant when days are counted in hours."""
    moment = day if isinstance(day, datetime) else datetime.combine(day, time.min)
    if not elapsed:
        return moment
    return moment.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC).replace(tzinfo=None)
