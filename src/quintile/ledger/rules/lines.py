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
from quintile.engine.render import Sql, joined, literal, render

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

Grain = Literal["order", "line", "day"]
PARTS = "order_parts"
NARROW, WIDE = 18, 38

# The first purchase's time decides an order's date, so times of refunds are shifted behind all others (2 to the 60th
# microseconds, 36,000 years): one aggregate gives the order's time and says whether anything was bought at all.
SHIFT = 1 << 60

# two_customers: one order id names two customers. marks counts distinct lines: each line sets one of 64 bits, so as
# many bits as rows prove that no line came twice, without a second grouping. A column the source does not have is a
# byte of nothing: at ten million rows an empty text column would cost a hundred megabytes.
_MONEY = """
       min(epoch_us(ordered_at) + CAST(amount < 0 AS BIGINT) * {shift}) AS first_us,
       TRY_CAST(sum(amount) AS {money}) AS amount,
       TRY_CAST(coalesce(sum(amount) FILTER (amount < 0), 0) AS {money}) AS paid_back,
       {refund} AS refund, CAST(count(*) AS INTEGER) AS lines, {marks} AS marks
"""
_BY_ORDER = """
SELECT order_id, {fate} AS fate, {currency} AS currency, min(customer_key) AS customer_key,
       {two_customers} AS two_customers,
       {sums}
FROM {rows} WHERE {which}
GROUP BY {keys}
"""
_BY_DAY = """
SELECT CAST(CAST(ordered_at AS DATE) AS VARCHAR) AS order_id, fate, {currency} AS currency,
       customer_key, false AS two_customers, {sums}
FROM {rows}
GROUP BY ALL
"""
_SINGLE = """
SELECT order_id, fate, {currency} AS currency, customer_key, false AS two_customers,
       epoch_us(ordered_at) + CAST(amount < 0 AS BIGINT) * {shift} AS first_us,
       TRY_CAST(amount AS {money}) AS amount, TRY_CAST(least(amount, 0) AS {money}) AS paid_back,
       {refund} AS refund, 1 AS lines, {nothing} AS marks
FROM {rows} WHERE order_id IS NULL
"""
# Every row's key is at least its order's least key, so equal sums prove that each order has one customer. That spares
# one of the dearest columns of the grouping; it needs numbers.
_KEYS_ADD_UP = """
SELECT (SELECT sum(CAST(customer_key AS HUGEINT)) FROM {rows} WHERE {which}) =
       (SELECT sum(CAST(customer_key AS HUGEINT) * lines) FROM {parts})
"""
_NOTHING = Sql("CAST(NULL AS UTINYINT)")
_KEPT = render("CAST({kept} AS UTINYINT)", kept=literal(KEPT))
_IS_KEPT = render("fate = {kept}", kept=literal(KEPT))
_IS_NOT_KEPT = render("fate <> {kept}", kept=literal(KEPT))
_ROWS_IN = "SELECT coalesce(sum(lines), 0) FROM {parts}"
_ALL_PARTS = "SELECT * FROM {parts} UNION ALL BY NAME ({others})"
_ORDERS_WITHOUT_ID = "SELECT count(*) FROM {parts} WHERE order_id IS NULL AND lines > 1"


def grain_of(transactions: Transactions, settings: LedgerSettings) -> Grain:
    """What one row is: as the user says, or as the columns say (a line number or a unit price make order lines)."""
    if settings.grain is not None:
        return settings.grain
    is_line = {"line", "unit_price"} & set(transactions.columns) and "order" in transactions.roles
    return "line" if is_line else "order"


@dataclass(frozen=True)
class Lines:
    """How rows are grouped, and which optional columns they really have: grouping by an empty one is not free.

    ``digits`` and ``decimals`` are those of the money; 18 digits are summed much faster than 38.
    """

    by_day: bool
    has_order_id: bool
    has_currency: bool
    has_refund: bool
    has_marks: bool
    has_number_keys: bool
    decimals: int
    digits: int = NARROW
    has_returns: bool = False

    def by_order(self, rows: Sql, which: Sql, *, compare_customers: bool = True, are_kept: bool = False) -> Sql:
        """The query that groups rows by their order id; rows known to be kept need no fate among the keys."""
        keys = ["order_id"] + ([] if are_kept else ["fate"]) + (["currency"] if self.has_currency else [])
        return render(
            _BY_ORDER,
            rows=rows,
            which=which,
            keys=joined(Sql(key) for key in keys),
            fate=_KEPT if are_kept else Sql("fate"),
            two_customers=Sql("min(customer_key) <> max(customer_key)" if compare_customers else "false"),
            currency=self._currency,
            sums=self._sums,
        )

    def by_customer_day(self, rows: Sql) -> Sql:
        """The query that groups rows by customer and day."""
        return render(_BY_DAY, rows=rows, currency=self._currency, sums=self._sums)

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


def group_lines(engine: Engine, rows: Sql, lines: Lines, count: int) -> Sql:
    """Group the ledger's rows into order parts.

    Args:
        engine: Where the rows are.
        rows: View with order_id, mark, customer_key, ordered_at, amount, refund, currency, fate.
        lines: How they are grouped.
        count: How many rows there are.

    Returns:
        The table ``order_parts``: one row per order, fate and currency; a sum of money too large for the digits is
        NULL.
    """
    if lines.by_day:
        return engine.table(PARTS, lines.by_customer_day(rows))
    if not lines.has_order_id:
        return engine.table(PARTS, lines.single(rows))
    parts = _by_order(engine, rows, lines, count)
    if engine.rows(render(_ORDERS_WITHOUT_ID, parts=parts))[0][0]:
        named = lines.by_order(rows, Sql("order_id IS NOT NULL"))
        both = render("({named}) UNION ALL BY NAME ({single})", named=named, single=lines.single(rows))
        parts = engine.table(PARTS, both)
    return parts


def _by_order(engine: Engine, rows: Sql, lines: Lines, count: int) -> Sql:
    """Kept rows are grouped first and alone, since most sources hold hardly any others."""
    compare = not lines.has_number_keys
    parts = engine.table(PARTS, lines.by_order(rows, _IS_KEPT, are_kept=True, compare_customers=compare))
    all_kept = engine.rows(render(_ROWS_IN, parts=parts))[0][0] == count
    if lines.has_number_keys:
        which = Sql("true") if all_kept else _IS_KEPT
        if engine.rows(render(_KEYS_ADD_UP, rows=rows, parts=parts, which=which)) == [(False,)]:
            parts = engine.table(PARTS, lines.by_order(rows, _IS_KEPT, are_kept=True))
    if not all_kept:
        others = lines.by_order(rows, _IS_NOT_KEPT)
        parts = engine.table(PARTS, render(_ALL_PARTS, parts=parts, others=others))
    return parts
