"""What the tests of sources share: a database that may touch the test's own folder, and sources opened from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.duckdb import DuckDbEngine
from quintile.sources.open import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quintile.sources.located import SourceTable


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDbEngine]:
    """DuckDB with two threads and the test's own folder."""
    database = DuckDbEngine([tmp_path], threads=2)
    yield database
    database.close()


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    """An empty folder for links and copies."""
    folder = tmp_path / "staging"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(engine: DuckDbEngine, staging: Path) -> Callable[..., SourceTable]:
    """``opened(path, sheet="Orders")`` opens a source with these reading settings."""

    def from_source(source: object, place: int = 0, **settings: object) -> SourceTable:
        return open_source(engine, source, staging, ReadingSettings(**settings), place)  # type: ignore[arg-type]

    return from_source
