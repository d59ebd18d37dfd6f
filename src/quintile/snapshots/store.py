"""The store: a folder of immutable snapshots and one pointer, ``current``, that is swapped by a single rename.

Until that rename nothing is published, whatever was written; after it everything is. Readers take no lock.

    DIR/snapshots/<id>/...           one folder per snapshot, never changed again
    DIR/current                      a link to snapshots/<id>
    DIR/<room>/<file>                files that snapshots name and share, never changed either (projects only)
    DIR/customers.csv                a link to current/customers.csv (results folders only)
"""

from __future__ import annotations

import contextlib
import itertools
import os
from typing import TYPE_CHECKING

from quintile.domain.fail_point import fail_point
from quintile.errors import Place, StoreError
from quintile.snapshots.disk import checksums, disk_errors, full_disk, require_space, sync, sync_tree
from quintile.snapshots.draft import WRITING, Room, StoppedRun, checked_name, clean
from quintile.snapshots.lock import Holder, writer_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The folder of a project that is its store; one of results is a store itself.
STORE = "store"
SNAPSHOTS, CURRENT, LOCK = "snapshots", "current", ".lock"


class Store:
    """A folder that keeps snapshots.

    Args:
        root: The folder; made, with its parents, by the first run that writes. Foreign files in it are left alone.
        top_links: Files of the snapshot that people should find at the top of the folder, under their own names.
    """

    def __init__(self, root: Path, *, top_links: tuple[str, ...] = ()) -> None:
        self.root = root
        self._snapshots = root / SNAPSHOTS
        self._pointer = root / CURRENT
        self._links = {name: root / name for name in top_links}

    def current(self) -> Path | None:
        """The folder of the published snapshot; None before the first one.

        It never changes, so keep it: a reader that asks twice may meet two snapshots.

        Raises:
            StoreError: The snapshot that the pointer names was removed by hand.
        """
        with disk_errors(self.root):
            if not self._pointer.is_symlink():
                return None
            home = self._snapshots / self._pointer.readlink().name
        if not home.is_dir():
            message = f"the published snapshot '{home.name}' is gone"
            raise StoreError("store", message, fix="run again to publish a new one", place=Place(file=str(self.root)))
        return home

    @contextlib.contextmanager
    def writing(self, run_id: str, *, started: str, wait: bool = False) -> Iterator[Draft]:
        """Be the one writer of this store for the length of a ``with``.

        Whatever ends the block, only a published draft stays; an error or an interrupt leaves what was there before.

        Args:
            run_id: Names the run to others; letters, digits, ``.``, ``_``, ``-``.
            started: When the run started, as people should read it.
            wait: Wait for another writer instead of giving up.

        Raises:
            StoreBusyError: Another run is writing; names it.
            StoreFullError: The disk ran full, also if a database says so in the block.
            StoreError: The folder cannot be written to, or holds something foreign under a name of the store's.
        """
        holder = Holder.this_process(checked_name(run_id), started)
        room = Room(self._snapshots / (WRITING + run_id))
        draft = Draft(self, room)
        with full_disk(self.root, draft.bytes_needed), self._locked(holder, wait=wait):
            with disk_errors(self.root):
                draft.stopped = clean(self._snapshots)
            fail_point("store.cleaned")
            try:
                # Once more, because only here what was written can still be measured.
                with full_disk(self.root, draft.bytes_needed):
                    with disk_errors(self.root):
                        room.open(holder)
                    yield draft
            finally:
                # What cannot be removed now is removed, and told, by the next run.
                with contextlib.suppress(OSError):
                    room.discard()
                    self._drop_dead_links()

    @contextlib.contextmanager
    def _locked(self, holder: Holder, *, wait: bool) -> Iterator[None]:
        with disk_errors(self.root):
            self._refuse_foreign()
            self._snapshots.mkdir(parents=True, exist_ok=True)
        with writer_lock(self._snapshots / LOCK, holder, wait=wait):
            fail_point("store.locked")
            yield

    def _publish(self, room: Room, snapshot_id: str) -> Path:
        """The steps of publishing, in the only order that is safe at every point of failure."""
        self._refuse_foreign()
        sync_tree(room.files)
        home = self._home(room.files, snapshot_id)
        room.pointer.symlink_to(f"{SNAPSHOTS}/{home.name}")
        fail_point("store.marked")
        room.move_kept(self.root)
        if home.exists():
            room.files.rename(room.duplicate)
            fail_point("store.set_aside")
        else:
            room.files.rename(home)
            fail_point("store.renamed")
        sync(self._snapshots)
        for name, link in self._links.items():
            if (home / name).exists() and not link.is_symlink():
                link.symlink_to(f"{CURRENT}/{name}")
                fail_point("store.linked")
        room.pointer.replace(self._pointer)
        fail_point("store.swapped")
        sync(self.root)
        fail_point("store.durable")
        return home

    def _add(self, room: Room, snapshot_id: str) -> Path:
        """Give the files their home in one rename; no pointer leads there, and the room is empty again."""
        sync_tree(room.files)
        home = self._home(room.files, snapshot_id)
        room.adding.touch()
        if home.exists():
            room.clear()
            return home
        room.files.rename(home)
        fail_point("store.added")
        sync(self._snapshots)
        room.files.mkdir()
        return home

    def _home(self, files: Path, snapshot_id: str) -> Path:
        """The folder for a snapshot: that of an equal one if there is one, else the first free of id, id-2, id-3..."""
        names = itertools.chain([snapshot_id], (f"{snapshot_id}-{count}" for count in itertools.count(2)))
        homes = (self._snapshots / name for name in names)
        return next(home for home in homes if not os.path.lexists(home) or checksums(home) == checksums(files))

    def _refuse_foreign(self) -> None:
        """Never overwrite what this store did not make."""
        for path, target in {self._pointer: SNAPSHOTS, **dict.fromkeys(self._links.values(), CURRENT)}.items():
            if os.path.lexists(path) and not (path.is_symlink() and str(path.readlink().parent) == target):
                raise StoreError(
                    "store-foreign",
                    f"'{path.name}' is already there and was not made by quintile, so it is not overwritten",
                    fix="move it away, or choose another folder",
                    place=Place(file=str(path)),
                )

    def _drop_dead_links(self) -> None:
        for link in self._links.values():
            if link.is_symlink() and not link.exists():
                link.unlink()


