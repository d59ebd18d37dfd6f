"""forecast: on which coming day how many customers leave which segment for which, if nobody buys."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.ledger import PURCHASE
from quintile.domain.scheme import UNCLASSIFIED
from quintile.domain.snapshot import LAST, chosen
from quintile.domain.toml_keys import near
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import SettingsError
from quintile.export.prospects import forecast_statements
from quintile.insight.forecast import coming_moves, flows, people, sizes
from quintile.jobs.moves.kept_scores import KeptScores, Question, code_of, segmented
from quintile.jobs.project.kept_orders import CUSTOMER_NAMES
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.results.for_people import for_people
from quintile.jobs.workplace.replacing import refuse_other_list, replacing
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.metrics.measure import Clock
from quintile.metrics.waiting import wait
from quintile.scoring.score import fitted_cuts
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from quintile.domain.engine_settings import EngineSettings
    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.insight.forecast import Flow
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace

DAYS, MOST_DAYS = 90, 3660
HEADER = "on,customer_id,from,to,direction,code_before,code_after,revenue"
NOW, LATER = "now", "coming_scores"
UP, DOWN, LEAVES = "up", "down", "leaves"

_LATER = """
SELECT customer_key, day, CASE WHEN {is_scored} THEN segment END AS segment,
       CASE WHEN {is_scored} THEN {code} END AS code
FROM {segmented} WHERE day < {days}
"""
_LAST_PURCHASE = "SELECT max(ordered_at) FROM {orders} WHERE state = {purchase} AND {before}"
_LIST = """
SELECT {as_of} + CAST(day AS INTEGER) AS "on", customer_id, "from", "to", {direction} AS direction, code_before,
       code_after, revenue
FROM {moves} JOIN {names} USING (customer_key) WHERE {wanted}
ORDER BY day, length(customer_id), customer_id
"""
_DIRECTION = """
CASE WHEN "to" IS NULL THEN {leaves}
     ELSE CASE sign(list_position([{ranking}], "to") - list_position([{ranking}], "from"))
          WHEN 1 THEN {down} WHEN -1 THEN {up} END END
