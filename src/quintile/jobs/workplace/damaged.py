"""Which file is damaged, when the database could not read something: one of the sources, or of a project's store."""

from __future__ import annotations

import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.engine.duckdb import DuckDbEngine
from quintile.errors import DataError, Place, StoreError
from quintile.snapshots.order_files import ALL_ROOMS
from quintile.snapshots.store import SNAPSHOTS, STORE
from quintile.sources.formats import format_of
from quintile.sources.parquet import require_sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quintile.domain.engine_settings import EngineSettings

RESTORE = "restore the file from a copy of the project; quintile verify tells whether there are more"
# Folders of the store whose files never change; what a run is writing lies elsewhere.
_LASTING = (SNAPSHOTS, *ALL_ROOMS)


def require_sound_files(files: Sequence[Path], settings: EngineSettings, *, cause: Exception | None = None) -> None:
    """Read the Parquet files in full, each alone, and hold their values against what their footers tell.

    Raises:
        DataError: One of them is damaged; it is named.
    """
    with tempfile.TemporaryDirectory(prefix="quintile-", ignore_cleanup_errors=True) as staging:
        for number, file in enumerate(files):
            if format_of(file) == "parquet":
                engine = DuckDbEngine([Path(staging)], [file], memory=settings.memory, threads=settings.threads)
                try:
                    require_sound(engine, file, Path(staging) / f"looked_at_{number}.parquet")
                except DataError as error:
                    raise error from cause
                finally:
                    engine.close()


def require_sound_store(store: Path, settings: EngineSettings, *, cause: Exception) -> None:
    """Read the lasting Parquet files of a store in full, each alone; nothing to do where there is no store.

    Args:
        store: A project's store, or the project.
        settings: The limits of the engine.
        cause: Why they are looked at.

    Raises:
        StoreError: One of them is damaged; it is named.
    """
    for file in _lasting(store):
        try:
            require_sound_files([file], settings)
        except DataError as error:
            message = f"a file of the store is damaged: {error.message}"
            raise StoreError("store", message, fix=RESTORE, place=Place(str(file))) from cause


def _lasting(store: Path) -> Iterator[Path]:
    rooms = (home / room for home in (store, store / STORE) for room in _LASTING)
    yield from sorted(chain.from_iterable(room.rglob("*.parquet") for room in rooms))
