"""Carried: customers of a project whose orders in the window are those of the published snapshot; none is summed again.

Of all others an order came, changed, entered the window or left it.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from quintile.domain.window import ObservationWindow, WindowLength
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.jobs.project.kept_orders import TOUCHED_BEFORE
from quintile.jobs.project.project import RUN_JSON
from quintile.ledger.rules.lines import PARTS
from quintile.metrics.measure import Carried, orders_between

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.metrics.measure import Clock

CUSTOMERS, MOVED = "customers.parquet", "moved_customers"

_MOVED = """
SELECT DISTINCT customer_key FROM (
    SELECT customer_key FROM {before} UNION ALL SELECT customer_key FROM {touched} {crossed}
)
"""
_CROSSED = """
UNION ALL SELECT customer_key FROM {orders} WHERE ordered_at >= {first} AND ordered_at < {last}
"""
_AGED = """
SELECT customer_key, first_order, last_order, CAST(recency_days + {days} AS INTEGER) AS recency_days, frequency,
       monetary
FROM read_parquet({file}) ANTI JOIN {moved} USING (customer_key)
"""


def carried(engine: Engine, snapshot: Path, ledger: Ledger, model: RfmModel, clock: Clock) -> Carried | None:
    """What a refresh may take over from the published snapshot; None where it has to measure everybody.

    Args:
        engine: Where all parts are, the touched ones of before and of now beside them.
        snapshot: The published snapshot, made from the orders before the refresh.
        ledger: All orders from now on.
        model: What is measured.
        clock: The window.
    """
    report = json.loads((snapshot / RUN_JSON).read_text(encoding="utf-8"))
    file = snapshot / CUSTOMERS
    before = date.fromisoformat(report["as_of"]) if _is_alike(report, model) and file.exists() else None
    if before is None or before > clock.window.as_of or not _same_money(engine, file, ledger):
        return None
    was = ObservationWindow(before, WindowLength.parse(report["window"]["length"]))
    edges = ((before, clock.window.as_of), (was.start, clock.window.start))
    crossed = (_crossed(ledger, first, last) for first, last in edges if first and last and first < last)
    moved = render(_MOVED, before=name(TOUCHED_BEFORE), touched=name(PARTS), crossed=joined(crossed, " "))
    moved = engine.table(MOVED, moved)
    days = literal((clock.window.as_of - before).days)
    return Carried(moved, render(_AGED, days=days, file=literal(str(file)), moved=moved))


def _is_alike(report: dict[str, Any], model: RfmModel) -> bool:
    """Whether the snapshot measured what is to be measured now, and in a way that ages: sums, in whole days."""
    kept = (report["window"]["length"], report["model"]["monetary"], report["model"]["population"], report["recency"])
    return kept == (str(model.window), "total", "buyers", "calendar") == (str(model.window), *_of(model))


def _of(model: RfmModel) -> tuple[str, str, str]:
    return model.monetary, model.population, model.recency


def _same_money(engine: Engine, file: Path, ledger: Ledger) -> bool:
    found = engine.columns(render("SELECT monetary FROM read_parquet({file})", file=literal(str(file))))
    return found["monetary"] == f"DECIMAL({ledger.digits},{ledger.decimals})"


def _crossed(ledger: Ledger, first: date, last: date) -> Sql:
    """The customers with an order that one edge of the window has passed."""
    since, until = datetime.combine(first, time.min), datetime.combine(last, time.min)
    orders = orders_between(ledger, since, until)
    return render(_CROSSED, orders=orders, first=literal(since), last=literal(until))
