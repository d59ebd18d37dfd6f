"""Wish: what a job is to do, and the opening of its sources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.engine_table import EngineTable
from quintile.domain.settings import Settings
from quintile.errors import DataError, Place, SettingsError
from quintile.jobs.workplace.second import second_files
from quintile.jobs.workplace.server import with_storage
from quintile.jobs.workplace.workplace import today
from quintile.sources.rates import ECB
from quintile.sources.shops.recognise import refuse_two_shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.rfm_model import RfmModel
    from quintile.domain.transactions import Transactions
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.sources.located import SourceTable


@dataclass(frozen=True)
class Wish:
    """What to run: sources (paths or frames), settings, the analysis date if named, a kept model if any.

    ``project`` is the folder of the project the sources belong to. ``backfill`` allows an analysis date earlier than
    the last one published there.
    """

    sources: Sequence[object]
    settings: Settings = field(default_factory=Settings)
    as_of: date | None = None
    model: RfmModel | None = None
    project: Path | None = None
    backfill: bool = False

    @property
    def files(self) -> list[Path]:
        """Every file the wish may read: sources, rates, the other second tables."""
        rates = self.settings.ledger.rates
        sources = [source for source in self.sources if isinstance(source, Path)]
        return [*sources, *([] if rates in {None, ECB} else [Path(str(rates))]), *second_files(self.settings)]

    @property
    def lies_there(self) -> bool:
        """Whether a source lies in the server or the cluster that the settings name."""
        return any(isinstance(source, EngineTable) for source in self.sources)

    @property
    def clocked(self) -> Settings:
        """The settings, with recency as the model that will score counts it."""
        if self.model is None:
            return self.settings
        return replace(self.settings, model=replace(self.settings.model, recency=self.model.recency))

    def with_storage(self, home: Path) -> Wish:
        """The wish with a place in a folder for what a cluster writes, if it names none."""
        return replace(self, settings=replace(self.settings, engine=with_storage(self.settings.engine, home)))


def open_sources(place: Workplace, wish: Wish) -> list[SourceTable]:
    """Open the wish's sources.

    Raises:
        SettingsError: There is none.
        DataError: A source cannot be opened, or one is given twice; the table of rates is not there.
    """
    if not wish.sources:
        raise SettingsError("source", "no source is given", fix="name at least one file or table")
    _require_rates(wish.settings.ledger.rates)
    place.on_step("reading")
    tables = place.open(wish.sources, wish.settings)
    _refuse_twice(tables)
    refuse_two_shapes(tables)
    _refuse_same_frame([source for source in wish.sources if not isinstance(source, Path | EngineTable)])
    _refuse_same_table([source for source in wish.sources if isinstance(source, EngineTable)])
    return tables


def read_opened(place: Workplace, wish: Wish, tables: Sequence[SourceTable], *, to_keep: bool = False) -> Transactions:
    """Read the opened sources, and the tables that stand beside them; ``to_keep`` as for ``read_sources``."""
    found = place.read(wish.sources, tables, wish.clocked, to_keep=to_keep)
    return replace(found, warnings=(*found.warnings, *_of_guests(found, wish.settings.ledger.guests)))


def _of_guests(transactions: Transactions, guests: str) -> list[dict[str, Any]]:
    """No refusal: a project's next source may have the column that this one lacks."""
    if guests == "quarantine" or guests in transactions.roles:
        return []
    message = f"guests shall be named by their {guests}, but no column holds one: their rows stay set aside"
    return [{"code": "guests_unnamed", "rows": None, "message": message}]


def _require_rates(named: str | None) -> None:
    """A table of rates that is not there is a mistake, also where nothing needs to be converted."""
    if named not in {None, ECB} and not Path(str(named)).exists():
        message, fix = "the table of exchange rates is not there", "mend the path after --rates, or leave it out"
        raise DataError("not_found", message, fix=fix, place=Place(str(named)))


def _refuse_twice(tables: Sequence[SourceTable]) -> None:
    """The same bytes given twice would count every order line twice."""
    seen: dict[str, str] = {}
    for table in tables:
        if table.sha256 in seen:
            raise DataError(
                "same_file_twice",
                f"{table.name} has the same content as {seen[table.sha256]}",
                fix="give each file once",
                place=Place(table.name),
            )
        if table.sha256:
            seen[table.sha256] = table.name


def _refuse_same_frame(frames: Sequence[object]) -> None:
    """The same object given twice; two frames of equal content may be two days of one shop."""
    seen: dict[int, int] = {}
    for number, frame in enumerate(frames, start=1):
        before = seen.setdefault(id(frame), number)
        if before != number:
            message = f"frame {number} is the same table as frame {before}"
            raise DataError("same_file_twice", message, fix="give each table once")


def _refuse_same_table(tables: Sequence[EngineTable]) -> None:
    seen: dict[str, EngineTable] = {}
    for table in tables:
        before = seen.setdefault(table.meant, table)
        if before is not table:
            message = f"{table.address} is the same table as {before.address}"
            fix = "give each table once"
            raise DataError("same_file_twice", message, fix=fix, place=Place(table.address))


def last_day(as_of: date | None, settings: Settings) -> date:
    """The later of the analysis date and the shop's today: what lies after it is in the future."""
    now = today(settings.ledger.time_zone)
    if as_of is None:
        return now
    return max(now, as_of.date() if isinstance(as_of, datetime) else as_of)
