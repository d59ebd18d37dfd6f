"""What all tests share: where the public data lies, and what happens when it is not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.spark import cluster, session_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def find_shared(path: str) -> Path:
    """A file or folder of public data beside the repository; read in place, never copied.

    Where it is absent the test is skipped, but fails when the environment says ``CI=true``.
    """
    found = SHARED / path
    if not found.exists():
        reason = f"the public data ../shared/{path} is absent"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """``find_shared`` as a fixture: ``shared("data/superstore")``."""
    return find_shared


@pytest.fixture(scope="session")
def spark_master() -> Iterator[str]:
    """The address of a cluster that a session of this process stands on already; its tests share one xdist group."""
    with cluster() as master, session_on(master):
        yield master
