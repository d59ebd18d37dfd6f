"""refresh: the snapshot of a project with what the sources bring, ready to be published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.window import ObservationWindow
from quintile.jobs.accounts.scored import accounted_sources, clock_of
from quintile.jobs.arrivals.arrival import arrive
from quintile.jobs.arrivals.carried import carried
from quintile.jobs.arrivals.dwelt import dwelt
from quintile.jobs.arrivals.keeping import Keeping
from quintile.jobs.arrivals.there import KeepingThere
from quintile.jobs.moves.refitted import tell_drift
from quintile.jobs.project.one_result import read_report
from quintile.jobs.project.past import past_of
from quintile.jobs.project.project import RUN_JSON, Project
from quintile.jobs.project.shortened import require_orders_of, stay_shortened
from quintile.jobs.report_page import write_page
from quintile.jobs.results.result import Result, collect
from quintile.jobs.workplace.workplace import today
from quintile.pipeline import day_after_latest, score_customers

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted
    from quintile.snapshots.store import Draft


def refreshed(place: Workplace, wish: Wish, draft: Draft) -> tuple[dict[str, Any], Path | None]:
    """The snapshot of a project with what the sources bring, ready to be published.

    The published one stands, and its folder is returned, when it would be the same.
    """
    project = Project.at(draft.root)
    arrival = arrive(place, wish, project)
    keeping = Keeping(place, draft.folder, draft.kept, arrival)
    keeping.set_aside()
    keeping.keep_rows()
    accounted, still = arrival.with_known(place)
    place.on_step("keeping the ledger")
    accounted = keeping.keep_orders(accounted, still)
    result = _scored(place, wish, accounted, project, refreshed=still is not None)
    place.on_step("writing the results")
    keeping.name(result.report["as_of"])
    result.report["known"] = keeping.known
    result.report["refresh"] = {**arrival.refresh, "accepted": list(arrival.drift.accepted)}
    result.report["warnings"] = [*arrival.warnings, *result.report["warnings"]]
    result.write(draft.folder, place.formats(wish.settings))
    return _told(place, wish, draft, project, result)


def renewed(place: Workplace, wish: Wish, draft: Draft) -> tuple[dict[str, Any], Path | None]:
    """The snapshot of a project whose orders lie in a server or a cluster, made of all of them; else the same."""
    project = Project.at(draft.root, anywhere=True)
    keeping = KeepingThere(place, wish, project, draft.kept)
    accounted = keeping.keep_orders(accounted_sources(place, wish))
    result = _scored(place, wish, accounted, project)
    place.on_step("writing the results")
    keeping.name(draft.folder, result.report)
    result.write(draft.folder, place.formats(wish.settings))
    return _told(place, wish, draft, project, result)


def _told(
    place: Workplace, wish: Wish, draft: Draft, project: Project, result: Result
) -> tuple[dict[str, Any], Path | None]:
    """What run.json says, the page written; and the published snapshot, where it would be the same again."""
    standing = project.same_as(result.report)
    if standing is None and wish.settings.output.report:
        least = wish.settings.alerts.least_customers
        write_page(draft.folder, past_of(place.engine, draft.folder, result.report, draft.root, least))
    return result.report, standing


def _scored(place: Workplace, wish: Wish, accounted: Accounted, project: Project, *, refreshed: bool = False) -> Result:
    before: dict[str, Any] = {}
    # A full extract takes the place of all orders, so that none of them is gone.
    if project.snapshot is not None and wish.settings.refresh.mode != "full":
        before = read_report(project.snapshot / RUN_JSON)
    model = wish.model or _wanted_model(wish, project)
    as_of = _analysis_date(wish, accounted.ledger, model, project)
    clock, known = clock_of(wish, model, as_of), None
    require_orders_of(before, model, clock.window.day)
    if refreshed and project.snapshot is not None:
        known = carried(place.engine, project.snapshot, accounted.ledger, model, clock)
    scored = score_customers(
        place.engine,
        accounted,
        model,
        clock,
        population=place.people(model.population, accounted.ledger),
        on_step=place.on_step,
        carried=known,
        learn=True,
    )
    scored = dwelt(place.engine, scored, project.store, as_of, place.formats(wish.settings))
    result = collect(place.engine, accounted, scored, as_of=as_of, as_of_given=wish.as_of is not None, examples=False)
    if wish.as_of is None and as_of == today(wish.settings.ledger.time_zone):
        result.report["as_of_is_today"] = True
    tell_drift(place.engine, scored, project, wish.settings, result.report)
    stay_shortened(result.report, before)
    return result


def _wanted_model(wish: Wish, project: Project) -> RfmModel:
    """The model of the settings, with the cut points learned before unless a new fit is asked for."""
    wanted = wish.settings.model.model()
    return wanted if wish.settings.refresh.refit else project.frozen(wanted)


def _analysis_date(wish: Wish, ledger: Ledger, model: RfmModel, project: Project) -> date:
    """The date that was asked for, else the shop's today, but never before the last one.

    A project that begins with orders of old, none of them in the window before today, takes the day after the latest.
    """
    if wish.as_of is not None:
        return wish.as_of
    zone = wish.settings.ledger.time_zone
    found, now = day_after_latest(ledger, model, zone), today(zone)
    start, first, last = ObservationWindow(now, model.window).start, ledger.first_at, ledger.last_at
    is_alive = first is not None and last is not None and first.date() < now and (not start or start <= last.date())
    return project.published.not_before(now if is_alive else found)
