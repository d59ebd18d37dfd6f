"""One database for all tests of scoring: every test replaces the tables it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quintile.engine.duckdb import DuckDbEngine
from tests.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDbEngine]:
    """DuckDB with two threads; it may read the public data."""
    database = DuckDbEngine([SHARED] if SHARED.exists() else [], threads=2)
    yield database
    database.close()
