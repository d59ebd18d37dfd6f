"""erase: takes a person out of a project, for good: rows, people, orders, snapshots of every date, written files.

First the tombstones are written, here and in their second copy; from then on no import brings the person back, and
whatever ends the job, the next run, verify or erase completes it. The files that hold the person go last.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import quintile
from quintile.domain.fail_point import fail_point
from quintile.errors import SettingsError
from quintile.jobs.erasing.person import asked_for, resolved
from quintile.jobs.erasing.sweeping import known_by_digest, sweep
from quintile.jobs.project.key import KEY_FILE, STATE_FILE
from quintile.jobs.project.state import open_state
from quintile.jobs.project.stored import require_here
from quintile.jobs.project.tombstones import agreed_tombstones, obey
from quintile.jobs.workplace.replacing import replacing
from quintile.jobs.workplace.workplace import now_text, silent, workplace
from quintile.snapshots.series import report_of, series
from quintile.snapshots.store import STORE, Store
from quintile.state.sent import sent_times

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quintile.domain.settings import Settings
    from quintile.jobs.erasing.sweeping import Swept
    from quintile.jobs.project.tombstones import Tombstones
    from quintile.state.database import State

CERTIFICATES = "certificates"
OURS = (STORE, CERTIFICATES, KEY_FILE, STATE_FILE, f"{STATE_FILE}-wal", f"{STATE_FILE}-shm")


def erase(
    project: Path,
    asked: Sequence[str],
    settings: Settings,
    *,
    wait: bool = False,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Erase the persons whom ids, e-mails or phone numbers name.

    Args:
        project: The project folder.
        asked: Ids, e-mails, phone numbers, in any spelling; all that they name is erased.
        settings: The project's settings.
        wait: Wait while a run writes to the project.
        on_step: Told the name of each step as it begins.

    Returns:
        The certificate: counts and file names, nothing personal. ``left`` are files that mention the person and
        cannot be rewritten.

    Raises:
        SettingsError: Nobody is named, the folder is no project, or ids were merged by a table that is not named.
        StoreError: The state or a file cannot be used; what was done stays done, and the next erase completes it.
    """
    asked = [text for one in asked if (text := " ".join(one.split()))]
    if not asked:
        raise SettingsError("person", "nobody is named", fix="write ids, e-mails or phone numbers")
    store = _store_of(project)
    _require_merges(store, settings)
    with store.writing(f"erase-{os.getpid()}", started=now_text(), wait=wait):
        state = open_state(project, settings)
        with workplace(_tables(settings), settings.engine, project, on_step=on_step) as place:
            on_step("looking for the person")
            mentions, shared = resolved(place, store.root, asked_for(asked), settings)
            before = agreed_tombstones(state, project, settings)
            number = max(before.certificates, default=0) + 1
            state.bury(mentions.tombstones(before.key, number, now_text()))
            known = agreed_tombstones(state, project, settings)
            fail_point("erase.buried")
            on_step("erasing")
            also = known_by_digest(place, store.root, known.pending(store.root))
            swept = sweep(place, project, mentions.with_more(also), OURS)
        told = {"certificate": number, "asked_for": len(asked), "shared_contacts": shared}
        made = {"tombstones": len(known.known) - len(before.known), "second_copy": known.is_copied}
        return _finish(project, state, known, told | made, swept)


def erase_pending(project: Path, settings: Settings, state: State) -> dict[str, Any] | None:
    """Erase those of whom tombstones are known that the store has not obeyed: it was restored, or a job was cut off.

    To be called by who holds the store's lock.

    Returns:
        The certificate, or None where nothing was to be done.
    """
    store = project / STORE
    known = agreed_tombstones(state, project, settings)
    pending = known.pending(store)
    if not pending:
        return None
    with workplace([], settings.engine, project) as place:
        swept = sweep(place, project, known_by_digest(place, store, pending), OURS)
    return _finish(project, state, known, {"certificate": pending.certificates[-1], "again": True}, swept)


def _sent(state: State) -> dict[str, Any]:
    """What has left the project: messages of alerts, which hold counts of segments and name nobody."""
    times = sent_times(state)
    return {"messages": len(times), "last": times[-1] if times else None, "naming_persons": 0}


def _store_of(project: Path) -> Store:
    root = project / STORE
    if not root.is_dir():
        fix = "name the folder of quintile run --project"
        raise SettingsError("project", f"'{project}' is no project: it has no {STORE} folder", fix=fix)
    store = Store(root)
    require_here(store.current())
    return store


def _require_merges(store: Store, settings: Settings) -> None:
    """Refuse to look for people by their ids alone where a snapshot knows that some ids are one person.

    Raises:
        SettingsError: ``merges``.
    """
    if settings.ledger.merges is not None:
        return
    for one in series(store.root):
        tables = report_of(one).get("second_tables", [])
        used = next((table["name"] for table in tables if table["table"] == "merges"), None)
        if used is not None:
            message = f"the snapshot {one.spoken} merged ids by the table '{used}', and the settings name none"
            fix = 'write it under [ledger] of quintile.toml, so that all ids of the person are found: merges = "FILE"'
            raise SettingsError("merges", message, fix=fix)


def _tables(settings: Settings) -> list[Path]:
    return [Path(settings.ledger.merges)] if settings.ledger.merges is not None else []


def _finish(project: Path, state: State, known: Tombstones, told: dict[str, Any], swept: Swept) -> dict[str, Any]:
    """Write the certificate, remove the old files, and remember that the store obeyed."""
    certificate = {
        **told,
        "erased_at": now_text(),
        **swept.told(project),
        "sent": _sent(state),
        "quintile": quintile.__version__,
    }
    folder = project / CERTIFICATES
    folder.mkdir(exist_ok=True)
    again = "-again" if told.get("again") else ""
    path = folder / f"{told['certificate']:06}{again}.json"
    with replacing(path, "the certificate") as draft:
        draft.write_text(json.dumps(certificate, indent=2) + "\n", encoding="utf-8")
    fail_point("erase.certified")
    swept.drop_old()
    state.compact()
    obey(project / STORE, known.certificates)
    return {**certificate, "file": str(path)}
