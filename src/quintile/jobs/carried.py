"""Carried: customers of a project whose orders in the window are those of the published snapshot; none is summed again.

Of all others an order came, changed, entered the window or left it.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from quintile.domain.window import ObservationWindow, WindowLength
from quintile.engine.render import Sql, literal, name, render
from quintile.jobs.kept_orders import TOUCHED_BEFORE
from quintile.jobs.project import RUN_JSON
from quintile.ledger.rules.lines import PARTS, SHIFT
from quintile.ledger.untouched import ALL_PARTS
from quintile.metrics.measure import Carried

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.metrics.measure import Clock

CUSTOMERS, MOVED = "customers.parquet", "moved_customers"

_MOVED = """
SELECT DISTINCT customer_key FROM (
    SELECT customer_key FROM {before} UNION ALL SELECT customer_key FROM {touched}
    UNION ALL SELECT customer_key FROM {parts} WHERE ({time} >= {end_before} AND {time} < {end}) {left}
)
"""
_LEFT = "OR ({time} >= {start_before} AND {time} < {start})"
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
    at = render("make_timestamp(first_us % {shift})", shift=literal(SHIFT))
    left = Sql("")
    if was.start is not None and clock.window.start is not None:
        left = render(_LEFT, time=at, start_before=_midnight(was.start), start=_midnight(clock.window.start))
    moved = render(
        _MOVED,
        before=name(TOUCHED_BEFORE),
        touched=name(PARTS),
        parts=name(ALL_PARTS),
        time=at,
        end_before=_midnight(before),
        end=_midnight(clock.window.as_of),
        left=left,
    )
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


def _midnight(day: date) -> Sql:
    return literal(datetime.combine(day, time.min))
