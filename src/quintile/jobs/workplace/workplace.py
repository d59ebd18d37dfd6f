"""The workplace of one job: an engine that may touch only a staging folder and the results, and the opened sources."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from quintile.domain.database import DatabaseSource
from quintile.domain.engine_table import EngineTable
from quintile.domain.outgoing import Outgoing
from quintile.engine.duckdb import DatabaseError, DuckDbEngine
from quintile.engine.render import Sql, name, render
from quintile.errors import DataError, QuintileError, SettingsError
from quintile.jobs.workplace.damaged import require_sound_files, require_sound_store
from quintile.jobs.workplace.machine import allowed_memory, need_of, require_threads, spill_folder
from quintile.jobs.workplace.second import read_second
from quintile.jobs.workplace.server import server_engine
from quintile.jobs.workplace.temporary import temporary_folder
from quintile.ledger.rules.identity import needs_phones
from quintile.pipeline import read_sources
from quintile.sources.formats import refuse_endless
from quintile.sources.open import open_source
from quintile.sources.rates import ECB, ecb_rates, read_rates
from quintile.sources.tables import open_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from quintile.domain.engine_settings import EngineSettings
    from quintile.domain.ledger import Ledger
    from quintile.domain.second_tables import SecondTable
    from quintile.domain.settings import Settings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.ledger.rules.currency import RatesOf
    from quintile.sources.located import SourceTable


def silent(_step: str) -> None:
    """Say nothing about progress."""


@dataclass(frozen=True)
class Workplace:
    """An engine, a staging folder, and someone to tell what is going on.

    ``reader`` reads files; it is the engine itself unless the work is done in a server or a cluster.
    """

    engine: Engine
    staging: Path
    on_step: Callable[[str], None] = silent
    reader: DuckDbEngine | None = None

    @property
    def files(self) -> DuckDbEngine:
        """The engine that reads files."""
        return self.reader or cast("DuckDbEngine", self.engine)

    def formats(self, settings: Settings) -> tuple[str, ...]:
        """The kinds of customer files; what lies in a server or a cluster stays there as a table."""
        return settings.output.formats if self.reader is None else ("table",)

    def open(self, sources: Sequence[object], settings: Settings) -> list[SourceTable]:
        """Open all sources (paths, frames, or databases, to which a local user may also connect on this machine)."""
        outgoing = Outgoing(settings.network.allow_hosts, loopback=True)
        return [self._opened(source, place, settings, outgoing) for place, source in enumerate(sources)]

    def _opened(self, source: object, place: int, settings: Settings, outgoing: Outgoing) -> SourceTable:
        if isinstance(source, EngineTable):
            if self.reader is None:
                message = f"there is no file '{source.address}', and this command reads no table of another engine"
                fix = (
                    "quintile run, fit, check, sql and dbt read tables; for this one name a file, or write the server"
                    " as a source of quintile.toml: [sources.NAME]"
                )
                raise SettingsError("engine", message, fix=fix)
            return open_table(self.engine, source, place)
        if isinstance(source, DatabaseSource):
            from quintile.sources.databases.open import open_database  # noqa: PLC0415 - loads what connects to servers

            return open_database(self.files, source, self.staging, outgoing, self.on_step)
        return open_source(self.files, source, self.staging, settings.reading, place, settings.limits)

    def read(
        self, sources: Sequence[object], tables: Sequence[SourceTable], settings: Settings, *, to_keep: bool
    ) -> Transactions:
        """Read opened sources, and the second tables the settings name; all of it lies in the engine then.

        Raises:
            SettingsError: ``source``, some lie in the engine and some do not.
        """
        if self.reader is None:
            rows = sum(table.rows for table in tables)
            self.on_step(f"reading {rows:,} rows: {need_of(rows, settings.engine)}")
        within = {isinstance(source, EngineTable) for source in sources}
        if len(within) > 1:
            message = "some sources lie in the engine and some are files"
            raise SettingsError("source", message, fix="score them one after the other, or load the files there first")
        if within == {True}:
            found = read_sources(self.engine, tables, settings, to_keep=to_keep)
            return self._with_second_of_files(found, settings)
        found = self.beside(read_sources(self.files, tables, settings, to_keep=to_keep), settings)
        return found if self.reader is None else self._moved(found)

    def _with_second_of_files(self, transactions: Transactions, settings: Settings) -> Transactions:
        if "phone" in transactions.roles and needs_phones(transactions, settings.ledger):
            message = "phones of a table in a server or a cluster cannot name customers"
            raise SettingsError("customer_key", message, fix="name them by an id or an e-mail, or read a file")
        second = read_second(self.files, self.staging, transactions, settings)
        return self._moved_second(replace(transactions, second=second))

    def _moved(self, transactions: Transactions) -> Transactions:
        """Carry what was read from files into the engine."""
        self.on_step("loading the rows into the engine")
        rows = render("SELECT * FROM {rows}", rows=name(transactions.located))
        self.engine.register(transactions.located, self.files.arrow(rows))
        self.engine.view(transactions.table, rows)
        return self._moved_second(transactions)

    def _moved_second(self, transactions: Transactions) -> Transactions:
        second = transactions.second
        for table in (second.returns, second.customers, second.merges, second.phones):
            if table is not None:
                self._carry(table)
        return transactions

    def _carry(self, table: SecondTable) -> SecondTable:
        if self.reader is not None:
            rows = render("SELECT * FROM {rows}", rows=name(table.table))
            self.engine.register(table.table, self.reader.arrow(rows))
        return table

    def rates(self, settings: Settings) -> RatesOf | None:
        """Reads the exchange rates the settings name, once it is known which are wanted; None if they name none."""
        named, base = settings.ledger.rates, settings.ledger.base_currency
        if named is None:
            return None

        def wanted(currencies: list[str], first: date, last: date) -> SecondTable:
            if named == ECB:
                return self._carry(ecb_rates(self.files, self.staging, base, currencies, (first, last)))
            return self._carry(read_rates(self.files, Path(named), self.staging, base, settings.reading))

        return wanted

    def beside(self, transactions: Transactions, settings: Settings) -> Transactions:
        """What was read, with the second tables that the settings name beside it."""
        return replace(transactions, second=read_second(self.files, self.staging, transactions, settings))

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
    anywhere: bool = False,
    on_step: Callable[[str], None] = silent,
) -> Iterator[Workplace]:
    """A hardened engine that may touch the given files, the results folder and a staging folder, gone afterwards.

    ``keep_engine`` leaves the engine open for tables that outlive the job; they hold no file of the staging folder.
    ``anywhere`` lets the job be done in the server or the cluster that the settings name; the others stay here.
    """
    refuse_endless(files)
    with temporary_folder() as staging, _spilling(settings, staging, keep_engine=keep_engine) as spill:
        folders = [staging] + ([results] if results is not None else [])
        require_threads(settings)
        memory = f"{allowed_memory(settings)}B"
        engine = DuckDbEngine(folders, files, memory=memory, threads=settings.threads, spill=spill)
        place = Workplace(engine, staging, on_step)
        try:
            if anywhere and not settings.is_local:
                place = Workplace(server_engine(settings, staging), staging, on_step, reader=engine)
            yield place
        except Exception as error:
            if _may_be_damage(error):
                require_sound_files(files, settings, cause=error)
            if results is not None and _may_be_unread(error):
                require_sound_store(results, settings, cause=error)
            raise
        finally:
            if place.reader is not None:
                place.engine.close()
            if not keep_engine:
                engine.close()


@contextlib.contextmanager
def _spilling(settings: EngineSettings, staging: Path, *, keep_engine: bool) -> Iterator[Path | None]:
    """Where the engine puts what does not fit: the named folder, else the staging one; what killed runs left goes.

    An engine that outlives the job must not lose its folder, and takes care of it.
    """
    named = spill_folder(settings)
    if named is None or keep_engine:
        yield named or (None if keep_engine else staging)
        return
    with temporary_folder(named) as spill:
        yield spill


def _may_be_damage(error: Exception) -> bool:
    """Whether damaged bytes may be behind it: no error of ours, or one of a file that nobody has named yet."""
    return not isinstance(error, QuintileError) or (error.code == "corrupt_file" and error.place.file is None)


def _may_be_unread(error: Exception) -> bool:
    """Whether the database could not read something."""
    return isinstance(error, DatabaseError) or (isinstance(error, DataError) and error.code == "corrupt_file")


def today(time_zone: str) -> date:
    """The shop's day now: the one place where a job looks at the calendar."""
    return datetime.now(ZoneInfo(time_zone)).date()


def now_text() -> str:
    """When a run started, for people who find the store busy."""
    return datetime.now(ZoneInfo("UTC")).isoformat(timespec="seconds")
