"""One database for all tests of the ledger: every test replaces the tables it reads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.database import engine
from tests.ledger.tables import built

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.engine.duckdb import DuckDbEngine
    from tests.ledger.tables import Built

__all__ = ["build", "engine"]


@pytest.fixture
def build(engine: DuckDbEngine) -> Callable[..., Built]:
    """``build(rows, refunds="gross")`` builds the ledger of literal rows."""
    return partial(built, engine)
