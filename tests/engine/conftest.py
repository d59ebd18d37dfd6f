"""The tests of engine share one database; every test replaces the tables it reads."""

from __future__ import annotations

from tests.database import engine

__all__ = ["engine"]
