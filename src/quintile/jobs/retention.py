"""retention: removes what is older than the settings allow, each kind of data by its own age.

Snapshots go by their analysis date, rows and orders by the time of the order, rows that were set aside by the day they
came in. A job that is cut off leaves whole files; the next one does the rest.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from quintile.domain.fail_point import fail_point
from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import ObservationWindow, WindowLength
from quintile.errors import SettingsError
from quintile.jobs.erasing.aged import aged
from quintile.jobs.erasing.rewriting import Rewriting, named_by, snapshot_folders
from quintile.jobs.project.key import has_state
from quintile.jobs.project.project import MODEL_JSON
from quintile.jobs.project.shortened import EVERYBODY, counted_from, shorten
from quintile.jobs.project.state import open_state
from quintile.jobs.project.stored import customers_of, require_here
from quintile.jobs.workplace.workplace import now_text, silent, today, workplace
from quintile.snapshots.disk import sync
from quintile.snapshots.draft import GONE
from quintile.snapshots.ledger_files import QUARANTINE
from quintile.snapshots.series import series
from quintile.snapshots.store import SNAPSHOTS, STORE, Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.domain.snapshot import Snapshot

_NUMBER = len("000001")


@dataclass(frozen=True)
class Limits:
    """The first day of each kind of data that stays; None keeps all."""

    snapshots: date | None
    rows: date | None
    quarantine: date | None

    def as_dict(self) -> dict[str, str | None]:
        """As JSON."""
        return {key: day and day.isoformat() for key, day in vars(self).items()}


def retention(
    project: Path,
    settings: Settings,
    *,
    dry_run: bool = False,
    wait: bool = False,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Remove what is too old; with ``dry_run`` only say what would be.

    Args:
        project: The project folder.
        settings: ``[retention]`` says how long each kind is kept.
        dry_run: Change nothing.
        wait: Wait while a run writes to the project.
        on_step: Told the name of each step as it begins.

    Returns:
        The first day that stays of each kind, the snapshots that go, and how many rows of which kind. The published
        snapshot always stays.

    Raises:
        SettingsError: The folder is no project, nothing is limited, or rows would go that the window still needs.
    """
    store = Store(project / STORE)
    if not store.root.is_dir():
        fix = "name the folder of quintile run --project"
        raise SettingsError("project", f"'{project}' is no project: it has no {STORE} folder", fix=fix)
    require_here(store.current())
    limits = _limits(settings)
    _require_window(limits, settings, store.root)
    with store.writing(f"retention-{os.getpid()}", started=now_text(), wait=wait):
        old = [one for one in series(store.root) if limits.snapshots and one.day < limits.snapshots]
        old = [one for one in old if not one.is_current]
        aside = _aside(project, settings, limits.quarantine)
        scored = [file for one in series(store.root) if one not in old for file in _scored_by(one, limits.rows)]
        with workplace([], settings.engine, store.root, on_step=on_step) as place:
            on_step("looking for what is too old")
            rewriting = Rewriting(place, store.root, aged(place.engine, store.root, limits.rows, aside, scored))
            gone = rewriting.counted()
            if not dry_run:
                _remove(store.root, old)
                _rewrite(rewriting, store.root, limits)
    rows = {room: count for room, count in sorted(gone.items()) if count}
    return {"dry_run": dry_run, "from": limits.as_dict(), "snapshots": [one.spoken for one in old], "rows": rows}


def _limits(settings: Settings) -> Limits:
    chosen, now = settings.retention, today(settings.ledger.time_zone)
    if not (chosen.snapshots or chosen.rows or chosen.quarantine):
        fix = "write for example [retention] snapshots = '24mo' in quintile.toml, or --snapshots 24mo"
        raise SettingsError("retention", "nothing says how long anything is kept", fix=fix)

    def first(length: str | None) -> date | None:
        return None if length is None else ObservationWindow(now, WindowLength.parse(length)).start

    return Limits(first(chosen.snapshots), first(chosen.rows), first(chosen.quarantine))


def _require_window(limits: Limits, settings: Settings, store: Path) -> None:
    """Refuse to remove rows that the published window still counts."""
    current = next((one for one in series(store) if one.is_current), None)
    if limits.rows is None or current is None:
        return
    # A run may have been told another window than the settings say.
    published = RfmModel.from_json((current.folder / MODEL_JSON).read_text(encoding="utf-8"))
    for model in (settings.model.model(), published):
        start = counted_from(model, current.day)
        if start is None or limits.rows > start:
            whose = "the population 'ever'" if model.population == EVERYBODY else f"the window of {model.window}"
            message = f"rows would be kept from {limits.rows} on, {whose} counts from {start or 'the first order'} on"
            fix = "keep rows at least as long as the window: --rows 36mo, or first run with a shorter window, of buyers"
            raise SettingsError("retention", message, fix=fix)


def _scored_by(one: Snapshot, first: date | None) -> list[Path]:
    """The file of a snapshot's customers, if it counts no order before a day."""
    model = RfmModel.from_json((one.folder / MODEL_JSON).read_text(encoding="utf-8"))
    start, file = counted_from(model, one.day), customers_of(one.folder)
    is_whole = first is not None and start is not None and first <= start
    return [file] if is_whole and file is not None else []


def _aside(project: Path, settings: Settings, first: date | None) -> frozenset[Path]:
    """The files of rows that were set aside before a day: by the run that wrote them, or by the file's own date."""
    if first is None:
        return frozenset()
    runs = open_state(project, settings).runs() if has_state(project, settings) else []
    came = {run["ledger"]: date.fromisoformat(run["started"][:10]) for run in runs if run["ledger"] is not None}

    def day(path: Path) -> date:
        number = path.name[:_NUMBER]
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
        return came.get(int(number), written) if number.isdecimal() else written

    return frozenset(path for path in (project / STORE / QUARANTINE).glob("*.parquet") if day(path) < first)


def _remove(store: Path, old: list[Snapshot]) -> None:
    """Remove snapshots, each by one rename first: half a snapshot is never seen, and the next job removes the rest."""
    for one in old:
        gone = one.folder.with_name(GONE + one.id)
        one.folder.rename(gone)
        fail_point("retention.removed")
        shutil.rmtree(gone)
    if old:
        sync(store / SNAPSHOTS)


def _rewrite(rewriting: Rewriting, store: Path, limits: Limits) -> None:
    def note(report: dict[str, Any], _folder: Path) -> None:
        if limits.rows is not None:
            shorten(report, limits.rows)

    folders = snapshot_folders(store)
    rewriting.kept_files(named_by(folders))
    for folder in folders:
        rewriting.snapshot(folder, lambda _path: False, note)
    fail_point("retention.rewritten")
    rewriting.drop_old()
