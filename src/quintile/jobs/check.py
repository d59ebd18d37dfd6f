"""check: what reading a source would do, without publishing anything; also when it must be rejected."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import Bridge, plain
from quintile.domain.ledger import REFUND_ONLY
from quintile.engine.render import Sql, literal, render
from quintile.errors import DataError
from quintile.jobs.report import assumptions, counts, inputs, set_aside
from quintile.jobs.run import accounted_sources
from quintile.jobs.sufficiency import customer_warnings
from quintile.jobs.workplace import silent, workplace
from quintile.metrics.measure import Clock
from quintile.pipeline import day_after_latest, require_orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.engine.base import Engine
    from quintile.jobs.run import Wish
    from quintile.pipeline import Accounted

_NET = """
SELECT count(*), sum(orders), sum(net), max(orders), count_if(net < 0) FROM (
    SELECT customer_key, count_if(state <> {refund_only}) AS orders, sum(net) AS net FROM {orders} GROUP BY customer_key
)
"""
_NOTHING = {
    "inputs": [],
    "rows_in": 0,
    "rows_kept": 0,
    "rows_quarantined": 0,
    "rows_deduplicated": 0,
    "rows_excluded": 0,
    "customers": 0,
    "orders": 0,
    "net_total": "0",
    "currency": None,
    "assumed": {},
    "quarantine": [],
    "excluded": [],
    "warnings": [],
    "bridge": [],
}


def check(wish: Wish, *, on_step: Callable[[str], None] = silent) -> dict[str, Any]:
    """Read the sources and account for every row; publish nothing.

    Args:
        wish: Sources, settings, analysis date.
        on_step: Told the name of each step as it begins.

    Returns:
        Outcome ``accept``, ``quarantine`` or ``reject``; rows in, kept, quarantined, deduplicated, excluded; customers,
        orders and exact net total of the kept rows before any window; what was assumed; the bridge. A rejection is
        returned, not raised; its ``error`` says what, where, fix.
    """
    try:
        with workplace(wish.files, wish.settings.engine, on_step=on_step) as place:
            accounted = accounted_sources(place, wish)
            found = _found(place.engine, accounted, wish)
    except DataError as error:
        return {"outcome": "reject", **_NOTHING, "error": error.as_dict()}
    outcome = "quarantine" if found["rows_quarantined"] else "accept"
    return {"outcome": outcome, **found, "error": None}


def _found(engine: Engine, accounted: Accounted, wish: Wish) -> dict[str, Any]:
    settings, ledger = accounted.settings, accounted.ledger
    aside = set_aside(engine, accounted)
    per_customer = render(_NET, orders=Sql(ledger.orders), refund_only=literal(REFUND_ONLY))
    customers, orders, net, most_orders, below_zero = engine.rows(per_customer)[0]
    if ledger.last_at is not None:
        model = settings.model.model()
        as_of = wish.as_of or day_after_latest(ledger, model, settings.ledger.time_zone)
        require_orders(engine, ledger, Clock.at(as_of, model, settings.ledger.time_zone))
    return {
        "inputs": inputs(accounted),
        **counts(accounted),
        "customers": customers,
        "orders": int(orders or 0),
        "net_total": plain(net or Decimal(0)),
        "currency": ledger.currency or None,
        "assumed": assumptions(accounted, settings),
        **aside,
        "warnings": [
            *accounted.transactions.warnings,
            *ledger.warnings,
            *customer_warnings(orders=int(orders or 0), most_orders=most_orders or 0, below_zero=below_zero),
        ],
        "bridge": Bridge(tuple(accounted.steps)).as_list(),
    }
