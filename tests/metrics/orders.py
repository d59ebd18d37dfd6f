"""Orders by hand: literal rows become the view and the ledger that the ledger step would have handed on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.ledger import PURCHASE, Ledger
from quintile.engine.render import Sql, joined, literal, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.engine.base import Engine

Order = tuple[str | int, str, str] | tuple[str | int, str, str, int]
"""Customer, time, net, and a state other than a purchase."""

_ROW = """
SELECT CAST({who} AS {key}) AS customer_key, {order} AS order_id, CAST({at} AS TIMESTAMP) AS ordered_at,
       CAST({net} AS DECIMAL(18, 2)) AS gross, CAST(0 AS DECIMAL(18, 2)) AS refunded,
       CAST({net} AS DECIMAL(18, 2)) AS net, 1 AS lines, CAST({state} AS UTINYINT) AS state
"""


def ledger_of(engine: Engine, orders: Sequence[Order], digits: int = 18) -> Ledger:
    """A ledger in euro over literal orders."""
    key = "BIGINT" if all(isinstance(order[0], int) for order in orders) else "VARCHAR"
    selects = [_select(place, order, key) for place, order in enumerate(orders)]
    view = engine.view("orders", joined(selects, " UNION ALL "))
    nothing: dict[str, Any] = {"fates": {}, "column_refunds": Decimal(0), "converted": False, "grain": "order"}
    return Ledger(
        orders=view, key="id", key_type=key, currency="EUR", decimals=2, digits=digits, rows=len(orders), first_at=None,
        last_at=None, lines=len(orders), after_refunds=Decimal(0), net=Decimal(0), **nothing,
    )  # fmt: skip


def _select(place: int, order: Order, key: str) -> Sql:
    who, at, net = order[:3]
    state = order[3] if len(order) > 3 else PURCHASE
    parts = {"who": who, "order": str(place), "at": at, "net": net, "state": state}
    return render(_ROW, key=Sql(key), **{part: literal(value) for part, value in parts.items()})