class Draft:
    """The store's next snapshot, as long as its run holds the store.

    ``folder`` is empty and on the store's own disk: write the snapshot's files there. ``kept`` is for files that
    outlive it, each under its path in the store: they are moved there, and synced, before the pointer moves.
    ``stopped`` names the killed runs whose leftovers were removed.
    """

    def __init__(self, store: Store, room: Room) -> None:
        self.root = store.root
        self.folder = room.files
        self.kept = room.kept
        self.stopped: tuple[StoppedRun, ...] = ()
        self._store = store
        self._room = room
        self._asked = 0

    def require_space(self, needed: int) -> None:
        """Raise StoreFullError, with both figures, unless ``needed`` bytes are free on the store's disk."""
        self._asked = needed
        require_space(self._store.root, needed)

    def bytes_needed(self) -> int:
        """The least the run needs: what it asked for, or one byte over what it has written."""
        written = sum(path.lstat().st_size for room in (self.folder, self.kept) for path in room.rglob("*"))
        return max(self._asked, written + 1)

    def add(self, snapshot_id: str) -> Path:
        """Keep the files in ``folder`` as a snapshot of the past; the current one stays, ``folder`` is empty again.

        Equal and other files of this id are treated as ``publish`` treats them. What was added stays, whatever
        becomes of the rest of the run.

        Returns:
            The folder of the snapshot.

        Raises:
            StoreFullError: The disk ran full; the snapshots added before stand.
            StoreError: The folder cannot be written to.
        """
        checked_name(snapshot_id)
        with disk_errors(self._store.root):
            return self._store._add(self._room, snapshot_id)  # noqa: SLF001 - a draft is a part of its store

    def clear(self) -> None:
        """Empty ``folder``: what was written there is not wanted."""
        with disk_errors(self._store.root):
            self._room.clear()

    def publish(self, snapshot_id: str) -> Path:
        """Make the files in ``folder`` the current snapshot, all at once; ``folder`` is gone afterwards.

        Files equal to those of a published snapshot of this id publish that one again and keep nothing twice. Other
        files never replace a snapshot: they are published as ``<id>-2``, ``<id>-3`` and so on.

        Returns:
            The folder of the snapshot.

        Raises:
            StoreFullError: The disk ran full; the earlier snapshot is still the current one.
            StoreError: The folder cannot be written to, or holds something foreign under a name of the store's.
        """
        checked_name(snapshot_id)
        with disk_errors(self._store.root):
            return self._store._publish(self._room, snapshot_id)  # noqa: SLF001 - a draft is a part of its store
