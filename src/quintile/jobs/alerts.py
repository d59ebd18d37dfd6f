"""alerts: what about a project's last analysis date is worth a look: missed targets, segments that moved unusually."""

from __future__ import annotations

import hashlib
import json
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.kpi import KPIS
from quintile.domain.snapshot import LAST, as_now_known, chosen
from quintile.insight.alerts import DATES, Point, movements
from quintile.jobs.kpis import Series, kpis
from quintile.jobs.workplace.workplace import silent
from quintile.snapshots.series import report_of, series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quintile.domain.kpi import Kpi
    from quintile.domain.settings import Settings
    from quintile.insight.alerts import Movement

_DIGITS = {"customers": Decimal("0.1"), "revenue": Decimal("0.01")}
_ID_DIGITS = 12
_PERCENT = 100


def alerts(project: Path, settings: Settings, *, on_step: Callable[[str], None] = silent) -> dict[str, Any]:
    """Missed targets of the last analysis date, and segments that moved more than they usually do.

    Args:
        project: The project's folder.
        settings: Its targets, and how many customers must have moved.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``snapshot``, ``as_of``, ``before`` (the date it is compared with, None if there is none),
        ``judged`` (false where the last two dates were scored by two models, so that no movement is told), ``id`` of
        these very alerts, and ``alerts``: each with ``kind`` (``target`` or ``movement``), ``segment``, its figures and
        a ``message``. No customer is named.

    Raises:
        QuintileError: As ``kpis``.
    """
    last = kpis(project, settings, Series(start=LAST), on_step=on_step)["snapshots"][-1]
    dates = as_now_known(series(project / STORE))
    points = [Point.told(report_of(one)) for one in dates[-DATES:]]
    moved = movements(points, settings.alerts.least_customers)
    found = [*_missed(last, report_of(dates[-1])), *map(_movement, moved)]
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:_ID_DIGITS]
    pair = points[-2:]
    return {
        "snapshot": last["snapshot"],
        "as_of": last["as_of"],
        "before": pair[0].day.isoformat() if len(pair) > 1 else None,
        "judged": len(pair) > 1 and pair[0].model == pair[1].model,
        "id": f"{last['snapshot']}-{digest}",
        "alerts": found,
    }


def missed_targets(project: Path, settings: Settings, as_of: str) -> list[str]:
    """The missed targets of one analysis date, a sentence each.

    Raises:
        QuintileError: As ``kpis``.
    """
    last = kpis(project, settings, Series(start=as_of, end=as_of))["snapshots"][-1]
    snapshot = chosen(series(project / STORE), as_of)
    return [one["message"] for one in _missed(last, report_of(snapshot))]


def _missed(last: dict[str, Any], report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The missed targets, of the best segment first."""
    place = {name: number for number, name in enumerate(report.get("ranking", []))}
    for line in sorted(last["segments"], key=lambda line: place.get(line["segment"], len(place))):
        for kpi in KPIS:
            told = line["targets"].get(kpi.key)
            if told is None or told["met"] is not False:
                continue
            value, target = (_said(kpi, text) for text in (line["kpis"][kpi.key], told["target"]))
            bound = "at most" if kpi.low_is_good else "at least"
            yield {
                "kind": "target",
                "segment": line["segment"],
                "kpi": kpi.key,
                "value": line["kpis"][kpi.key],
                "target": told["target"],
                "message": f"{line['segment']}: {kpi.name.lower()} {value}, target {bound} {target}",
            }


def _movement(one: Movement) -> dict[str, Any]:
    digits = _DIGITS[one.measure]
    low, high = (plain(bound.quantize(digits, ROUND_HALF_EVEN)) for bound in (one.low, one.high))
    change = f" ({(one.now - one.before) / one.before:+.1%})" if one.before > 0 else ""
    return {
        "kind": "movement",
        "segment": one.segment,
        "measure": one.measure,
        "before": plain(one.before),
        "now": plain(one.now),
        "low": low,
        "high": high,
        "rule": one.rule,
        "earlier_changes": one.earlier_changes,
        "message": (
            f"{one.segment}: {one.measure} {one.before:,f} -> {one.now:,f}{change}, as usual would be"
            f" {Decimal(low):,f} to {Decimal(high):,f}"
        ),
    }


def _said(kpi: Kpi, value: str) -> str:
    if kpi.unit == "share":
        return f"{Decimal(value) * _PERCENT:.1f}%"
    return f"{Decimal(value):,f}"
