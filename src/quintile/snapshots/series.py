"""Series: all snapshots of a store, in the order of their analysis dates and of what was known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quintile.domain.snapshot import Snapshot, as_now_known
from quintile.errors import Place, StoreError
from quintile.snapshots.store import SNAPSHOTS, Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_REPORT = "run.json"
_DAY = len("2025-07-01")


def series(store: Path) -> list[Snapshot]:
    """The published snapshots of a store, without those that are being written.

    Raises:
        StoreError: The report of one is damaged.
    """
    return _read(store, _folders(store))


def dates_before(store: Path, as_of: str, most: int) -> list[Snapshot]:
    """The snapshots of the latest analysis dates before one, each as it is now known, the earliest first.

    Args:
        store: The project's store.
        as_of: The analysis date, as run.json writes it.
        most: How many dates at most; reports of other days are not read.

    Raises:
        StoreError: The report of one is damaged.
    """
    day = as_of[:_DAY]
    folders = [folder for folder in _folders(store) if folder.name[:_DAY] <= day]
    days = {day, *sorted({folder.name[:_DAY] for folder in folders} - {day})[-most:]}
    found = as_now_known(_read(store, [folder for folder in folders if folder.name[:_DAY] in days]))
    return [one for one in found if one.as_of < as_of][-most:]


def report_of(snapshot: Snapshot) -> dict[str, Any]:
    """The content of a snapshot's run.json.

    Raises:
        StoreError: It is damaged.
    """
    return _report(snapshot.folder)


def _folders(store: Path) -> list[Path]:
    """The folders of whole snapshots; their names begin with the analysis day."""
    home = store / SNAPSHOTS
    if not home.is_dir():
        return []
    return [one for one in home.iterdir() if not one.name.startswith(".") and (one / _REPORT).is_file()]


def _read(store: Path, folders: Sequence[Path]) -> list[Snapshot]:
    current = Store(store).current() if folders else None
    found = [_snapshot(folder, is_current=folder == current) for folder in folders]
    return sorted(found, key=lambda one: (one.as_of, one.known, one.id))


def _snapshot(folder: Path, *, is_current: bool) -> Snapshot:
    report = _report(folder)
    known = report.get("known", {}).get("ledger", 0)
    return Snapshot(folder.name, report["as_of"], known, report["model"]["fingerprint"], folder, is_current)


def _report(folder: Path) -> dict[str, Any]:
    path = folder / _REPORT
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _ = report["as_of"], report["model"]["fingerprint"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        message, fix = "the report of a snapshot is damaged", "restore the store from a copy, or publish it anew"
        raise StoreError("store", message, fix=fix, place=Place(str(path))) from error
    return report
