"""The workplace of one job: an engine that may touch only a staging folder and the results, and the opened sources."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quintile.domain.settings import POPULATIONS
from quintile.engine.duckdb import DuckDbEngine
from quintile.sources.open import open_source
from quintile.sources.people import read_people
from quintile.sources.rates import read_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from quintile.domain.ledger import Ledger
    from quintile.domain.settings import EngineSettings, Settings
    from quintile.engine.render import Sql
    from quintile.sources.located import SourceTable


def silent(_step: str) -> None:
    """Say nothing about progress."""


@dataclass(frozen=True)
class Workplace:
    """An engine, a staging folder, and someone to tell what is going on."""

    engine: DuckDbEngine
    staging: Path
    on_step: Callable[[str], None] = silent

    def open(self, sources: Sequence[object], settings: Settings) -> list[SourceTable]:
        """Open all sources (paths or frames)."""
        return [
            open_source(self.engine, source, self.staging, settings.reading, place)
            for place, source in enumerate(sources)
        ]

    def rates(self, settings: Settings) -> Sql | None:
        """The table of exchange rates the settings name, or None."""
        if settings.ledger.rates is None:
            return None
        return read_rates(self.engine, settings.ledger.rates, self.staging, settings.ledger.base_currency)

    def people(self, population: str, ledger: Ledger) -> Sql | None:
        """The customers of a population list; None for buyers and ever-buyers."""
        if population in POPULATIONS:
            return None
        return read_people(self.engine, Path(population), self.staging, ledger.key_type, key=ledger.key)


@contextlib.contextmanager
def workplace(
    files: Sequence[Path],
    settings: EngineSettings,
    results: Path | None = None,
    *,
    keep_engine: bool = False,
    on_step: Callable[[str], None] = silent,
) -> Iterator[Workplace]:
    """A hardened engine that may touch the given files, the results folder and a staging folder, gone afterwards.

    ``keep_engine`` leaves the engine open for tables that outlive the job; they hold no file of the staging folder.
    """
    with tempfile.TemporaryDirectory(prefix="quintile-", ignore_cleanup_errors=True) as staging:
        folders = [Path(staging)] + ([results] if results is not None else [])
        engine = DuckDbEngine(folders, files, memory=settings.memory, threads=settings.threads)
        try:
            yield Workplace(engine, Path(staging), on_step)
        finally:
            if not keep_engine:
                engine.close()


def today(time_zone: str) -> date:
    """The shop's day now: the one place where a job looks at the calendar."""
    return datetime.now(ZoneInfo(time_zone)).date()


def now_text() -> str:
    """When a run started, for people who find the store busy."""
    return datetime.now(ZoneInfo("UTC")).isoformat(timespec="seconds")
