"""Warned: what is told of a ledger that is odd and yet may be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.fate import KEPT
from quintile.domain.statuses import PENDING_COUNTS
from quintile.domain.words import counted
from quintile.engine.render import Sql, literal, render
from quintile.ledger.rules.statuses import PARTLY_REFUNDED
from quintile.ledger.twins import differ_only_by_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.domain.settings import LedgerSettings
    from quintile.engine.base import Engine
    from quintile.ledger.rules.lines import Lines
    from quintile.ledger.untouched import Untouched

MOST_STATUSES = 5
_EFFECTS = {  # of a refund that belongs to no order, by the policy for refunds
    "net": "such rows lower their customer's money, never the number of orders",
    "gross": "such rows are ignored, as all refunds are (--refunds gross)",
    "exclude_order": "such rows are ignored, since there is no order to leave out (--refunds exclude_order)",
}

_EQUAL_ROWS = """
SELECT coalesce(sum(copies - 1), 0) FROM (
    SELECT count(*) AS copies FROM {rows} WHERE fate = {kept} AND order_id IS NULL
    GROUP BY customer_key, ordered_at, amount HAVING count(*) > 1
)
"""


def twins(
    engine: Engine, orders: Sql, key: str, key_type: str, untouched: Untouched | None
) -> Iterator[dict[str, Any]]:
    """Ids that differ only by case; kept orders hold numbers, so that their ids are looked up."""
    if untouched is None:
        return differ_only_by_case(engine, orders, key, key_type)
    return differ_only_by_case(engine, untouched.ids(orders), key, key_type, among=untouched.every_id())


def equal_rows(engine: Engine, rows: Sql, lines: Lines) -> Iterator[dict[str, Any]]:
    """Rows that equal another one and carry no order id."""
    if not lines.has_order_id and not lines.by_day:
        copies = int(engine.rows(render(_EQUAL_ROWS, rows=rows, kept=literal(KEPT)))[0][0])
        yield from _warning(
            "equal_rows",
            copies,
            f"{counted(copies, 'row is', 'rows are')} equal to another row and carry no order id: kept, since they are"
            " often real purchases; write --duplicates row to drop them",
        )


def beyond(beyond: int, settings: LedgerSettings) -> Iterator[dict[str, Any]]:
    """Orders that were paid back more than they cost."""
    nets = settings.refunds == "net"
    effect = "the rest lowers the customer's money" if nets else f"the rest is ignored (--refunds {settings.refunds})"
    yield from _warning(
        "refund_exceeds_order",
        beyond,
        counted(beyond, "order was paid back more than it cost", "orders were paid back more than they cost")
        + f": the order counts for nothing, {effect}",
    )


def orphans(alone: int, returned: int, settings: LedgerSettings) -> Iterator[dict[str, Any]]:
    """Refund rows without an order, and rows of the table of returns without one; their orders help unless ignored."""
    parts = []
    if alone:
        rows = counted(alone, "refund row belongs", "refund rows belong")
        parts.append(f"{rows} to no order of the source: {_EFFECTS[settings.refunds]}")
    if returned:
        rows = counted(returned, "row of the table of returns names", "rows of the table of returns name")
        parts.append(f"{rows} no order or line of the source: such rows do nothing")
    if settings.refunds != "gross":
        parts.append("give a source that holds the orders too, if there is one")
    yield from _warning("orphan_refund", alone + returned, "; ".join(parts))


def statuses_met(met: list[tuple[str, int]], partly: int) -> Iterator[dict[str, Any]]:
    """Statuses that no list knows, pending ones that count, and orders paid back in part, nobody knows how much."""
    pending = sum(rows for word, rows in met if word == PENDING_COUNTS)
    yield from _warning(
        "pending_counted",
        pending,
        f"rows of pending orders that are paid on delivery or by hand count unless cancelled ({pending:,}); to leave"
        " them out write --exclude cancelled,failed,pending,test",
    )
    yield from _warning(
        "unknown_refund",
        partly,
        f"{counted(partly, 'order is', 'orders are')} said to be refunded in part, but nothing says how much, so that"
        " such orders count in full; name the column of refunds with --map refund=COLUMN, or give --returns FILE",
    )
    unknown = [(word, rows) for word, rows in met if word not in {PENDING_COUNTS, *PARTLY_REFUNDED}]
    listed = ", ".join(f"'{met}' ({rows:,})" for met, rows in unknown[:MOST_STATUSES])
    yield from _warning(
        "unknown_status",
        sum(rows for _, rows in unknown),
        f"statuses that no list knows count as good orders: {listed}"
        + (f" and {len(unknown) - MOST_STATUSES} more" if len(unknown) > MOST_STATUSES else "")
        + "; name those that do not under [ledger.statuses] in quintile.toml",
    )


def _warning(code: str, rows: int, message: str) -> Iterator[dict[str, Any]]:
    if rows:
        yield {"code": code, "rows": rows, "message": message}
