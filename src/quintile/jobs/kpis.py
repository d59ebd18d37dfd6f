"""kpis: the figures of each segment at every analysis date of a project, held against their targets.

Segments and revenue are those the snapshots published, without people who were erased since; who is new is told by the
orders each snapshot was made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.kpi import CHURN_DAYS, KPIS, TargetSettings
from quintile.domain.share import share
from quintile.domain.snapshot import LAST, as_now_known, chosen
from quintile.domain.toml_keys import near
from quintile.errors import SettingsError
from quintile.insight.kpis import SegmentCounts, figures, total
from quintile.jobs.kpi.kpi_counts import Counting
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.project.shortened import newcomers_note, reaches_back, require_orders_of
from quintile.jobs.workplace.server import with_storage
from quintile.jobs.workplace.workplace import silent, today, workplace
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE
from quintile.sources.engagement import Shop, read_engagement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from quintile.domain.kpi import Kpi
    from quintile.domain.settings import Settings
    from quintile.domain.snapshot import Snapshot
    from quintile.jobs.project.opened import Opened

_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
_DIGITS = {"money": 2, "count": 0}
_ALL = "all"  # how a person asks for the line of all customers, unless a segment is called so


@dataclass(frozen=True)
class Series:
    """Which part of a project's past is looked at: dates from and to, both included, and one segment or all."""

    start: str | None = None
    end: str | None = None
    segment: str | None = None


WHOLE = Series()


