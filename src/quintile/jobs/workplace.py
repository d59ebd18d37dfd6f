"""The workplace of one job: an engine that may touch only a staging folder and the results, and the opened sources."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quintile.domain.database import DatabaseSource
from quintile.domain.outgoing import Outgoing
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql
from quintile.errors import DataError, QuintileError, SettingsError
from quintile.jobs.second import read_second
from quintile.jobs.temporary import temporary_folder
from quintile.sources.databases.open import open_database
from quintile.sources.formats import format_of
from quintile.sources.open import open_source
from quintile.sources.parquet import require_sound
from quintile.sources.rates import ECB, ecb_rates, read_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from quintile.domain.ledger import Ledger
    from quintile.domain.second_tables import SecondTable
    from quintile.domain.settings import EngineSettings, Settings
    from quintile.domain.transactions import Transactions
    from quintile.ledger.rules.currency import RatesOf
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
        """Open all sources (paths, frames, or databases, to which a local user may also connect on this machine)."""
        outgoing = Outgoing(settings.network.allow_hosts, loopback=True)
        return [
            open_database(self.engine, source, self.staging, outgoing, self.on_step)
            if isinstance(source, DatabaseSource)
            else open_source(self.engine, source, self.staging, settings.reading, place, settings.limits)
            for place, source in enumerate(sources)
        ]

    def rates(self, settings: Settings) -> RatesOf | None:
        """Reads the exchange rates the settings name, once it is known which are wanted; None if they name none."""
        named, base = settings.ledger.rates, settings.ledger.base_currency
        if named is None:
            return None

        def wanted(currencies: list[str], first: date, last: date) -> SecondTable:
            if named == ECB:
                return ecb_rates(self.engine, self.staging, base, currencies, (first, last))
            return read_rates(self.engine, Path(named), self.staging, base, settings.reading)

        return wanted

    def beside(self, transactions: Transactions, settings: Settings) -> Transactions:
        """What was read, with the second tables that the settings name beside it."""
        return replace(transactions, second=read_second(self.engine, self.staging, transactions, settings))

    def people(self, population: str, ledger: Ledger) -> Sql | None:
        """The customers of the table of customers; None for buyers and ever-buyers.

        Raises:
            SettingsError: They are to be scored, and no table of customers is named.
        """
        if population in {"buyers", "ever"}:
            return None
        if ledger.people is None:
            raise SettingsError(
                "population",
                "the customers of a list are to be scored, but no list is named",
                fix="name it: --customers FILE",
            )
        return Sql(ledger.people)


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
    with temporary_folder() as staging:
        folders = [staging] + ([results] if results is not None else [])
        # An engine that outlives the job must not lose the folder it spills to.
        spill = None if keep_engine else staging
        engine = DuckDbEngine(folders, files, memory=settings.memory, threads=settings.threads, spill=spill)
        try:
            yield Workplace(engine, staging, on_step)
        except Exception as error:
            if _may_be_damage(error):
                require_sound_files(files, settings, cause=error)
            raise
        finally:
            if not keep_engine:
                engine.close()


def _may_be_damage(error: Exception) -> bool:
    """Whether damaged bytes may be behind it: no error of ours, or one of a file that nobody has named yet."""
    return not isinstance(error, QuintileError) or (error.code == "corrupt_file" and error.place.file is None)


def require_sound_files(files: Sequence[Path], settings: EngineSettings, *, cause: Exception | None = None) -> None:
    """Read the Parquet files in full, each alone, and hold their values against what their footers tell.

    Raises:
        DataError: One of them is damaged; it is named.
    """
    with tempfile.TemporaryDirectory(prefix="quintile-", ignore_cleanup_errors=True) as staging:
        for number, file in enumerate(files):
            if format_of(file) == "parquet":
                engine = DuckDbEngine([Path(staging)], [file], memory=settings.memory, threads=settings.threads)
                try:
                    require_sound(engine, file, Path(staging) / f"looked_at_{number}.parquet")
                except DataError as error:
                    raise error from cause
                finally:
                    engine.close()


def today(time_zone: str) -> date:
    """The shop's day now: the one place where a job looks at the calendar."""
    return datetime.now(ZoneInfo(time_zone)).date()


def now_text() -> str:
    """When a run started, for people who find the store busy."""
    return datetime.now(ZoneInfo("UTC")).isoformat(timespec="seconds")
