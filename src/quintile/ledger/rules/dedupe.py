"""Dedupe: an order (or line) that comes again with the same content is dropped and counted; with another content all of
its rows are quarantined, since nobody can say which one is true. An order id with two customers is quarantined too.

Only orders that can hold a repetition are looked at again, row by row; all others are proven clean by the grouping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.fate import DUPLICATE, PURCHASE, QUARANTINED, REFUND
from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.rules.lines import BY_ORDER, PARTS

if TYPE_CHECKING:
    from quintile.engine.base import Engine

_SUSPECTS = """
SELECT DISTINCT order_id FROM {parts}
WHERE fate IN ({purchase}, {refund}) AND order_id IS NOT NULL AND (customer_key <> other_customer OR {repeated})
UNION
SELECT order_id FROM {parts} AS paid_back JOIN {parts} AS bought USING (order_id)
WHERE paid_back.fate = {refund} AND bought.fate = {purchase} AND paid_back.customer_key <> bought.customer_key
"""
_IN_TWO_CURRENCIES = """
UNION SELECT order_id FROM {parts} WHERE fate IN ({purchase}, {refund}) AND order_id IS NOT NULL
GROUP BY order_id, fate HAVING count(*) > 1
"""
_REPEATED = {"order": "lines > 1", "line": "bit_count(marks) < lines", "none": "false"}

# A key is an order, or an order's line; {sign} keeps a refund row apart from the purchase row it pays back.
_JUDGED = """
WITH suspected AS (
    SELECT * FROM {rows} SEMI JOIN {suspects} USING (order_id) WHERE fate IN ({purchase}, {refund})
), counted AS (
    SELECT *,
        row_number() OVER same_content AS copy,
        min(customer_key) OVER same_order AS first_customer,
        max(customer_key) OVER same_order AS last_customer,
        min(content) OVER same_key AS first_content,
        max(content) OVER same_key AS last_content
    FROM (SELECT *, {key} AS key, {content} AS content FROM suspected)
    WINDOW same_content AS (PARTITION BY order_id, key, fate, content),
           same_key AS (PARTITION BY order_id, key, fate),
           same_order AS (PARTITION BY order_id)
)
SELECT * EXCLUDE (fate, key, content, copy, first_customer, last_customer, first_content, last_content),
    CAST(CASE
        WHEN first_customer <> last_customer THEN {customer_conflict}
        WHEN first_content <> last_content AND NOT {may_differ} THEN {content_conflict}
        WHEN copy > 1 THEN {duplicate}
        ELSE fate
    END AS UTINYINT) AS fate
FROM counted
"""
_CONTENT = "concat_ws(chr(31), customer_key, ordered_at, amount, refund, currency)"
_REST = "SELECT * FROM {parts} ANTI JOIN {suspects} USING (order_id)"
_OTHER_FATES = (
    "SELECT {parts}.* FROM {parts} SEMI JOIN {suspects} USING (order_id) WHERE fate NOT IN ({purchase}, {refund})"
)


def settle_repeats(engine: Engine, rows: Sql, parts: Sql, *, key: str, has_currency: bool) -> Sql | None:
    """Find and settle repeated and conflicting orders; nothing is done when the grouping already proves there are none.

    Args:
        engine: Where the tables are.
        rows: The ledger's rows, one per source row.
        parts: ``order_parts`` as grouped.
        key: ``order`` (one row is one order), ``line`` (the mark is a line's own key) or ``none`` (lines without
            a key: repeated lines are real until the user says otherwise, only customers are compared).
        has_currency: Whether parts of one order can stand in several currencies.

    Returns:
        The table of judged rows (same columns as ``rows``), or None when nothing was suspected.
    """
    codes = {"purchase": literal(PURCHASE), "refund": literal(REFUND)}
    found = render(_SUSPECTS, parts=parts, repeated=Sql(_REPEATED[key]), **codes)
    if has_currency and key == "order":
        found = joined([found, render(_IN_TWO_CURRENCIES, parts=parts, **codes)], " ")
    suspects = engine.table("suspects", found)
    if not engine.rows(render("SELECT count(*) FROM {suspects}", suspects=suspects))[0][0]:
        return None
    # Refunds of one order may come in several rows; without a line key nothing says that lines must differ.
    may_differ = {"order": render("fate = {refund}", refund=codes["refund"]), "line": Sql("false"), "none": Sql("true")}
    judged = engine.table(
        "judged_rows",
        render(
            _JUDGED,
            rows=rows,
            suspects=suspects,
            key=Sql({"order": "0", "line": "line", "none": "0"}[key]),
            content=Sql(_CONTENT if key != "none" else "0"),
            may_differ=may_differ[key],
            customer_conflict=literal(QUARANTINED["order_customer_conflict"]),
            content_conflict=literal(QUARANTINED["duplicate_order_conflict"]),
            duplicate=literal(DUPLICATE) if key != "none" else Sql("fate"),
            **codes,
        ),
    )
    untouched = render(_REST, parts=parts, suspects=suspects)
    others = render(_OTHER_FATES, parts=parts, suspects=suspects, **codes)
    again = render(BY_ORDER, rows=judged, which=literal(value=True))
    engine.table(
        "parts_settled",
        render("({a}) UNION ALL BY NAME ({b}) UNION ALL BY NAME ({c})", a=untouched, b=others, c=again),
    )
    engine.table(PARTS, Sql("SELECT * FROM parts_settled"))
    engine.drop("parts_settled")
    return judged
