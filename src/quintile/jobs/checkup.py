"""checkup: what a project needs from its owner from time to time, each with its date and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

from quintile.domain.ledger import PURCHASE
from quintile.domain.rhythm import Rhythm
from quintile.domain.snapshot import LAST, as_now_known, chosen
from quintile.engine.render import Sql, literal, render
from quintile.errors import SettingsError
from quintile.insight.gaps import count_gaps, survival
from quintile.insight.upkeep import Refreshed, refresh_months, worse
from quintile.jobs.project.kept_orders import kept_ledger
from quintile.jobs.project.key import has_state
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.project.state import open_state
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.jobs.workplace.workplace import today as calendar_day
from quintile.snapshots.series import report_of, series
from quintile.snapshots.store import STORE
from quintile.state.reviews import add_review, last_review

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.jobs.project.opened import Opened

OK, DUE, LOOK, NOTHING = "ok", "due", "look", "nothing"
SHOWN = 5
_PURCHASES = """
(SELECT customer_key, {day} AS day FROM {orders} WHERE state = {purchase} AND {before_end})
"""
_DOUBTFUL = ("null_customer", "order_customer_conflict")
_ID_WARNINGS = ("ids_differ_only_by_case", "dominant_customer", "invisible_characters", "unreadable_phones")
_CALLED = {"doubtful": "rows without a sure customer", "repeated": "repeated rows"}
_PUBLISHED, _UNCHANGED = "published", "unchanged"  # how the state says that a run ended
_YEAR = Rhythm(months=12)


@dataclass(frozen=True)
class _Visit:
    """What every check looks at: the project, its last snapshot, the day, and what the database may take."""

    project: Path
    settings: Settings
    last: Opened
    today: date
    reviewed: bool
    on_step: Callable[[str], None]

    def runs(self) -> list[dict[str, Any]]:
        """The project's runs, the first one first."""
        if not has_state(self.project, self.settings):
            return []
        return open_state(self.project, self.settings).runs()[::-1]


