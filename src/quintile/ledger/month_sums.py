"""Month sums: what a project keeps beside the orders of each month, so that months without news are not read again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import KEPT
from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.domain.order_sums import FateSum, MonthSums, StateSum
from quintile.engine.render import Sql, literal, render
from quintile.ledger.rules.lines import SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quintile.engine.base import Engine

PART_MONTH = render("CAST(date_trunc('month', make_timestamp(first_us % {shift})) AS DATE)", shift=literal(SHIFT))

_FATES = """
SELECT {month} AS month, fate, {currency} AS currency, CAST(sum(lines) AS BIGINT), sum(amount), sum(paid_back),
       count_if(amount IS NULL OR paid_back IS NULL)
FROM {parts} WHERE first_us IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_STATES = """
SELECT CAST(date_trunc('month', ordered_at) AS DATE) AS month, state, net = 0 AS is_nothing,
       CAST(sum(lines) AS BIGINT), sum(gross - refunded), sum(net), count_if(gross < refunded),
       min(ordered_at), max(ordered_at)
FROM {orders} GROUP BY ALL ORDER BY ALL
"""
_COLUMN_REFUNDS = """
SELECT {month} AS month, sum(greatest(coalesce(refund, 0), -paid_back) + paid_back) FROM {parts}
WHERE fate = {kept} GROUP BY ALL
"""


def sums_by_month(engine: Engine, parts: Sql, orders: Sql) -> dict[date, MonthSums]:
    """The sums of every month that has a part, in the order of months; rows set aside without a time are of none.

    Args:
        engine: Where both are.
        parts: ``order_parts``, also without columns that say nothing.
        orders: Shape ORDERS, made of them.
    """
    shared = {"parts": parts, "month": PART_MONTH}
    columns = engine.columns(render("SELECT * FROM {parts}", parts=parts))
    currency = Sql("currency" if "currency" in columns else "CAST(NULL AS VARCHAR)")
    fates = _by_month(engine.rows(render(_FATES, currency=currency, **shared)))
    states = _by_month(engine.rows(render(_STATES, orders=orders)))
    refunds: dict[date, Decimal] = {}
    if columns.get("refund", "").startswith("DECIMAL"):
        refunds = dict(engine.rows(render(_COLUMN_REFUNDS, kept=literal(KEPT), **shared)))
    return {
        month: MonthSums(
            tuple(FateSum(*row) for row in rows),
            tuple(StateSum(*row) for row in states.get(month, ())),
            refunds.get(month) or Decimal(0),
        )
        for month, rows in fates.items()
    }


def at_a_glance(row: tuple[Any, ...], months: Iterable[MonthSums]) -> tuple[Any, ...]:
    """What some orders tell, and beside them those of some months.

    First and last purchase, lines, money after refunds, net, lines of refunds alone, orders paid back beyond their
    price.
    """
    every = [row, *map(_glance, months)]
    first, last = ([one[place] for one in every if one[place] is not None] for place in (0, 1))
    sums = (sum(one[place] or 0 for one in every) for place in range(2, len(row)))
    return min(first, default=None), max(last, default=None), *sums


def _glance(month: MonthSums) -> tuple[Any, ...]:
    bought = [state for state in month.states if state.state == PURCHASE]
    return (
        min((state.first_at for state in bought), default=None),
        max((state.last_at for state in bought), default=None),
        sum(state.lines for state in month.states),
        sum(state.after_refunds for state in month.states),
        sum(state.net for state in month.states),
        sum(state.lines for state in month.states if state.state == REFUND_ONLY),
        sum(state.beyond for state in month.states if state.state == REFUNDED),
    )


def _by_month(rows: list[tuple[Any, ...]]) -> dict[date, list[tuple[Any, ...]]]:
    found: dict[date, list[tuple[Any, ...]]] = {}
    for month, *row in rows:
        found.setdefault(month, []).append(tuple(row))
    return found
