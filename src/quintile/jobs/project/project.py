"""Project: what its store holds at the moment one job looks."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.rfm_model import RfmModel
from quintile.jobs.project.published import Published
from quintile.jobs.project.stored import require_here
from quintile.snapshots.ledger_files import LedgerFiles
from quintile.snapshots.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.snapshots.ledger_files import KnownSource

RUN_JSON, MODEL_JSON, PROFILE_JSON = "run.json", "model.json", "profile.json"
# What two snapshots have in common when nothing changed; reports tell more of how they came about.
_SAME = ("quintile", "as_of", "as_of_given", "window", "time_zone", "currency", "files")


@dataclass(frozen=True)
class Project:
    """A project's store as one job found it: the published snapshot and the ledger it names, if there is one."""

    store: Path
    snapshot: Path | None
    files: LedgerFiles | None

    @classmethod
    def at(cls, store: Path, *, anywhere: bool = False) -> Project:
        """Look at a store; one that was never written to is empty.

        Args:
            store: The store's folder.
            anywhere: Its orders may lie in a server or a cluster.

        Raises:
            SettingsError: ``engine``, they do, and this is not wanted.
        """
        snapshot = Store(store).current()
        if not anywhere:
            require_here(snapshot)
        return cls(store, snapshot, LedgerFiles.of(snapshot))

    @property
    def row_count(self) -> int:
        """How many rows the ledger holds."""
        return self.files.rows if self.files is not None else 0

    @property
    def roles(self) -> frozenset[str]:
        """The roles that some known row has."""
        return frozenset(self.files.meaning.roles if self.files is not None else ())

    def knows(self, source: KnownSource) -> bool:
        """Whether these very bytes were accepted before."""
        return self.files is not None and self.files.knows(source)

    @property
    def published(self) -> Published:
        """The last analysis date."""
        return Published(self.files.as_of if self.files is not None else None)

    @property
    def profile(self) -> dict[str, Any] | None:
        """What the sources so far looked like."""
        return self._json(PROFILE_JSON)

    def frozen(self, wanted: RfmModel) -> RfmModel:
        """A model with the cut points of the published one, if it learns them alike; else as it is.

        What comes after the scores may differ: the scheme, and the dwell rule.

        Raises:
            SettingsError: The published model is damaged.
        """
        if self.snapshot is None or not (self.snapshot / MODEL_JSON).exists():
            return wanted
        before = RfmModel.from_json((self.snapshot / MODEL_JSON).read_text(encoding="utf-8"))
        fitted = replace(before, scheme=wanted.scheme, scheme_text=wanted.scheme_text, dwell=wanted.dwell)
        return fitted if replace(fitted, cuts=None, fitted=None) == wanted else wanted

    def same_as(self, report: dict[str, Any]) -> Path | None:
        """The published snapshot, if what was just written would be the same again."""
        before = self._json(RUN_JSON)
        if before is None or any(before.get(key) != report.get(key) for key in _SAME):
            return None
        report["snapshot"] = before["snapshot"]
        return self.snapshot

    def _json(self, file: str) -> dict[str, Any] | None:
        if self.snapshot is None or not (self.snapshot / file).exists():
            return None
        found: dict[str, Any] = json.loads((self.snapshot / file).read_text(encoding="utf-8"))
        return found
