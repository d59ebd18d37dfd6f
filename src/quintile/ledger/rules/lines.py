"""Lines to orders: rows of one order become one order; lines, payments and rows are never counted as orders.

The result, ``order_parts``, has one row per order and fate, so that the same single pass also tallies what is
quarantined, excluded or refunded. Two ways of reading a row:

- grain ``order`` or ``line``: rows with the same order id belong together; a row without an order id is its own order
- grain ``day``: all rows of a customer's day belong together
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from quintile.engine.base import Engine

PARTS = "order_parts"

# other_customer differs from customer_key when one order id names two customers. marks counts distinct lines: each
# line sets one of 64 bits, so as many bits as rows prove that no line came twice, without a second grouping.
BY_ORDER = """
SELECT order_id, fate, currency,
       min(customer_key) AS customer_key, max(customer_key) AS other_customer,
       min(ordered_at) AS ordered_at, sum(amount) AS amount, sum(refund) AS refund,
       CAST(count(*) AS INTEGER) AS lines, bit_or(mark) AS marks
FROM {rows} WHERE {which}
GROUP BY order_id, fate, currency
"""
_BY_DAY = """
SELECT CAST(CAST(ordered_at AS DATE) AS VARCHAR) AS order_id, fate, currency,
       customer_key, customer_key AS other_customer,
       min(ordered_at) AS ordered_at, sum(amount) AS amount, sum(refund) AS refund,
       CAST(count(*) AS INTEGER) AS lines, CAST(NULL AS UBIGINT) AS marks
FROM {rows}
GROUP BY ALL
"""
_SINGLE = """
SELECT order_id, fate, currency, customer_key, customer_key AS other_customer, ordered_at,
       amount, refund, 1 AS lines, CAST(NULL AS UBIGINT) AS marks
FROM {rows} WHERE order_id IS NULL
"""
_ORDERS_WITHOUT_ID = """
SELECT count(*) FROM {parts} WHERE order_id IS NULL AND lines > 1
"""


def group_lines(engine: Engine, rows: Sql, *, has_order_id: bool, by_day: bool) -> Sql:
    """Group the ledger's rows into order parts.

    Args:
        engine: Where the rows are.
        rows: View with order_id, mark, customer_key, ordered_at, amount, refund, currency, fate.
        has_order_id: Whether the source names orders at all; without it every row is an order.
        by_day: One order per customer and day, whatever the order ids.

    Returns:
        The table ``order_parts``: one row per order, fate and currency.
    """
    if by_day:
        return engine.table(PARTS, render(_BY_DAY, rows=rows))
    single = render(_SINGLE, rows=rows)
    if not has_order_id:
        return engine.table(PARTS, single)
    parts = engine.table(PARTS, render(BY_ORDER, rows=rows, which=literal(value=True)))
    if engine.rows(render(_ORDERS_WITHOUT_ID, parts=parts))[0][0]:
        named = render(BY_ORDER, rows=rows, which=Sql("order_id IS NOT NULL"))
        both = render("({named}) UNION ALL BY NAME ({single})", named=named, single=single)
        parts = engine.table(PARTS, both)
    return parts