"""
_FROM = '"from" = {segment}'
_COUNT = "SELECT count(*) FROM {moves} WHERE {wanted}"
_LATER_ORDERS = "SELECT count(*) FROM {orders} WHERE NOT ({before})"


@dataclass(frozen=True)
class Horizon:
    """Which moves are wanted: within so many days, out of one segment only, as of a snapshot."""

    days: int = DAYS
    segment: str | None = None
    as_of: str = LAST


NINETY = Horizon()


def forecast(
    project: Path,
    engine: EngineSettings,
    horizon: Horizon = NINETY,
    *,
    out: Path | None = None,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """The moves between segments on the coming days if nobody buys, by the snapshot's model with its cut points.

    They are those that a run at each of these dates would find without any new order, found without such runs.

    Args:
        project: The project's folder.
        engine: What the database may take.
        horizon: Which moves.
        out: Also write every move with the customer's id to a CSV file.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``as_of``, ``until``, ``moves`` (a line for each day and pair of segments; ``to`` None: the last
        order leaves the window; ``direction`` None: nothing ranks the two; ``revenue`` is that of the window now),
        ``segments`` (customers and revenue now, customers at the end), ``falling`` (customers who get into a worse
        segment at some time; None without a ranking), ``leaving``, ``orders_later`` (orders of the date and later,
        which do not count), ``empty_from`` (the first date whose window holds no purchase, where the forecast ends;
        None: none of the days), ``statements``. With a dwell rule (``dwell``) the segments are those by the scores,
        which are published later.

    Raises:
        SettingsError: There is no such snapshot or segment, the days are none or too many, or the file is another's.
        StoreError: A file is damaged, or the snapshot does not follow from its orders; or the list cannot be written.
    """
    if not 1 <= horizon.days <= MOST_DAYS:
        message = f"{horizon.days} days cannot be looked ahead"
        raise SettingsError("days", message, fix=f"write --days 90; 1 to {MOST_DAYS} are possible")
    store = project / STORE
    opened = open_snapshot(chosen(series(store), horizon.as_of))
    segment = _segment(horizon.segment, opened)
    if out is not None:
        refuse_other_list(out, HEADER, "list of coming moves", "coming.csv")
    with workplace((), engine, store, on_step=on_step) as place:
        scores = KeptScores(place, store)
        now = scores.scored(NOW, Question(opened, opened.model, opened, opened))
        scores.prove(opened, now)
        on_step("looking ahead")
        clocks = _clocks(opened, horizon.days)
        ends = _first_empty(place, scores.ledger(opened), clocks)
        moves = coming_moves(place.engine, now, _later(place, opened, scores, clocks, ends))
        found = _report(place, opened, clocks[:ends], (now, moves), segment)
        found["empty_from"] = clocks[ends].window.day.isoformat() if ends < len(clocks) else None
        found["orders_later"] = _orders_later(place, scores.ledger(opened), clocks[0])
        if out is not None:
            found["listed"] = _write(place, opened, moves, segment, out)
    found["statements"] = forecast_statements(found)
    return found


def _clocks(opened: Opened, days: int) -> list[Clock]:
    zone = opened.report["time_zone"]
    return [Clock.at(opened.as_of + timedelta(days=day), opened.model, zone) for day in range(days + 1)]


def _first_empty(place: Workplace, ledger: Ledger, clocks: Sequence[Clock]) -> int:
    """The first of the days whose window holds no purchase, so that a run refuses it; their number if none is."""
    query = render(_LAST_PURCHASE, orders=Sql(ledger.orders), purchase=literal(PURCHASE), before=clocks[0].before_end())
    last = place.engine.rows(query)[0][0]
    return next((day for day, one in enumerate(clocks) if one.first is not None and last < one.first), len(clocks))


def _later(place: Workplace, opened: Opened, scores: KeptScores, clocks: Sequence[Clock], ends: int) -> Sql:
    """The table of the segments of the coming days, where they may change, before the day on which nobody is scored."""
    model = opened.model
    waiting = wait(place.engine, scores.ledger(opened), model, clocks, name(NOW), _passed(model))
    is_scored = Sql("frequency > 0" if model.population == "buyers" else "true")
    coming = segmented(place.engine, waiting, model)
    shown = {"is_scored": is_scored, "code": code_of(model)}
    return place.engine.table(LATER, render(_LATER, **shown, segmented=coming, days=literal(ends)))


def _passed(model: RfmModel) -> set[int]:
    """The recencies that are the first with another score; where ids part equal values, a cut point itself is one."""
    cuts = fitted_cuts(model)[0]
    whole = {math.floor(cut) for cut in cuts.values if cut is not None}
    return {cut + 1 for cut in whole} | (whole if cuts.ties else set())


def _report(
    place: Workplace, opened: Opened, clocks: Sequence[Clock], tables: tuple[Sql, Sql], segment: str | None
) -> dict[str, Any]:
    now, moves = tables
    every, ranking = flows(place.engine, moves), opened.ranking if opened.is_ranked else ()
    wanted = [flow for flow in every if segment in {None, flow.before}]
    falls = {(one.before, one.after) for one in wanted if one.after and _direction(one, ranking) == DOWN}
    falling = people(place.engine, moves, falls) if ranking else None
    return {
        "snapshot": opened.snapshot.id,
        "as_of": opened.snapshot.as_of,
        "until": clocks[-1].window.day.isoformat(),
        "days": len(clocks) - 1,
        "segment": segment,
        "currency": opened.report["currency"],
        "scheme": opened.model.scheme,
        "ranked": opened.is_ranked,
        "dwell": opened.model.dwell.is_on,
        "moves": [_move(one, clocks[one.day].window.day, ranking) for one in wanted],
        "segments": _segments(sizes(place.engine, now), every, opened.ranking),
        "falling": None if falling is None else {"customers": falling[0], "revenue": plain(falling[1])},
        "leaving": sum(flow.customers for flow in wanted if flow.after is None),
    }


def _segments(
    now: dict[str, tuple[int, Decimal]], every: Sequence[Flow], ranking: Sequence[str]
) -> list[dict[str, Any]]:
    """A line a segment: customers and revenue now, and the customers at the end."""
    ends = Counter({called: customers for called, (customers, _) in now.items()})
    for flow in every:
        ends[flow.before] -= flow.customers
        if flow.after is not None:
            ends[flow.after] += flow.customers
    lines = []
    for called in (*ranking, *sorted(ends.keys() - {*ranking})):
        customers, revenue = now.get(called, (0, Decimal(0)))
        counts = {"customers": customers, "revenue": plain(revenue), "customers_at_end": ends[called]}
        lines.append({"segment": called, **counts})
    return lines


def _move(flow: Flow, day: date, ranking: Sequence[str]) -> dict[str, Any]:
    return {
        "on": day.isoformat(),
        "from": flow.before,
        "to": flow.after,
        "direction": _direction(flow, ranking),
        "customers": flow.customers,
        "revenue": plain(flow.revenue),
    }


def _direction(flow: Flow, ranking: Sequence[str]) -> str | None:
    if flow.after is None:
        return LEAVES
    if not {flow.before, flow.after} <= {*ranking}:
        return None
    return DOWN if ranking.index(flow.after) > ranking.index(flow.before) else UP


def _orders_later(place: Workplace, ledger: Ledger, clock: Clock) -> int:
    """How many orders of the ledger do not count, since they are of the analysis date or later."""
    query = render(_LATER_ORDERS, orders=Sql(ledger.orders), before=clock.before_end())
    return int(place.engine.rows(query)[0][0])


def _segment(wanted: str | None, opened: Opened) -> str | None:
    """The segment that a person means, in capital letters or small.

    Raises:
        SettingsError: The scheme has none like that.
    """
    if wanted is None:
        return None
    known = [*opened.ranking, UNCLASSIFIED]
    found = next((one for one in known if one.casefold() == " ".join(wanted.split()).casefold()), None)
    if found is None:
        fix = f"{near(wanted, known)}Segments: {', '.join(known)}"
        raise SettingsError("segment", f"no segment is called '{wanted}'", fix=fix)
    return found


def _write(place: Workplace, opened: Opened, moves: Sql, segment: str | None, out: Path) -> dict[str, Any]:
    """Write the list by date and id, no cell one that a spreadsheet would take for a formula."""
    ranking = joined(map(literal, opened.ranking if opened.is_ranked else ()))
    ways = {"leaves": literal(LEAVES), "down": literal(DOWN), "up": literal(UP)}
    wanted = Sql("true") if segment is None else render(_FROM, segment=literal(segment))
    query = render(
        _LIST,
        as_of=literal(opened.snapshot.day),
        direction=render(_DIRECTION, ranking=ranking, **ways),
        moves=moves,
        names=Sql(CUSTOMER_NAMES),
        wanted=wanted,
    )
    staged = place.staging / "coming.csv"
    place.engine.write(for_people(query, ("customer_id", "from", "to")), staged)
    with replacing(out, "the list") as draft:
        shutil.copyfile(staged, draft)
    rows = place.engine.rows(render(_COUNT, moves=moves, wanted=wanted))[0][0]
    return {"file": str(out), "moves": int(rows)}
