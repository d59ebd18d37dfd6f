"""Lines to orders: rows of one order become one order; lines, payments and rows are never counted as orders.

The result, ``order_parts``, has one row per order and fate, so that the same single pass also tallies what is
quarantined, excluded or refunded. Two ways of reading a row:

- grain ``order`` or ``line``: rows with the same order id belong together; a row without an order id is its own order
- grain ``day``: all rows of a customer's day belong together
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quintile.domain.fate import KEPT
from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

Grain = Literal["order", "line", "day"]
PARTS, PARTS_VIEW = "order_parts", "parts"
NARROW, WIDE = 18, 38

# The first purchase's time decides an order's date, so times of refunds are shifted behind all others (2 to the 60th
# microseconds, 36,000 years): one aggregate gives the order's time and says whether anything was bought at all.
SHIFT = 1 << 60

# two_customers: one order id names two customers. marks counts distinct lines: each line sets one of 64 bits, so as
# many bits as rows prove that no line came twice, without a second grouping. Most orders have no refund row, and a test
# for nothing is cheaper than a cast of it.
_MONEY = """
       min(epoch_us(ordered_at) + CAST(amount < 0 AS BIGINT) * {shift}) AS first_us,
       TRY_CAST(sum(amount) AS {money}) AS amount,
       CASE WHEN sum(amount) FILTER (amount < 0) IS NULL THEN CAST(0 AS {money})
            ELSE TRY_CAST(sum(amount) FILTER (amount < 0) AS {money}) END AS paid_back,
       {refund} AS refund, CAST(count(*) AS INTEGER) AS lines, {marks} AS marks
"""
_BY_ORDER = """
SELECT order_id, {fate} AS fate, {currency} AS currency, {customer} AS customer_key, {two_customers} AS two_customers,
       {sums}
FROM {rows} WHERE {which}
GROUP BY {keys}
"""
_BY_DAY = """
SELECT CAST(CAST({time} AS DATE) AS VARCHAR) AS order_id, fate, {currency} AS currency,
       customer_key, false AS two_customers, {sums}
FROM {rows}
GROUP BY ALL
"""
_WALL_TIME = "timezone({zone}, timezone('UTC', {time}))"
_SINGLE = """
SELECT order_id, fate, {currency} AS currency, customer_key, false AS two_customers,
       epoch_us(ordered_at) + CAST(amount < 0 AS BIGINT) * {shift} AS first_us,
       TRY_CAST(amount AS {money}) AS amount, TRY_CAST(least(amount, 0) AS {money}) AS paid_back,
       {refund} AS refund, 1 AS lines, {nothing} AS marks
FROM {rows} WHERE order_id IS NULL
"""
# Grouped by order and customer, each order has one customer if its id came out once: if the ids set as many bits as
# there are orders. A second key is cheaper than the least and the greatest customer of each order.
_REACH = "SELECT min(order_id), max(order_id) FROM {rows}"
_IDS_ARE_UNIQUE = """
SELECT bit_count(bitstring_agg(order_id, {least}, {most})) = count(order_id) FROM {parts}
"""
_NOTHING = Sql("CAST(NULL AS UTINYINT)")
_KEPT = render("CAST({kept} AS UTINYINT)", kept=literal(KEPT))
_IS_KEPT = render("fate = {kept}", kept=literal(KEPT))
_IS_NOT_KEPT = render("fate <> {kept}", kept=literal(KEPT))
_ROWS_IN = "SELECT coalesce(sum(lines), 0) FROM {parts}"
_ALL_PARTS = "SELECT * FROM {parts} UNION ALL BY NAME ({others})"
_SPARSELY = "SELECT * EXCLUDE ({columns}) FROM ({query})"
_IN_FULL = "SELECT *, {constants} FROM {stored}"
_ORDERS_WITHOUT_ID = "SELECT count(*) FROM {parts} WHERE order_id IS NULL AND lines > 1"
# A bit for each possible id: at ten million rows at most twenty megabytes.
_MOST_IDS_A_ROW, _MOST_IDS = 16, 900_000_000


def grain_of(transactions: Transactions, settings: LedgerSettings) -> Grain:
    """What one row is: as the user says, or as the columns say (a line number or a unit price make order lines)."""
    if settings.grain is not None:
        return settings.grain
    is_line = {"line", "unit_price"} & set(transactions.columns) and "order" in transactions.roles
    return "line" if is_line else "order"


@dataclass(frozen=True)
class Lines:
    """How rows are grouped, and which optional columns they really have: grouping by an empty one is not free.

    ``digits`` and ``decimals`` are those of the money; 18 digits are summed much faster than 38. ``has_close_ids``
    says that orders and customers are numbered, orders without wide gaps. ``zone`` is the shop's if times are in UTC.
    """

    by_day: bool
    has_order_id: bool
    has_currency: bool
    has_refund: bool
    has_marks: bool
    has_close_ids: bool
    decimals: int
    digits: int = NARROW
    has_returns: bool = False
    zone: str | None = None

    def by_order(self, rows: Sql, which: Sql, *, are_kept: bool = False, of_one: bool = False) -> Sql:
        """The query that groups rows by their order id.

        Rows known to be kept need no fate among the keys. ``of_one`` takes it that no order has two customers: whoever
        asks for it must prove it.
        """
        keys = ["order_id"] + ([] if are_kept else ["fate"]) + (["currency"] if self.has_currency else [])
        return render(
            _BY_ORDER,
            rows=rows,
            which=which,
            keys=joined(Sql(key) for key in [*keys, *(["customer_key"] if of_one else [])]),
            fate=_KEPT if are_kept else Sql("fate"),
            customer=Sql("customer_key" if of_one else "min(customer_key)"),
            two_customers=Sql("false" if of_one else "min(customer_key) <> max(customer_key)"),
            currency=self._currency,
            sums=self._sums,
        )

    def absent(self) -> dict[str, Sql]:
        """The columns of order parts that say nothing, because the source has none such, with their one value."""
        present = {"currency": self.has_currency, "refund": self.has_refund, "marks": self.has_marks}
        return {column: _NOTHING for column, is_present in present.items() if not is_present}

    def by_customer_day(self, rows: Sql) -> Sql:
        """The query that groups rows by customer and day."""
        return render(
            _BY_DAY, time=self.wall_time(Sql("ordered_at")), rows=rows, currency=self._currency, sums=self._sums
        )

    def wall_time(self, time: Sql) -> Sql:
        """A time of the rows as the shop's clock shows it."""
        return time if self.zone is None else render(_WALL_TIME, time=time, zone=literal(self.zone))

    def single(self, rows: Sql) -> Sql:
        """The query that takes every row without an order id as its own order."""
        refund = render("TRY_CAST(refund AS {money})", money=self.money) if self.has_refund else _NOTHING
        shared = {"money": self.money, "shift": literal(SHIFT), "currency": self._currency, "nothing": _NOTHING}
        return render(_SINGLE, rows=rows, refund=refund, **shared)

    @property
    def money(self) -> Sql:
        """The type of sums of money."""
        return Sql(f"DECIMAL({self.digits}, {self.decimals})")

    @property
    def _currency(self) -> Sql:
        return Sql("currency") if self.has_currency else _NOTHING

    @property
    def _sums(self) -> Sql:
        refund = render("TRY_CAST(sum(refund) AS {money})", money=self.money) if self.has_refund else _NOTHING
        return render(
            _MONEY,
            shift=literal(SHIFT),
            money=self.money,
            refund=refund,
            marks=Sql("bit_or(mark)") if self.has_marks else _NOTHING,
        )


