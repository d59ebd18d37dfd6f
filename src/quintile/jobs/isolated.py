"""isolated: a check in a child process with limits, so that no file can take the caller down with it.

A run parses in the process itself, but for workbooks: a second database costs half a second, and a damaged file ends it
with the same messages.
"""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.rfm_model import RfmModel
from quintile.errors import DataError, Place
from quintile.jobs.check import check, rejected
from quintile.jobs.workplace.machine import require_threads
from quintile.jobs.workplace.wish import Wish
from quintile.jobs.workplace.workplace import silent
from quintile.sources.apart import Child
from quintile.sources.formats import refuse_endless

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.domain.settings import Settings

CHILD = "quintile.jobs.isolated_child"
# Measured with 1 to 64 threads, rounded up: what the child takes by itself, and what the stack and the buffers of one
# more thread take, in bytes.
_OWN_BYTES, _BYTES_A_THREAD = 300_000_000, 15_000_000


def check_apart(wish: Wish, *, on_step: Callable[[str], None] = silent, child: Child | None = None) -> dict[str, Any]:
    """Check in a child process when all sources are files; frames are the caller's own and are checked here.

    Args:
        wish: Sources, settings, analysis date.
        on_step: Told the name of each step as it begins.
        child: One that has answered before, to spare the start of a new one.

    Returns:
        As ``check``; a source that crashes the child or goes beyond a limit is rejected.
    """
    files = [source for source in wish.sources if isinstance(source, Path)]
    if not files or len(files) < len(wish.sources):
        return check(wish, on_step=on_step)
    place = Place(", ".join(file.name for file in files))
    try:
        refuse_endless(wish.files)  # a pipe of this process is none of the child's
        if child is None:
            with Child(CHILD, wish.settings.limits) as own:
                return check_apart(wish, on_step=on_step, child=own)
        return child.ask(request_of(wish), place, on_step)
    except DataError as error:
        return rejected(error)


def request_of(wish: Wish) -> dict[str, Any]:
    """A wish for files as JSON values."""
    return {
        "sources": [str(source) for source in wish.sources],
        "settings": _plain(asdict(_within_limits(wish.settings))),
        "as_of": wish.as_of.isoformat() if wish.as_of else None,
        "model": wish.model.to_json() if wish.model else None,
        "project": str(wish.project) if wish.project else None,
        "backfill": wish.backfill,
    }


def wish_of(request: dict[str, Any]) -> Wish:
    """The wish of a request."""
    return Wish(
        sources=[Path(source) for source in request["sources"]],
        settings=read_settings(None, request["settings"]),
        as_of=_moment(request["as_of"]) if request["as_of"] else None,
        model=RfmModel.from_json(request["model"]) if request["model"] else None,
        project=Path(request["project"]) if request["project"] else None,
        backfill=request["backfill"],
    )


def _within_limits(settings: Settings) -> Settings:
    """The database works on disk, and with fewer threads, before the child goes beyond its limit.

    No other place is any of its business.
    """
    own = settings.engine
    require_threads(own)
    allowed = settings.limits.memory_bytes
    memory = own.memory if own.memory is not None else f"{allowed // 2}B"
    fitting = max(1, (allowed - _OWN_BYTES) // _BYTES_A_THREAD)
    threads = own.threads if (own.threads or os.cpu_count() or 1) <= fitting else fitting
    return replace(settings, sources={}, engine=EngineSettings(memory=memory, threads=threads, spill=own.spill))


def _plain(value: Any) -> Any:  # noqa: ANN401 - any setting
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case Decimal():
            return str(value)
        case _:
            return value


def _moment(text: str) -> date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
