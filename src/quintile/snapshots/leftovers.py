"""Leftovers: what lies in a store and belongs to no snapshot: files that nobody names, and rooms of killed runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.snapshots.store import LOCK, SNAPSHOTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


def leftovers(store: Path, rooms: Collection[str], named: Collection[str]) -> Iterator[Path]:
    """The files and folders of a store that nothing names.

    Args:
        store: The store.
        rooms: The folders of files that snapshots share.
        named: The names of all such files, as snapshots write them.
    """
    for room in rooms:
        folder = store / room
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
        yield from (path for path in paths if f"{room}/{path.name}" not in named)
    home = store / SNAPSHOTS
    hidden = sorted(home.iterdir()) if home.is_dir() else []
    yield from (path for path in hidden if path.name.startswith(".") and path.name != LOCK)
