"""Arrival: a source of a project, compared with what the project's ledger holds, and accounted for.

It is accounted for twice: alone, which is what ``check`` tells of it, and together with all known rows, which is what
``run`` scores.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import ERASED, EXCLUDED
from quintile.domain.ledger import REFUND_ONLY
from quintile.engine.render import Sql, literal, name, render
from quintile.errors import DataError
from quintile.jobs.accounts.judged import Judged, extract_changes, judge, with_seen
from quintile.jobs.accounts.known_rows import KNOWN_ROWS, agreed
from quintile.jobs.arrivals.drifted import Drift, drift_of, explained
from quintile.jobs.arrivals.touched import untouched
from quintile.jobs.erasing.erased_rows import hide, unlisted
from quintile.jobs.project.tombstones import known_tombstones
from quintile.jobs.results.report import counts
from quintile.jobs.workplace.quarantine import refuse_mostly_bad
from quintile.jobs.workplace.wish import last_day, open_sources, read_opened
from quintile.ledger.rules.lines import WIDE
from quintile.pipeline import account, with_left_out
from quintile.snapshots.ledger_files import KnownSource
from quintile.sources.shops.recognise import refuse_two_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from quintile.domain.settings import Settings
    from quintile.domain.transactions import FileRead
    from quintile.engine.base import Engine
    from quintile.jobs.project.project import Project
    from quintile.jobs.project.tombstones import Tombstones
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.ledger.extract import ExtractChanges
    from quintile.ledger.untouched import Untouched
    from quintile.pipeline import Accounted
    from quintile.sources.located import SourceTable

_ORPHANS = """
SELECT coalesce(sum(lines), 0) FROM {orders} WHERE state = {refund_only} AND (order_id IS NULL
    OR CAST(order_id AS VARCHAR) NOT IN (SELECT CAST(order_id AS VARCHAR) FROM {known} WHERE order_id IS NOT NULL))
"""


@dataclass(frozen=True)
class Arrival:
    """What a source brings: judged, accounted for by itself, and told in ``refresh`` and ``warnings``.

    ``is_known`` says that the ledger holds exactly this already.
    """

    project: Project
    settings: Settings
    judged: Judged
    alone: Accounted
    sources: tuple[KnownSource, ...]
    drift: Drift
    refresh: dict[str, Any]
    warnings: tuple[dict[str, Any], ...]
    is_known: bool
    tombstones: Tombstones | None = None

    @property
    def is_first(self) -> bool:
        """Whether the source alone is the ledger: the project's first, or one that takes the place of all others."""
        return not self.project.row_count or self.settings.refresh.mode == "full"

    def with_known(self, place: Workplace) -> tuple[Accounted, Untouched | None]:
        """All rows of the ledger, accounted for together; the tables of the source alone are gone then.

        Returns:
            The whole ledger, and the orders in it that stood as they were kept; None where all were made of rows.
        """
        if self.is_first:
            return self.alone, None
        place.on_step("building the ledger")
        ledger = replace(self.settings.ledger, grain=self.alone.ledger.grain)  # type: ignore[arg-type]
        settings = replace(self.settings, ledger=ledger)
        still = untouched(place.engine, self.project, self.judged, self.alone, settings, is_known=self.is_known)
        accounted = account(
            place.engine,
            self.alone.tables,
            unlisted(place.engine, place.beside(self.judged.merged, settings), self.tombstones),
            settings,
            last_day=self.alone.last_day,
            rates=place.rates(settings),
            untouched=still,
        )
        if accounted.ledger.digits == WIDE:
            still = None
        return with_left_out(place.engine, accounted, self.judged.left_out, accounted.transactions), still


def arrive(place: Workplace, wish: Wish, project: Project) -> Arrival:
    """Read a source of a project and compare it with what the ledger holds; nothing is kept.

    Raises:
        DataError: The source cannot be used, or looks unlike those before it.
        SettingsError: A setting differs that the known rows were judged by, or ``as_of`` is earlier than the last one.
    """
    project.published.refuse_earlier(wish)
    tables = open_sources(place, wish)
    if project.files is not None and wish.settings.refresh.mode != "full":
        refuse_two_shapes(tables, [(source.name, source.export) for source in project.files.sources])
    try:
        transactions = read_opened(place, wish, tables, to_keep=True)
        settings = agreed(place.engine, project, transactions, wish.clocked)
    except DataError as error:
        raise explained(error, tables, project) from error
    sources = tuple(map(_source, transactions.files))
    is_full = settings.refresh.mode == "full"
    seen = [] if is_full else [number for number, source in enumerate(sources) if project.knows(source)]
    day = last_day(wish.as_of, settings)
    is_known = len(seen) == len(sources)
    # Corrected rows are those that stood out: they need not look like the others.
    corrected = all(source.assumed.get("corrected") for source in transactions.files)
    drift = Drift() if is_known or corrected else drift_of(place.engine, transactions, settings, day, project)
    place.on_step("comparing with the ledger")
    transactions = with_seen(place.engine, transactions, tables, seen)
    tombstones = known_tombstones(project.store.parent, wish.settings)
    transactions, tables = hide(place.engine, transactions, tables, tombstones)
    judged = judge(place.engine, transactions, settings, day, project)
    changes = extract_changes(place.engine, judged, settings, project) if is_full and project.row_count else None
    alone = _alone(place, tables, judged, settings, day, is_first=not project.row_count or is_full)
    refuse_mostly_bad(place.engine, alone)
    return Arrival(
        project=project,
        settings=settings,
        judged=judged,
        alone=alone,
        sources=tuple(source for number, source in enumerate(sources) if number not in seen),
        drift=drift,
        refresh=_refresh(alone, judged, project, changes),
        warnings=(*drift.warnings, *_warnings(judged, project, changes)),
        is_known=is_known or (changes is not None and not changes.rows),
        tombstones=tombstones,
    )


