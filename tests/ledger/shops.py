"""Sources of a project as they would come, batch after batch: the sample shop cut up, and tables by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from quintile.domain.settings import Settings
from quintile.engine.render import Sql
from quintile.ledger.drift import find_drift, remembered, settle
from quintile.ledger.profile import profile_of
from quintile.sources.located import SourceTable
from quintile.sources.read import Reading, read
from quintile.sources.sample_shop import write_sample_shop

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.drift import Finding, Mode
    from quintile.engine.duckdb import DuckDbEngine

LOCATED = "SELECT *, row_number() OVER () AS quintile_row_number FROM source"
LAST_DAY = date(2025, 6, 30)


@dataclass
class Project:
    """A project as its job would keep it: who is known, and what the last snapshot remembered."""

    engine: DuckDbEngine
    earlier: dict[str, Any] | None = None
    settings: Settings = field(default_factory=Settings)

    def compare(self, source: Sql, *, mode: Mode = "append") -> tuple[dict[str, Any], list[Finding]]:
        """A source's profile and drift; a source is a query."""
        table = self.engine.table("source", source)
        columns = self.engine.columns(table)
        opened = SourceTable("orders.csv", Sql("FROM source"), Sql(LOCATED), columns, 0, lambda _places: {})
        transactions = read(self.engine, [opened], self.settings.reading, Reading())
        known = None if self.earlier is None else Sql("SELECT customer_key FROM known_customers")
        now = profile_of(self.engine, transactions, self.settings.ledger, last_day=LAST_DAY, mode=mode, known=known)
        return now, find_drift(now, self.earlier, self.settings)

    def add(self, source: Sql, *, mode: Mode = "append", accept: tuple[str, ...] = ()) -> list[Finding]:
        """Publish a source; its drift."""
        now, found = self.compare(source, mode=mode)
        accepted, _ = settle(found, accept)
        old = Sql("") if self.earlier is None else Sql("SELECT * FROM known_customers UNION ")
        self.engine.table("known_customers", Sql(f"{old}SELECT DISTINCT customer AS customer_key FROM transactions"))
        self.earlier = remembered(self.earlier, now, accepted)
        return found


def shop(engine: DuckDbEngine, folder: Path, *, customers: int, seed: int) -> None:
    """The table ``shop``: a sample shop's rows in the order they came, each with the day it came on."""
    made = write_sample_shop(engine, folder, customers=customers, seed=seed, last_day=LAST_DAY)
    engine.table(
        "shop",
        Sql(
            "SELECT *, CAST(max(CAST(ordered_at AS TIMESTAMP)) OVER (ORDER BY place) AS DATE) AS came FROM "
            f"(SELECT *, row_number() OVER () AS place FROM read_csv('{made.orders}', all_varchar = true))"
        ),
    )


ROWS = "SELECT * EXCLUDE (place, came) FROM shop WHERE came >= DATE '{begin}' AND came < DATE '{end}'"


def rows(begin: date, end: date) -> Sql:
    """The rows that came from one day on, up to before another."""
    return Sql(ROWS.format(begin=begin, end=end))