def are_close(engine: Engine, transactions: Transactions) -> bool:
    """Whether the order ids, which are numbers, leave no wide gaps; a Parquet file tells it without a scan."""
    least, most = engine.rows(render(_REACH, rows=name(transactions.table)))[0]
    return least is not None and most - least < min(_MOST_IDS_A_ROW * transactions.rows, _MOST_IDS)


def group_lines(engine: Engine, rows: Sql, lines: Lines, count: int) -> Sql:
    """Group the ledger's rows into order parts.

    Args:
        engine: Where the rows are.
        rows: View with order_id, mark, customer_key, ordered_at, amount, refund, currency, fate.
        lines: How they are grouped.
        count: How many rows there are.

    Returns:
        The view ``parts`` over the table ``order_parts``: one row per order, fate and currency; a sum of money too
        large for the digits is NULL.
    """
    if lines.by_day:
        return _stored(engine, lines.by_customer_day(rows), lines.absent())
    if not lines.has_order_id:
        return _stored(engine, lines.single(rows), lines.absent())
    parts = _by_order(engine, rows, lines, count)
    if engine.rows(render(_ORDERS_WITHOUT_ID, parts=parts))[0][0]:
        named = lines.by_order(rows, Sql("order_id IS NOT NULL"))
        both = render("({named}) UNION ALL BY NAME ({single})", named=named, single=lines.single(rows))
        parts = replace_parts(engine, both)
    return parts


def replace_parts(engine: Engine, query: Sql) -> Sql:
    """Put a query's rows in the place of the order parts, which it may read; returns the view ``parts``."""
    return engine.view(PARTS_VIEW, render("SELECT * FROM {stored}", stored=engine.table(PARTS, query)))


def _stored(engine: Engine, query: Sql, constants: dict[str, Sql]) -> Sql:
    """Store the parts without columns of one value: at ten million rows each of them costs time, and text memory."""
    if not constants:
        return replace_parts(engine, query)
    columns = joined(Sql(column) for column in constants)
    stored = engine.table(PARTS, render(_SPARSELY, columns=columns, query=query))
    told = joined(render("{value} AS {column}", value=value, column=Sql(column)) for column, value in constants.items())
    return engine.view(PARTS_VIEW, render(_IN_FULL, constants=told, stored=stored))


def _by_order(engine: Engine, rows: Sql, lines: Lines, count: int) -> Sql:
    """Kept rows are grouped first and alone, since most sources hold hardly any others."""
    parts = _kept(engine, rows, lines, of_one=lines.has_close_ids)
    if lines.has_close_ids and not _are_of_one(engine, parts):
        parts = _kept(engine, rows, lines, of_one=False)
    if engine.rows(render(_ROWS_IN, parts=parts))[0][0] != count:
        others = lines.by_order(rows, _IS_NOT_KEPT)
        parts = replace_parts(engine, render(_ALL_PARTS, parts=parts, others=others))
    return parts


def _kept(engine: Engine, rows: Sql, lines: Lines, *, of_one: bool) -> Sql:
    constants = {**lines.absent(), "fate": _KEPT} | ({"two_customers": Sql("false")} if of_one else {})
    return _stored(engine, lines.by_order(rows, _IS_KEPT, are_kept=True, of_one=of_one), constants)


def _are_of_one(engine: Engine, parts: Sql) -> bool:
    """Whether parts grouped by order and customer hold every order once."""
    least, most = engine.rows(render(_REACH, rows=parts))[0]
    if least is None:
        return True
    query = render(_IDS_ARE_UNIQUE, parts=parts, least=_whole(least), most=_whole(most))
    return bool(engine.rows(query)[0][0])


def _whole(number: int) -> Sql:
    return render("CAST({number} AS BIGINT)", number=literal(number))
