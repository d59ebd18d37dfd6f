"""Snapshot: which one it is, of when, and what was known then; the times of a project's past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIRST, LAST = "first", "last"


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot.

    ``as_of`` is its analysis date as run.json writes it; ``known`` is the number of the ledger it was made from, which
    grows with every change: of two snapshots of one date the higher number knew more. ``model`` is the fingerprint of
    what scored it, ``folder`` holds its files, ``is_current`` says that the store's pointer leads to it.
    """

    id: str
    as_of: str
    known: int
    model: str
    folder: Path
    is_current: bool = False

    @property
    def day(self) -> date:
        """The analysis day."""
        return datetime.fromisoformat(self.as_of).date()

    @property
    def spoken(self) -> str:
        """How people and flags name it: ``2025-07-01@3``."""
        return f"{self.as_of}@{self.known}"


def as_now_known(series: Sequence[Snapshot]) -> list[Snapshot]:
    """Of each analysis date the snapshot that knew most, the current one before others; in the order of dates."""
    latest = {snapshot.as_of: snapshot for snapshot in sorted(series, key=_order)}
    return sorted(latest.values(), key=_order)


def chosen(series: Sequence[Snapshot], wanted: str) -> Snapshot:
    """The snapshot that a person means.

    Args:
        series: All there are.
        wanted: ``first``, ``last``, an analysis date (as now known), ``DATE@N`` (as ledger N knew it), or an id.

    Raises:
        SettingsError: There is none, or none like that; names the nearest ones.
    """
    dates = as_now_known(series)
    if not dates:
        message = "the project has no snapshot yet"
        raise SettingsError("snapshot", message, fix="publish one: quintile run SOURCE --project DIR")
    if wanted in {FIRST, LAST}:
        return dates[0 if wanted == FIRST else -1]
    exact = [one for one in series if wanted in {one.id, one.spoken}]
    found = exact or [one for one in dates if wanted in {one.as_of, one.day.isoformat()}]
    if not found:
        known = ", ".join(one.as_of for one in dates[-5:])
        message = f"the project has no snapshot '{wanted}'"
        fix = f"name one of {known}, or all: quintile log --project DIR; make past ones with: quintile history"
        raise SettingsError("snapshot", message, fix=fix)
    return max(found, key=_order)


def _order(snapshot: Snapshot) -> tuple[str, int, bool, str]:
    return snapshot.as_of, snapshot.known, snapshot.is_current, snapshot.id
