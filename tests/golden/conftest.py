"""One child process for all checks of files, as a service keeps one: what a file does to it must not reach the next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from quintile.domain.settings import LimitSettings
from quintile.jobs.isolated import CHILD, check_apart
from quintile.sources.apart import Child

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    """A child process for ``check_apart``."""
    with Child(CHILD, LimitSettings()) as started:
        yield started


@pytest.fixture
def one_child(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """``quintile.check`` asks the one child process."""
    monkeypatch.setattr("quintile.api.check_apart", partial(check_apart, child=child))
