"""Dedupe: an order (or line) that comes again with the same content is dropped and counted.

With another content all of its rows are quarantined, since nobody can say which one is true; so they are where one row
says that it was cancelled, and with them the lines worth nothing of an order that has no other rows. An order id with
two customers is quarantined too.

Only orders that can hold a repetition are looked at again, row by row; all others are proven clean by the grouping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.fate import DUPLICATE, EXCLUDED, KEPT, QUARANTINED
from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.rules.lines import replace_parts

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.ledger.rules.lines import Lines

JUDGED = "judged_rows"

_SUSPECTS = """
SELECT order_id FROM {parts}
WHERE fate = {kept} AND order_id IS NOT NULL AND (two_customers OR {repeated})
"""
_IN_TWO_CURRENCIES = """
UNION SELECT order_id FROM {parts} WHERE fate = {kept} AND order_id IS NOT NULL
GROUP BY order_id HAVING count(*) > 1 AND {matters}
"""
_CALLED_OFF = """
UNION SELECT order_id FROM {parts}
SEMI JOIN (SELECT order_id FROM {parts} WHERE fate = {cancelled} AND order_id IS NOT NULL) USING (order_id)
WHERE fate = {kept}
"""
# A key is an order, or an order's line; a refund row is kept apart from the purchase row it pays back.
_JUDGED = """
WITH suspected AS (
    SELECT *, {key} AS key, coalesce(amount < 0, false) AS is_refund, {content} AS sold,
        fate = {cancelled} AS is_cancelled
    FROM {rows} SEMI JOIN {suspects} USING (order_id) WHERE fate IN ({kept}, {cancelled})
), compared AS (
    SELECT *,
        row_number() OVER (PARTITION BY order_id, key, is_refund, content) AS copy,
        min(buyer) OVER same_order <> max(buyer) OVER same_order AS two_customers,
        min(content) OVER same_key <> max(content) OVER same_key AS two_contents
    FROM (
        SELECT *, CASE WHEN NOT is_cancelled THEN customer_key END AS buyer,
            CASE WHEN is_cancelled THEN 'cancelled' ELSE sold END AS content
        FROM suspected
    )
    WINDOW same_key AS (PARTITION BY order_id, key, is_refund), same_order AS (PARTITION BY order_id)
)
SELECT * EXCLUDE (fate, found, key, is_refund, is_cancelled, sold, buyer, content, copy, two_customers, two_contents),
    CAST(CASE
        WHEN found = {kept} AND amount = 0 AND max(CASE WHEN found = {content_conflict} THEN 1 ELSE 0 END) OVER same = 1
            AND max(CASE WHEN found = {kept} AND amount <> 0 THEN 1 ELSE 0 END) OVER same = 0 THEN {content_conflict}
        ELSE found
    END AS UTINYINT) AS fate
FROM (
    SELECT *, CASE
        WHEN two_customers THEN {customer_conflict}
        WHEN two_contents AND {must_be_equal} THEN {content_conflict}
        WHEN copy > 1 AND {drop_copies} THEN {duplicate}
        ELSE {kept}
    END AS found
    FROM compared WHERE NOT is_cancelled
)
WINDOW same AS (PARTITION BY order_id)
"""
_CONTENT = "concat_ws(chr(31), customer_key, ordered_at, amount, refund, currency)"
_SETTLED = """
SELECT * FROM {parts} ANTI JOIN {suspects} USING (order_id)
UNION ALL BY NAME
SELECT part.* FROM {parts} AS part SEMI JOIN {suspects} USING (order_id) WHERE fate <> {kept}
UNION ALL BY NAME
({again})
"""


def mark(key: str) -> Sql | None:
    """The bit a row sets in its order's ``marks``: two rows of one key never set two bits; None without a key."""
    if key == "order":
        return Sql("CAST(CASE WHEN amount < 0 THEN 2 ELSE 1 END AS UBIGINT)")
    if key == "line":
        return Sql("CAST(1 AS UBIGINT) << (hash(line, amount < 0) & 63)")
    return None


def settle_repeats(engine: Engine, rows: Sql, parts: Sql, lines: Lines, *, key: str) -> bool:
    """Find and settle repeated and conflicting orders; nothing is done when the grouping already proves there are none.

    Args:
        engine: Where the tables are.
        rows: The ledger's rows, one per source row.
        parts: ``order_parts`` as grouped.
        lines: How the rows were grouped.
        key: ``order`` (one row is one order), ``line`` (a line has its own key) or ``none`` (lines without a key:
            repeated lines are real until the user says otherwise, only customers are compared).

    Returns:
        Whether anything was suspected; then ``judged_rows`` has the suspected orders' rows with their new fates.
    """
    kept, cancelled = literal(KEPT), literal(EXCLUDED["cancelled"])
    repeated = Sql("false" if key == "none" else "bit_count(marks) < lines")
    found = render(_SUSPECTS, parts=parts, repeated=repeated, kept=kept)
    if lines.has_currency:
        # Two currencies of one order are two parts: only an order row must not come twice, but customers must agree.
        matters = Sql(
            "true" if key == "order" else "(min(customer_key) <> max(customer_key) OR bool_or(two_customers))"
        )
        found = joined([found, render(_IN_TWO_CURRENCIES, parts=parts, kept=kept, matters=matters)], " ")
    if key != "none":
        found = joined([found, render(_CALLED_OFF, parts=parts, kept=kept, cancelled=cancelled)], " ")
    suspects = engine.table("suspects", found)
    if not engine.rows(render("SELECT 1 FROM {suspects} LIMIT 1", suspects=suspects)):
        engine.table(JUDGED, render("SELECT * FROM {rows} LIMIT 0", rows=rows))
        return False
    judged = engine.table(
        JUDGED,
        render(
            _JUDGED,
            rows=rows,
            suspects=suspects,
            key=Sql("line" if key == "line" else "0"),
            content=Sql(_CONTENT),
            # Several refunds of one order may differ.
            must_be_equal=Sql({"order": "NOT is_refund", "line": "NOT is_refund", "none": "false"}[key]),
            drop_copies=literal(key != "none"),
            customer_conflict=literal(QUARANTINED["order_customer_conflict"]),
            content_conflict=literal(QUARANTINED["duplicate_order_conflict"]),
            duplicate=literal(DUPLICATE),
            kept=kept,
            cancelled=cancelled,
        ),
    )
    again = lines.by_order(judged, Sql("true"))
    replace_parts(engine, render(_SETTLED, parts=parts, suspects=suspects, kept=kept, again=again))
    return True