def _alone(
    place: Workplace, tables: Sequence[SourceTable], judged: Judged, settings: Settings, day: date, *, is_first: bool
) -> Accounted:
    """The source by itself; as the first of its project it is the ledger, but for the rows that do not enter it."""
    rows = judged.merged if is_first else judged.alone
    found = account(place.engine, tables, rows, settings, last_day=day, rates=place.rates(settings))
    return with_left_out(place.engine, found, judged.left_out, judged.alone) if is_first else found


def _source(file: FileRead) -> KnownSource:
    read_as = hashlib.sha256(json.dumps(file.assumed, sort_keys=True, default=str).encode()).hexdigest()
    return KnownSource(file.name, file.sha256, read_as, file.rows, file.assumed.get("export"))


def _refresh(alone: Accounted, judged: Judged, project: Project, changes: ExtractChanges | None) -> dict[str, Any]:
    erased = alone.ledger.fates.get(EXCLUDED[ERASED])
    told: dict[str, Any] = {
        "mode": "append" if changes is None else "full",
        "source": counts(alone),
        "known_rows": project.row_count,
        "corrected_rows": judged.comparison.corrected,
        "late_rows": judged.comparison.late,
        "erased_rows": erased.rows if erased else 0,
    }
    return told if changes is None else {**told, "vanished_orders": changes.vanished_orders}


def _warnings(judged: Judged, project: Project, changes: ExtractChanges | None) -> list[dict[str, Any]]:
    """What is told of a refresh, beside what is told of any source."""
    found, told = judged.comparison, []
    if found.corrected:
        message = "rows stand in the ledger with other content: the new one counts"
        told.append(("corrected_rows", found.corrected, message))
    if found.contradicted:
        message = "rows correct known orders in two ways, and nothing says which is the later one: they are set aside,"
        remedy = "Run the files one after the other, the later one last, or say: --map updated_at=COLUMN"
        told.append(("contradicted_rows", found.contradicted, f"{message} and what was known counts. {remedy}"))
    if judged.unread:
        message = (
            "rows cancel orders in the ledger, but their amount or date cannot be read, so that these orders still"
        )
        told.append(("cancelled_unread", judged.unread, f"{message} count: send the rows once more, whole"))
    if found.further:
        message = "rows are further lines of orders in the ledger: they are added to them. If they correct known"
        remedy = "give the whole extract with --mode full, best with an id for each line"
        told.append(("further_lines", found.further, f"{message} ones, {remedy}"))
    if found.late:
        message = f"rows are dated before {project.published.as_of}, the last published analysis date, the earliest"
        told.append(("late_rows", found.late, f"{message} on {found.earliest}: they count from now on"))
    found_told = [{"code": code, "rows": rows, "message": f"{rows:,} {message}"} for code, rows, message in told]
    return found_told if changes is None else [*found_told, *vanished_warning(changes.vanished_orders)]


def vanished_warning(orders: int) -> list[dict[str, Any]]:
    """What is told of orders that a full extract does not have, if there are any."""
    message = f"{orders:,} orders of the ledger are not in this full extract and no longer count"
    return [{"code": "vanished_orders", "rows": orders, "message": message}] if orders else []


def warnings_alone(engine: Engine, arrival: Arrival) -> tuple[dict[str, Any], ...]:
    """The ledger's warnings of the source alone; a refund of an order that the project knows is no orphan."""
    found = arrival.alone.ledger.warnings
    if arrival.is_first:
        return found
    query = render(
        _ORPHANS,
        orders=Sql(arrival.alone.ledger.orders),
        refund_only=literal(REFUND_ONLY),
        known=name(KNOWN_ROWS),
    )
    orphans = int(engine.rows(query)[0][0])
    return tuple(
        {**warning, "rows": orphans} if warning["code"] == "orphan_refund" else warning
        for warning in found
        if orphans or warning["code"] != "orphan_refund"
    )
