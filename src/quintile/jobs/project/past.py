"""past: what the page of a project's snapshot takes from the snapshots before it; from few, small files, on purpose.

Of each date run.json alone is read, and of the date before also the segments of its customers. Why customers moved is
not told here: that takes scoring them again, which ``jobs.migration`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.engine.render import render
from quintile.export.past import Past
from quintile.insight.alerts import DATES, Point, movements
from quintile.jobs.project.stored import customers_of, stored
from quintile.snapshots.series import dates_before, report_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quintile.engine.base import Engine

_MOVES = """
SELECT earlier.segment, later.segment, count(*)
FROM ({earlier}) AS earlier FULL JOIN ({later}) AS later USING (customer_key)
GROUP BY ALL ORDER BY ALL
"""
_MODEL = ("scheme", "scheme_text", "scale")


def past_of(engine: Engine, home: Path, report: Mapping[str, Any], store: Path, least_customers: int) -> Past | None:
    """What was before a snapshot, of the dates with the same scheme and scale; None where no date is before it.

    Args:
        engine: One that may read the store.
        home: The snapshot's folder; it need not be published yet.
        report: The content of its run.json.
        store: The project's store.
        least_customers: How many customers must have moved to be worth an alert.

    Raises:
        StoreError: The report of an earlier snapshot is damaged.
        DataError: A file of customers is damaged.
    """
    dates = dates_before(store, report["as_of"], DATES - 1)
    reports = [report_of(one) for one in dates]
    alike = [one for one in reports if all(one["model"][key] == report["model"][key] for key in _MODEL)]
    if not reports:
        return None
    points = [Point.told(one) for one in (*reports, report)]
    is_judged = points[-2].model == points[-1].model
    before = reports[-1] if alike and alike[-1] is reports[-1] else None
    return Past(
        previous=reports[-1]["as_of"],
        dates=alike,
        before=before,
        moves=None if before is None else _moves(engine, dates[-1].folder, home),
        unusual=movements(points, least_customers) if is_judged else None,
    )


def _moves(engine: Engine, earlier: Path, later: Path) -> list[dict[str, Any]] | None:
    """How many customers went from where to where; None unless both snapshots keep their customers."""
    files = [file for folder in (earlier, later) if (file := customers_of(folder)) is not None]
    if len(files) < len(("earlier", "later")):
        return None
    ends = (stored(engine, [file]) for file in files)
    rows = engine.rows(render(_MOVES, **dict(zip(("earlier", "later"), ends, strict=True))))
    return [{"from": first, "to": last, "customers": customers} for first, last, customers in rows]
