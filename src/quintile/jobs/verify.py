"""verify: re-checks a project's store: every file against its checksum and rows, every sum, the pointer, the state.

People who were erased and stand in the store again, because it was restored from a copy, are erased again first.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from quintile.errors import QuintileError, SettingsError, StoreError
from quintile.jobs.erase import erase_pending
from quintile.jobs.erasing.rewriting import snapshot_folders
from quintile.jobs.project.key import key_of
from quintile.jobs.project.state import open_state
from quintile.jobs.project.stored import require_here
from quintile.jobs.project.tombstones import known_tombstones
from quintile.jobs.verifying.recomputed import differences
from quintile.jobs.verifying.verified import Checked, check_kept, check_snapshot
from quintile.jobs.workplace.server import with_storage
from quintile.jobs.workplace.workplace import now_text, silent, workplace
from quintile.snapshots.leftovers import leftovers
from quintile.snapshots.order_files import ALL_ROOMS
from quintile.snapshots.store import CURRENT, STORE, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.jobs.verifying.verified import Problem

_RESTORE = "restore the project from a copy, then run quintile verify again"


def verify(
    project: Path,
    settings: Settings,
    *,
    recompute: bool = False,
    wait: bool = False,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Check everything a project keeps.

    Args:
        project: The project folder.
        settings: Its settings; to recompute, those of the last run.
        recompute: Also make the current snapshot anew from the ledger's rows, and compare the bytes; not done where
            something else is wrong already.
        wait: Wait while a run writes to the project.
        on_step: Told the name of each step as it begins.

    Returns:
        What was checked, and ``problems``: each with its file, what is wrong, and what to do.

    Raises:
        SettingsError: The folder is no project; ``recompute`` was asked with other settings than those of the run.
        StoreBusyError: A run is writing to the project.
    """
    store = Store(project / STORE)
    if not store.root.is_dir():
        fix = "name the folder of quintile run --project"
        raise SettingsError("project", f"'{project}' is no project: it has no {STORE} folder", fix=fix)
    if recompute:
        require_here(store.current())
    with store.writing(f"verify-{os.getpid()}", started=now_text(), wait=wait) as draft:
        found = Checked([])
        again = _erased_again(project, settings, found)
        engine = with_storage(settings.engine, project)
        with workplace([], engine, store.root, anywhere=True, on_step=on_step) as place:
            folders = snapshot_folders(store.root)
            for folder in folders:
                on_step(f"checking {folder.name}")
                check_snapshot(place.engine, folder, found)
            on_step("checking the files they share")
            named = check_kept(place.engine, store.root, folders, found)
        own = draft.folder.parent
        found.problems += _around(store, named, own)
        recomputed = recompute and not found.problems
        found.problems += differences(project, settings, on_step) if recomputed else []
    problems = [problem.as_dict(project) for problem in found.problems]
    counted = {"snapshots": len(folders), "files": found.files, "rows": found.rows, "erased_again": again}
    return {**counted, "recomputed": recomputed, "problems": problems}


def _erased_again(project: Path, settings: Settings, found: Checked) -> dict[str, Any] | None:
    """Look at the state, and obey tombstones that the store has not obeyed."""
    try:
        state = open_state(project, settings)
        key_of(project, settings)
        for said in state.problems():
            found.add(project / "state.sqlite", f"the state's database is damaged: {said}", _RESTORE)
        known_tombstones(project, settings)
        return erase_pending(project, settings, state)
    except QuintileError as error:
        if error.code != "store" or error.place.file is None:  # every file of the store is looked at below
            found.add(project, error.message, error.fix)
        return None


def _around(store: Store, named: set[str], own: Path) -> Iterator[Problem]:
    """The pointer, and what nothing names."""
    found = Checked([])
    try:
        home = store.current()
        if home is None:
            found.add(store.root / CURRENT, "the store has no published snapshot", "publish one: quintile run")
        elif home not in snapshot_folders(store.root):
            found.add(home, "the published snapshot is damaged", _RESTORE)
    except StoreError as error:
        found.add(store.root / CURRENT, error.message, error.fix)
    for path in leftovers(store.root, ALL_ROOMS, named):
        if path != own:
            found.add(path, "nothing names this file", "look whether it is yours; else remove it")
    yield from found.problems
