"""Logged: a project's run as its state remembers it, from its begin to its end.

The snapshot stands on its own: if its end cannot be written down, that is told, and nothing is lost.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import quintile
from quintile.errors import DataError, QuintileError, SettingsError
from quintile.jobs.erase import erase_pending
from quintile.jobs.project.key import key_of
from quintile.jobs.project.state import open_state
from quintile.jobs.workplace.workplace import now_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.snapshots.draft import StoppedRun
    from quintile.snapshots.store import Draft
    from quintile.state.database import State


class RunLog:
    """One run in the state; ``problem`` says why its end could not be written down."""

    def __init__(self, state: State, number: int) -> None:
        self._state = state
        self._number = number
        self._told: dict[str, Any] = {"outcome": "stopped"}
        self.problem: str | None = None

    def publishes(self, report: dict[str, Any], *, is_new: bool) -> None:
        """Remember what came in, and which snapshot stands at the end."""
        source = report["refresh"]["source"]
        self._told = {
            "outcome": "published" if is_new else "unchanged",
            "snapshot": report["snapshot"],
            "ledger": report["known"]["ledger"],
            "rows_in": source["rows_in"],
            "rows_new": source["rows_kept"],
        }

    def adds(self, snapshots: list[str]) -> None:
        """Remember that snapshots of the past were added, if there were any, and the latest of them."""
        self._told = {
            "outcome": "added" if snapshots else "unchanged",
            "snapshot": snapshots[-1] if snapshots else None,
        }

    def fails(self, error: BaseException) -> None:
        """Remember what ended the run: its code, never its words, which may name a person."""
        refused = isinstance(error, DataError | SettingsError)
        outcome = "refused" if refused else "failed" if isinstance(error, Exception) else "stopped"
        self._told = {"outcome": outcome, "code": error.code if isinstance(error, QuintileError) else None}

    def end(self) -> None:
        """Write it down."""
        try:
            self._state.end_run(self._number, ended=now_text(), **self._told)
        except QuintileError as error:
            self.problem = error.message


@contextlib.contextmanager
def logged(settings: Settings, project: Path, draft: Draft, *, sources: int = 0) -> Iterator[RunLog]:
    """Write down the run of the block, which holds the project's store; runs that were killed are called stopped.

    An erasure that the store has not obeyed is completed first.

    Raises:
        StoreError: The state cannot be used; nothing has been read yet.
    """
    key_of(project, settings)  # so that a copy of the project made from now on has it
    state = open_state(project, settings)
    erase_pending(project, settings, state)
    _settle(state, state.stop_running(), draft.stopped)
    number = state.begin_run(
        started=now_text(),
        sources=sources,
        host=os.uname().nodename,
        pid=os.getpid(),
        version=quintile.__version__,
    )
    log = RunLog(state, number)
    try:
        yield log
    except BaseException as error:
        log.fails(error)
        raise
    finally:
        log.end()


def _settle(state: State, killed: list[dict[str, Any]], found: tuple[StoppedRun, ...]) -> None:
    """Of killed runs the store may know how far they came: say where, and that one had published all the same."""
    stages = {(one.holder.host, one.holder.pid): one.stage for one in found if one.holder is not None}
    for row in killed:
        stage = stages.get((row["host"], row["pid"]))
        if stage is not None:
            state.end_run(row["id"], "published" if stage == "published" else "stopped", code=f"killed_{stage}")