def kpis(
    project: Path,
    settings: Settings,
    wanted: Series = WHOLE,
    *,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """The KPIs of each segment at every analysis date, as it is now known.

    Args:
        project: The project's folder.
        settings: Its targets, the file of engagement, and what the database may take.
        wanted: Which dates, which segment.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``currency``; ``segment``, if one is wanted (``all``: all customers); ``engagement``, what is told
        of that file, or None; ``snapshots``, for each date its window and ``segments``: a line each and, with None for
        ``segment``, one for all customers. A line has its ``counts``, its ``kpis`` by key (None: nothing to measure it
        by) and its ``targets`` (``target``, ``met``).

    Raises:
        SettingsError: There is no such date or segment, or a target makes no sense.
        StoreError: A file of the store is gone or damaged.
        DataError: The file of engagement cannot be read.
    """
    settings.targets.check()
    found = as_now_known(series(project / STORE))
    opened = [open_snapshot(one, anywhere=True) for one in _between(found, wanted)]
    require_orders_of(opened[-1].report, opened[-1].model, opened[-1].snapshot.day)
    whole = [one for one in opened if not reaches_back(one.report, one.model, one.snapshot.day)]
    note, opened = _note(opened, whole), whole
    _refuse_unknown(opened, wanted.segment, settings.targets)
    before = dict(zip((one.id for one in found), [None, *found], strict=False))
    file = settings.kpis.engagement
    files = [Path(file)] if file is not None else []
    engine = with_storage(settings.engine, project)
    with workplace(files, engine, project / STORE, anywhere=True, on_step=on_step) as place:
        engagement = None
        if file is not None:
            engagement = read_engagement(place.engine, Path(file), place.staging, settings.reading, _shop(found))
        counting = Counting(place, project / STORE, engagement)
        lines = []
        for one in opened:
            earlier = before[one.snapshot.id]
            people = None if earlier is None else counting.customers(open_snapshot(earlier, anywhere=True))
            counted = counting.counts(one, people or {})
            everyone = total(counted.values(), None if people is None else sum(people.values()))
            lines.append(_told(one, counted, everyone, settings, wanted.segment))
        told = engagement and {**engagement.report, "unknown_customers": counting.unknown()}
    return {
        "currency": opened[-1].report["currency"],
        "segment": wanted.segment,
        "note": note,
        "engagement": told,
        "snapshots": lines,
    }


def _note(opened: Sequence[Opened], whole: Sequence[Opened]) -> str | None:
    """What retention leaves doubtful, and which dates it leaves out."""
    note = newcomers_note(whole[-1].report)
    return note if len(whole) == len(opened) else f"{note} Dates before {whole[0].snapshot.day} are left out."


def _shop(found: Sequence[Snapshot]) -> Shop:
    """The project's time: from its first order, or the first window if that begins earlier, to today or its last date.

    As with orders, a day more does no harm.
    """
    ends = [open_snapshot(one, anywhere=True) for one in (found[0], found[-1])]
    zone = ends[1].report["time_zone"]
    begun = [start for one in ends if (start := one.clock(one.model).window.first_day)]
    begun += [datetime.fromisoformat(at).date() for one in ends if (at := one.orders.ledger["first_at"])]
    last = max(today(zone), *(one.snapshot.day for one in ends)) + timedelta(days=1)
    return Shop(zone, min(begun, default=last), last)


def _between(found: Sequence[Snapshot], wanted: Series) -> list[Snapshot]:
    start, end = (None if one is None else chosen(found, one).as_of for one in (wanted.start, wanted.end))
    dates = [one for one in found if (start or one.as_of) <= one.as_of <= (end or one.as_of)]
    if start is not None and end is not None and start > end:
        message = f"{start} is later than {end}"
        raise SettingsError("snapshot", message, fix=f"write --from {end} --to {start}")
    return dates or [chosen(found, LAST)]


def _refuse_unknown(opened: Sequence[Opened], segment: str | None, targets: TargetSettings) -> None:
    """Refuse a segment that no snapshot knows; the default targets may name one that a scheme does not have."""
    known = list(dict.fromkeys(line["segment"] for one in reversed(opened) for line in one.report["segments"]))
    named = sorted(targets.named() - TargetSettings().named())
    for key, wanted in (("segment", [] if segment in {None, _ALL} else [segment]), ("targets", named)):
        unknown = next((one for one in wanted if one not in known), None)
        if unknown is not None:
            fix = f"{near(unknown, known)}Segments: {', '.join(known)}"
            raise SettingsError(key, f"the project has no segment '{unknown}'", fix=fix)


def _told(
    one: Opened, counted: dict[str, SegmentCounts], everyone: SegmentCounts, settings: Settings, segment: str | None
) -> dict[str, Any]:
    window = one.clock(one.model).window
    shown = {name: counts for name, counts in counted.items() if segment in {None, name}}
    lines = [_line(name, counts, everyone.revenue, settings.targets) for name, counts in shown.items()]
    if segment is None or (segment == _ALL and not shown):
        lines.append(_line(None, everyone, everyone.revenue, settings.targets))
    return {
        "snapshot": one.snapshot.id,
        "as_of": one.snapshot.as_of,
        "known": one.snapshot.known,
        "window": {"start": window.start and window.start.isoformat(), "end": window.as_of.isoformat()},
        "segments": lines,
    }


def _line(segment: str | None, counts: SegmentCounts, revenue: Decimal, targets: TargetSettings) -> dict[str, Any]:
    found, new = figures(counts, revenue), counts.newcomers
    wanted = {} if segment is None else {kpi.key: (kpi, targets.of(kpi, segment)) for kpi in KPIS}
    return {
        "segment": segment,
        "counts": {
            "customers": counts.customers,
            "customers_before": counts.before,
            "orders": counts.orders,
            "revenue": plain(counts.revenue),
            "repeat_customers": counts.repeated,
            "new_customers": new.new,
            "second_purchases": new.second,
            **{
                f"{what}_{days}": new.waited[days][place]
                for days in CHURN_DAYS
                for place, what in enumerate(("complete", "not_back"))
            },
            "unsubscribed": counts.unsubscribed,
        },
        "kpis": {kpi.key: shown(kpi, found[kpi.key]) for kpi in KPIS},
        "targets": {
            key: {"target": plain(target), "met": None if value is None else kpi.meets(value, target)}
            for key, (kpi, target) in wanted.items()
            if target is not None
            for value in (found[key],)
        },
    }


def shown(kpi: Kpi, value: Fraction | None) -> str | None:
    """A figure as text: shares with six decimals, means of money with two, half to even; counts whole."""
    if value is None:
        return None
    if kpi.unit == "share":
        return share(value, 1)
    digits = _DIGITS[kpi.unit]
    return plain(Decimal(round(value * 10**digits)).scaleb(-digits, _EXACT))
