"""migration: how customers moved between segments from one snapshot of a project to another, and why.

Everything is computed from the orders that the snapshots keep; nothing is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.snapshot import LAST, as_now_known, chosen
from quintile.errors import SettingsError
from quintile.export.migration import statements
from quintile.insight.migration import flows
from quintile.jobs.moves.chain import Chain
from quintile.jobs.moves.migrated import as_report
from quintile.jobs.moves.movements import Wanted, write_movements
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.workplace.server import with_storage
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quintile.domain.snapshot import Snapshot

SETTINGS_FILE = "quintile.toml"


@dataclass(frozen=True)
class Between:
    """Which two snapshots a person means: dates, ``DATE@N``, ids, ``first`` or ``last``.

    None for ``end`` is the last one, and for ``start`` the date before the end; of a series it is the first one.
    """

    start: str | None = None
    end: str | None = None


LATEST = Between()


def migrated(store: Path, earlier: Snapshot, later: Snapshot, engine: EngineSettings | None = None) -> dict[str, Any]:
    """How the customers moved from one snapshot to another.

    Args:
        store: The project's store.
        earlier: A snapshot of it.
        later: Another one, of the same date or of a later one.
        engine: What the database may take.

    Returns:
        JSON values: ``from`` and ``to`` (date, customers, revenue, segments), ``totals``, ``causes`` of those who
        moved, ``new`` and ``lost`` by cause, ``matrix`` (a line for each pair of segments, None: not in that
        snapshot), ``paths`` through the steps, and ``statements`` in words; ``note`` says what retention leaves untold.

    Raises:
        StoreError: A snapshot lacks a file, or does not follow from its orders and its model.
    """
    return _reports(store, [earlier, later], engine or EngineSettings())[0]


def migration(
    project: Path,
    between: Between = LATEST,
    *,
    wanted: Wanted | None = None,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """What ``migrated`` tells of the two snapshots a person means.

    Args:
        project: The project's folder.
        between: Which two.
        wanted: Also write those who moved, or some of them, to a CSV file; ``listed`` then says how many.
        on_step: Told the name of each step as it begins.

    Raises:
        SettingsError: A snapshot is not there, both are the same, or the later one is of an earlier date.
        StoreError: As ``migrated``; or the list cannot be written.
    """
    pair = _pair(series(project / STORE), between)
    return _reports(project / STORE, pair, engine_settings(project), wanted, on_step)[0]


def migration_series(
    project: Path,
    between: Between = LATEST,
    *,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """What ``migrated`` tells of every two neighbouring dates, each as it is now known.

    Args:
        project: The project's folder.
        between: The first and the last date; all by default.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``snapshots`` and, between them, ``steps``.

    Raises:
        SettingsError: Fewer than two dates lie there.
        StoreError: As ``migrated``.
    """
    found = series(project / STORE)
    dates = as_now_known(found)
    start, end = (chosen(found, one or LAST).as_of for one in (between.start or "first", between.end))
    dates = [one for one in dates if start <= one.as_of <= end]
    if len(dates) < len(("from", "to")):
        raise _too_few()
    reports = _reports(project / STORE, dates, engine_settings(project), on_step=on_step)
    return {"snapshots": [reports[0]["from"], *(report["to"] for report in reports)], "steps": reports}


def engine_settings(project: Path) -> EngineSettings:
    """What the database may take, as the project's settings say."""
    file = project / SETTINGS_FILE
    return read_settings(file if file.is_file() else None, {}).engine


def _reports(
    store: Path,
    snapshots: Sequence[Snapshot],
    engine: EngineSettings,
    wanted: Wanted | None = None,
    on_step: Callable[[str], None] = silent,
) -> list[dict[str, Any]]:
    # A list of customers is a file of this machine, so it is not made of those who lie elsewhere.
    opened = [open_snapshot(snapshot, anywhere=wanted is None) for snapshot in snapshots]
    if wanted is not None:
        wanted.refuse_unknown([*opened[0].ranking, *opened[-1].ranking])
    reports = []
    with workplace((), with_storage(engine, store.parent), store, anywhere=True, on_step=on_step) as place:
        chain = Chain(place, store)
        for earlier, later in pairwise(opened):
            traced, states = chain.traced(earlier, later)
            report = as_report(earlier, later, states, flows(place.engine, traced, len(states)))
            report["statements"] = statements(report)
            if wanted is not None:
                report["listed"] = write_movements(place, traced, (earlier, later), store, wanted)
            reports.append(report)
    return reports


def _pair(found: Sequence[Snapshot], between: Between) -> list[Snapshot]:
    later = chosen(found, between.end or LAST)
    if between.start is None:
        before = [one for one in as_now_known(found) if one.as_of < later.as_of]
        if not before:
            raise _too_few()
        return [before[-1], later]
    earlier = chosen(found, between.start)
    if earlier.id == later.id:
        message = f"both are the snapshot {later.spoken}"
        raise SettingsError("snapshot", message, fix="name two: --from DATE --to DATE")
    if earlier.as_of > later.as_of:
        message = f"{earlier.as_of} is later than {later.as_of}"
        raise SettingsError("snapshot", message, fix=f"write --from {later.as_of} --to {earlier.as_of}")
    return [earlier, later]


def _too_few() -> SettingsError:
    fix = "publish a second one: quintile run SOURCE --project DIR; or make past ones with: quintile history"
    return SettingsError("snapshot", "it takes two analysis dates to see who moved, and there is one", fix=fix)
