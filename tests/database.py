"""One hardened database a session for the tests of a room: it may touch no folder but its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quintile.engine.duckdb import DuckDbEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDbEngine]:
    """DuckDB with two threads and no folders."""
    database = DuckDbEngine(threads=2)
    yield database
    database.close()
