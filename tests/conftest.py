"""What all tests share: where the public data lies, and what happens when it is not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.spark import cluster, session_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xdist.scheduler import LoadScopeScheduling

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
    """The address of a cluster that a session of this process stands on already."""
    with cluster() as master, session_on(master):
        yield master


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """One process has all tests of Spark, so that there is one cluster; the others are shared out file by file."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where several processes test

    class OneCluster(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "spark" if _of_spark(nodeid) else nodeid.partition("::")[0]

    return OneCluster(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of Spark come first: they take longest, and wait more than they work."""
    items.sort(key=lambda item: not _of_spark(item.nodeid))


def _of_spark(nodeid: str) -> bool:
    folder = nodeid.startswith(("tests/engines/", "tests/export/test_sql_executed"))
    return folder and "spark" in nodeid
