"""The child process of ``isolated``: checks one wish after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.jobs.check import check
from quintile.jobs.isolated import wish_of
from quintile.sources.apart_child import serve

if TYPE_CHECKING:
    from collections.abc import Callable


def check_wish(request: dict[str, Any], on_step: Callable[[str], None]) -> dict[str, Any]:
    """Check the wish of a request."""
    return check(wish_of(request), on_step=on_step)


if __name__ == "__main__":
    serve(check_wish)
