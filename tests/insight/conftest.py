"""One database for all tests of insight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quintile.engine.duckdb import DuckDbEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDbEngine]:
    """DuckDB with two threads."""
    database = DuckDbEngine([], threads=2)
    yield database
    database.close()