def checkup(
    project: Path,
    settings: Settings,
    today: date,
    *,
    reviewed: bool = False,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Look at everything that wants to be looked at from time to time.

    Args:
        project: The project's folder.
        settings: Its settings.
        today: The shop's day.
        reviewed: The definitions were reviewed on that day: write it down.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``today``, the last ``as_of``, and ``checks``: each with ``check``, ``verdict`` (``ok``, ``due``,
        ``look`` or ``nothing``), ``since`` and ``due`` (days, or None), and a ``message``.

    Raises:
        SettingsError: The project has no snapshot; or ``date``, a review is to be written down for a day to come.
        StoreError: A file of the store, or the state, is damaged.
    """
    last = open_snapshot(chosen(as_now_known(series(project / STORE)), LAST))
    now = calendar_day(settings.ledger.time_zone)
    if reviewed and today > now:
        message = f"{today} is a day to come: nobody has reviewed anything on it"
        raise SettingsError("date", message, fix=f"write --date {now} or an earlier day, or leave --date out")
    visit = _Visit(project, settings, last, today, reviewed, on_step)
    checks = [check(visit) for check in _CHECKS]
    if reviewed:
        add_review(open_state(project, settings), today.isoformat(), last.snapshot.model)
    return {"today": today.isoformat(), "as_of": last.snapshot.as_of, "checks": checks}


def _refresh(visit: _Visit) -> dict[str, Any]:
    """Whether new orders are due, by the base and by how soon its customers come back."""
    last, store = visit.last, visit.project / STORE
    for paths in (last.orders.order_paths, last.orders.name_paths):
        paths(store)
    clock = last.clock(last.model)
    with workplace((), visit.settings.engine, store, on_step=visit.on_step) as place:
        visit.on_step("measuring gaps between purchases")
        ledger = kept_ledger(place.engine, last.orders, [store])
        purchases = render(
            _PURCHASES,
            day=clock.day(Sql("ordered_at")),
            orders=Sql(ledger.orders),
            purchase=literal(PURCHASE),
            before_end=clock.before_end(),
        )
        curve = survival(count_gaps(place.engine, purchases, clock.window.day))
    months, why = refresh_months(last.report["counts"]["customers"], curve.day_by_which(Fraction(1, 2)))
    due = _later(last.snapshot.day, Rhythm(months=months))
    fix = "; refresh with: quintile run SOURCE --project DIR" if visit.today >= due else ""
    return _told("refresh", visit, last.snapshot.day, due, f"{why}{fix}")


def _review(visit: _Visit) -> dict[str, Any]:
    """Whether the definitions were looked at in the year before the day; a review on a later day does not count yet."""
    known = visit.today.isoformat() if visit.reviewed else None
    if known is None and has_state(visit.project, visit.settings):
        known = last_review(open_state(visit.project, visit.settings), visit.today.isoformat())
    if known is not None:
        since, said = date.fromisoformat(known), f"window, scoring, segments and targets were reviewed on {known}"
    else:
        begun = min((run["started"] for run in visit.runs()), default=None)
        since = visit.last.snapshot.day if begun is None else datetime.fromisoformat(begun).date()
        said = f"never reviewed since {since}"
    due = _later(since, _YEAR)
    fix = "; when you have: quintile checkup --project DIR --reviewed" if visit.today >= due else ""
    return _told("review", visit, since, due, f"{said}{fix}")


def _ids(visit: _Visit) -> dict[str, Any]:
    """Whether the customers of the last refresh are as well known as they used to be, and its rows as seldom twice."""
    refreshes, last = _refreshes(visit)
    if not refreshes or last is None:
        return _told("ids", visit, None, None, "no refresh is recorded", verdict=NOTHING)
    bad = [_CALLED[kind] for kind in worse(refreshes)]
    told = sorted({one["code"] for one in last["warnings"]} & {*_ID_WARNINGS})
    now = refreshes[-1]
    said = f"the last refresh: {now.rows:,} rows, {now.doubtful:,} without a sure customer, {now.repeated:,} repeated"
    if bad:
        said += f"; more than usual: {' and '.join(bad)}"
    if told:
        said += f"; warnings: {', '.join(told)}"
    fix = "; see what and where: quintile check SOURCE --project DIR" if bad or told else ""
    since = datetime.fromisoformat(last["as_of"]).date()
    line = _told("ids", visit, since, None, said + fix, verdict=LOOK if bad or told else OK)
    return {**line, "refreshes": [vars(one) for one in refreshes[-SHOWN:]]}


def _campaigns(visit: _Visit) -> dict[str, Any]:
    return _told("campaigns", visit, None, None, "no campaigns recorded", verdict=NOTHING)


_CHECKS = (_refresh, _review, _ids, _campaigns)


def _refreshes(visit: _Visit) -> tuple[list[Refreshed], dict[str, Any] | None]:
    """Each ledger's source once, the earliest first, and the report of the last; past dates made later have none."""
    found, before = [], 0
    reports = _makers(visit)
    for report in reports:
        source, doubtful = report["refresh"]["source"], _doubtful(report["quarantine"])
        # run.json counts rows set aside over the whole ledger, which a full extract replaces.
        own = doubtful if report["refresh"]["mode"] == "full" else max(doubtful - before, 0)
        found.append(Refreshed(source["rows_in"], own, source["rows_deduplicated"]))
        before = doubtful
    again = _brought_nothing(visit)
    if again is not None:
        found.append(Refreshed(again["rows_in"], 0, again["rows_in"]))
    return found, reports[-1] if reports else None


def _brought_nothing(visit: _Visit) -> dict[str, Any] | None:
    """The last run, if every row of its source was known; None where it published a known date anew, on purpose."""
    runs = [run for run in visit.runs() if run["outcome"] == _PUBLISHED or run["rows_in"]]
    if not runs or not runs[-1]["rows_in"] or runs[-1]["rows_new"]:
        return None
    last = runs[-1]
    published = {one.id: one for one in series(visit.project / STORE)}
    dates = [one.as_of for one in published.values()]
    made = published.get(last["snapshot"])
    is_next = made is not None and made.as_of == max(dates) and dates.count(made.as_of) == 1
    return last if last["outcome"] == _UNCHANGED or is_next else None


def _makers(visit: _Visit) -> list[dict[str, Any]]:
    """The report of the refresh that made each ledger, in their order.

    A date published anew with what was known tells the same ledger and brings nothing. Of two that bring something the
    runs tell which was first; one that they do not tell, since its run was killed, comes last.
    """
    first: dict[int, str] = {}
    place: dict[str, int] = {}
    for run in visit.runs():
        if run["snapshot"] is not None and run["ledger"] is not None:
            first.setdefault(run["ledger"], run["snapshot"])
            place.setdefault(run["snapshot"], run["id"])
    made: dict[int, list[tuple[bool, float, str]]] = {}
    reports: dict[str, dict[str, Any]] = {}
    for one in series(visit.project / STORE):
        reports[one.id] = report_of(one)
        source = reports[one.id].get("refresh", {}).get("source", {})
        brings = bool(source.get("rows_kept"))
        if source.get("rows_in") and (brings or first.get(one.known, one.id) == one.id):
            made.setdefault(one.known, []).append((not brings, place.get(one.id, inf), one.id))
    return [reports[min(made[known])[-1]] for known in sorted(made)]


def _doubtful(quarantine: Sequence[dict[str, Any]]) -> int:
    return sum(line["rows"] for line in quarantine if line["reason"] in _DOUBTFUL)


def _later(day: date, rhythm: Rhythm) -> date:
    """The next date of a rhythm; the last of the calendar where there is none."""
    most = timedelta(days=31 * rhythm.months)
    return [*rhythm.dates(day, day + min(most, date.max - day)), date.max][1]


def _told(
    check: str, visit: _Visit, since: date | None, due: date | None, message: str, verdict: str | None = None
) -> dict[str, Any]:
    if verdict is None:
        verdict = DUE if due is not None and visit.today >= due else OK
    return {
        "check": check,
        "verdict": verdict,
        "since": since and since.isoformat(),
        "due": due and due.isoformat(),
        "message": message,
    }
