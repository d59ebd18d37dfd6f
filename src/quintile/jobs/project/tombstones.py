"""Tombstones: those a project knows, from its state and from their second copy outside the project folder.

A restored project folder may hold an older state; then the second copy still knows who was erased meanwhile. Which
certificates the store has obeyed stands in the store, so that a restored one is known by it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from quintile.domain.tombstone import Key, Tombstone
from quintile.errors import Place, StoreError
from quintile.jobs.project.key import has_state, key_of, second_copy
from quintile.jobs.workplace.replacing import replacing
from quintile.snapshots.disk import sync

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.state.database import State

OBEYED = "erased.json"


@dataclass(frozen=True)
class Tombstones:
    """All tombstones of a project, the key that made them, and whether the second copy has them all."""

    key: Key
    known: tuple[Tombstone, ...] = ()
    is_copied: bool = True

    def __bool__(self) -> bool:
        return bool(self.known)

    def digests(self, *kinds: str) -> list[str]:
        """The digests of some kinds, each once."""
        return sorted({one.digest for one in self.known if one.kind in kinds})

    def pending(self, store: Path) -> Tombstones:
        """Those that a store has not obeyed: it was restored, or an erasure was interrupted."""
        obeyed = obeyed_by(store)
        return Tombstones(self.key, tuple(one for one in self.known if one.certificate not in obeyed))

    @property
    def certificates(self) -> list[int]:
        """The numbers of their certificates."""
        return sorted({one.certificate for one in self.known})


def known_tombstones(project: Path, settings: Settings) -> Tombstones | None:
    """The tombstones of a project, nothing written; None where nobody was ever erased.

    Raises:
        StoreError: The state or the second copy cannot be read.
    """
    if not has_state(project, settings):
        return None
    from quintile.jobs.project.state import open_state  # noqa: PLC0415 - loads the database library, for projects alone

    state = open_state(project, settings)
    key = key_of(project, settings)
    known = {*state.tombstones(), *_copied(second_copy(settings, key))}
    return Tombstones(key, _once(known)) if known else None


def agreed_tombstones(state: State, project: Path, settings: Settings) -> Tombstones:
    """The same, after each of the two places learned what the other knows; only for who holds the store's lock."""
    key = key_of(project, settings)
    copy = second_copy(settings, key)
    here, there = set(state.tombstones()), set(_copied(copy))
    known = _once(here | there)
    if set(known) - here:
        state.bury(known)
    is_copied = not set(known) - there or _write_copy(copy, known)
    return Tombstones(key, known, is_copied)


def obeyed_by(store: Path) -> set[int]:
    """The certificates that a store has obeyed."""
    path = store / OBEYED
    if not path.exists():
        return set()
    try:
        return set(json.loads(path.read_text(encoding="utf-8"))["certificates"])
    except (ValueError, KeyError, TypeError):
        return set()  # then the store is looked through once more, which does no harm


def obey(store: Path, certificates: list[int]) -> None:
    """Write down that a store has obeyed some certificates, and those before."""
    path = store / OBEYED
    content = {"certificates": sorted(obeyed_by(store) | set(certificates))}
    with replacing(path, "the list of erasures") as draft:
        draft.write_text(json.dumps(content) + "\n", encoding="utf-8")
        sync(draft)
    sync(store)


def _once(known: set[Tombstone]) -> tuple[Tombstone, ...]:
    """Each digest of a kind once, under its first certificate."""
    first: dict[tuple[str, str], Tombstone] = {}
    for one in sorted(known):
        first.setdefault((one.digest, one.kind), one)
    return tuple(sorted(first.values()))


def _copied(path: Path) -> list[Tombstone]:
    try:
        return [Tombstone(**one) for one in json.loads(path.read_text(encoding="utf-8"))["tombstones"]]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = "the second copy of the tombstones cannot be read"
        fix = "restore it from a backup, or name another place: [state] tombstones in quintile.toml"
        raise StoreError("state", message, fix=fix, place=Place(str(path))) from error


def _write_copy(path: Path, known: tuple[Tombstone, ...]) -> bool:
    """Write the second copy; where that cannot be done, an erasure is not held up, but told of it."""
    content = {"tombstones": [asdict(one) for one in known]}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, "the second copy of the tombstones") as draft:
            draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            draft.chmod(0o600)
            sync(draft)
        sync(path.parent)
    except (OSError, StoreError):
        return False
    return True
