"""Recipe: what a fitted model does to a table of transactions, read from run.json, to be written down as a program.

``sql.py`` and ``python.py`` write the same recipe in two languages. What they do not write is told in ``before``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from quintile.domain.engine_table import EngineTable
from quintile.domain.rfm_model import RfmModel
from quintile.domain.scheme import UNCLASSIFIED, every_cell
from quintile.errors import SettingsError
from quintile.export.beforehand import KEY_ROLES, UNREADABLE, alike, beforehand
from quintile.export.cards import cells_of
from quintile.export.counting import Counting
from quintile.export.ladders import ladder_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.scheme import Cell, Scheme
    from quintile.export.ladders import Ladder

NARROW, WIDE = 18, 38
_ROOM = 3  # digits that sums and later transactions may need beyond what was met
_DAYS_OF = {
    "dmy": ("%d{0}%m{0}%Y", "./-"),
    "mdy": ("%m{0}%d{0}%Y", "/.-"),
    "ymd": ("%Y{0}%m{0}%d", "-/."),
}
_READ = ("order", "line", "time", "amount", "quantity", "unit_price", "refund", "currency", "status", "kind")
_TIMES_OF_DAY = ("", " %H:%M", " %H:%M:%S")


@dataclass(frozen=True)
class Rates:
    """The table of exchange rates: its file, what the query calls it, its columns, and the currency they lead to."""

    file: str
    columns: Mapping[str, str]
    base: str

    @property
    def table(self) -> str:
        """The file without its ending."""
        return Path(self.file).stem


@dataclass(frozen=True)
class Recipe(Counting):
    """All that decides a customer's row, in the user's own columns.

    ``start`` and ``end`` are on the clock of ``ordered_at``: the shop's wall time, or UTC where days are full 24 hours.
    ``segments`` gives for every code, as it is shown, its segment. ``table`` is what the transactions are called in a
    database, with the schema they are in, as it is known of a table of a server; nothing takes the name of their file.
    """

    files: tuple[str, ...]
    model: RfmModel
    zone: str
    start: datetime | None
    end: datetime
    digits: int
    ladders: tuple[Ladder, Ladder, Ladder]
    segments: Mapping[Cell, str]
    lenient: bool
    rates: Rates | None
    before: tuple[str, ...]
    as_of: str
    table: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Mapping[str, Any], scheme: Scheme | None) -> Recipe:
        """The recipe of a result.

        Args:
            report: The content of its run.json.
            scheme: The scheme that made its segments.

        Raises:
            SettingsError: The result does not say how orders were counted, or its model has no cut points.
        """
        model, how = RfmModel.from_json(json.dumps(report["model"])), report["assumed"]
        if "rules" not in how or model.cuts is None:
            message, fix = "the result does not say how orders were counted", "write it anew: quintile run SOURCE"
            raise SettingsError("results", message, fix=fix)
        clock = ZoneInfo(report["time_zone"]) if model.recency == "elapsed" else None
        scale = model.scale
        cells = cells_of(scheme, scale.scores) or dict.fromkeys(every_cell(scale.scores), UNCLASSIFIED)
        shown = {tuple(scale.shown(score) for score in cell): segment for cell, segment in cells.items()}
        r, f, m = (ladder_of(cuts, scale, few_is_better=not place) for place, cuts in enumerate(model.cuts))
        window, rates = report["window"], _rates(report)
        return cls(
            files=tuple(Path(one["name"]).name for one in alike(report["inputs"])),
            how=how,
            columns={role: column for role, column in how["columns"].items() if column},
            rules=how["rules"],
            model=model,
            zone=report["time_zone"],
            start=_moment(window["start"], clock) if window["start"] else None,
            end=_moment(report["as_of"], clock),
            digits=_digits(report, how["rules"]["decimals"]),
            ladders=(r, f, m),
            segments=dict(sorted(shown.items())),  # type: ignore[arg-type] # three scores stay three
            lenient=any(line["reason"] in UNREADABLE for line in report["quarantine"]),
            rates=rates,
            before=beforehand(report, converts=rates is not None),
            as_of=report["as_of"],
            table=_table(report["inputs"][0]),
        )

    @property
    def elapsed(self) -> bool:
        """Whether days are full 24 hours."""
        return self.model.recency == "elapsed"

    @property
    def decimals(self) -> int:
        """Digits of money after the point."""
        return int(self.rules["decimals"])

    @property
    def customer_role(self) -> str:
        """The role of the column that names a customer; where there is none yet, of one called customer_id."""
        roles = KEY_ROLES[self.rules["customer_key"]]
        return next((role for role in roles if role in self.columns), "customer")

    @property
    def customer(self) -> str:
        """The column that names a customer."""
        return self.columns.get(self.customer_role, "customer_id")

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The columns of the user's table that decide a customer's row."""
        roles = {self.customer_role, *_READ}
        return tuple(column for role, column in self.columns.items() if role in roles)

    def is_whole(self, role: str) -> bool:
        """Whether the ids of a column are whole numbers that a data frame left a ``.0`` on."""
        return bool(self.how.get(f"{role}_is_whole_number"))

    def is_decimal(self, role: str) -> bool:
        """Whether the ids of a column are decimals, with zeros after the point that say nothing."""
        return bool(self.how.get(f"{role}_is_decimal"))

    @property
    def by_email(self) -> bool:
        """Whether customers are e-mail addresses, the same in upper and lower case."""
        return bool(self.rules["customer_key"] == "email")

    @property
    def formats(self) -> tuple[str, ...]:
        """How dates of a text file are written, where that is not ISO."""
        if given := self.how.get("date_format"):
            return (given,)
        order = self.how.get("date_order")
        if order is None:
            return ()
        pattern, marks = _DAYS_OF[order]
        return tuple(pattern.format(mark) + moment for mark in marks for moment in _TIMES_OF_DAY)


def _table(source: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a table of a server or a catalog has; none for files, wherever they lie.

    What is copied out of a database has a checksum, and the name that the settings give it.
    """
    engine, address = source["assumed"].get("format"), source["name"]
    lies_there = engine == "postgresql" or (engine == "spark" and "/" not in address)
    return tuple(EngineTable(address).parts) if lies_there and source["sha256"] is None else ()


def _moment(day: str, clock: ZoneInfo | None) -> datetime:
    given = datetime.fromisoformat(day)
    moment = given if isinstance(given, datetime) else datetime.combine(date.fromisoformat(day), time.min)
    return moment if clock is None else moment.replace(tzinfo=clock).astimezone(UTC).replace(tzinfo=None)


def _digits(report: Mapping[str, Any], decimals: int) -> int:
    amounts = [text for step in report["bridge"][:1] for text in (step["amount"], *step.get("amounts", {}).values())]
    whole = max((Decimal(text).adjusted() + 1 for text in amounts if text), default=1)
    return NARROW if whole + decimals + _ROOM <= NARROW else WIDE


def _rates(report: Mapping[str, Any]) -> Rates | None:
    """The user's own table of rates, if money was converted by one that says what one unit is worth."""
    if not any(step["step"] == "converted" for step in report["bridge"]):
        return None
    for table in report["second_tables"]:
        columns = table.get("columns", {})
        if table["table"] == "rates" and set(columns) == {"date", "currency", "rate"}:
            return Rates(Path(table["name"]).name, columns, report["currency"])
    return None
