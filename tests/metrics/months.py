"""Orders by hand, kept month by month: the ledger that a refresh works on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.order_sums import KeptMonths
from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.month_sums import sums_by_month

if TYPE_CHECKING:
    from quintile.domain.ledger import Ledger
    from quintile.engine.base import Engine

_PARTS = """
SELECT order_id, customer_key, 0 AS fate, NULL AS currency, epoch_us(ordered_at) AS first_us, net AS amount,
       0 AS paid_back, lines FROM {orders}
"""
_OF_MONTHS = "SELECT * FROM {orders} WHERE date_trunc('month', ordered_at) IN ({months})"


def by_month(engine: Engine, ledger: Ledger) -> Ledger:
    """The same ledger, with its months; it has no other orders any more."""
    orders = Sql(ledger.orders)
    sums = sums_by_month(engine, engine.view("parts_by_hand", render(_PARTS, orders=orders)), orders)
    kept = engine.table("orders_by_hand", render("SELECT * FROM {orders}", orders=orders))

    def of(months):
        return render(_OF_MONTHS, orders=kept, months=joined(map(literal, months)) or Sql("NULL"))

    return replace(ledger, orders="nothing_else", months=KeptMonths(sums, of))
