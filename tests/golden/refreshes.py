"""A small project and the ways to refresh it, for the tests of refreshes."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.jobs.check import check
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2025, 7, 1)
# A handful of rows looks unlike another handful; what drift is, other tests say.
ANY_DRIFT = ["schema_drift", "volume_drop", "distribution_shift", "identity_shift"]
HEADER = "order_id,customer_id,order_date,amount"
FIRST = f"""{HEADER}
O1,A,2025-06-01,10.00
O2,A,2025-06-20,20.00
O3,B,2025-03-01,5.00
O4,C,2025-02-24,99.90
"""


class Refreshed:
    """A project in a folder; ``run`` and ``check`` take the text of a source."""

    def __init__(self, folder: Path, **settings: dict[str, Any]) -> None:
        self.folder = folder
        self.home = folder / "project"
        self.settings = settings
        self._number = 0

    def wish(self, text: str, as_of: date | None = AS_OF, **settings: dict[str, Any]) -> Wish:
        self._number += 1
        source = self.folder / f"source{self._number}.csv"
        source.write_text(text, encoding="utf-8")
        groups = {**self.settings, **settings}
        refresh = {"accept": ANY_DRIFT, **self.settings.get("refresh", {}), **settings.get("refresh", {})}
        return Wish([source], read_settings(None, {**groups, "refresh": refresh}), as_of, project=self.home)

    def run(self, text: str, as_of: date | None = AS_OF, **settings: dict[str, Any]) -> dict[str, Any]:
        return run(self.wish(text, as_of, **settings), self.home, in_project=True)

    def check(self, text: str, as_of: date | None = AS_OF, **settings: dict[str, Any]) -> dict[str, Any]:
        return check(self.wish(text, as_of, **settings))

    @property
    def current(self) -> Path:
        return self.home / "store" / "current"

    def customers(self) -> dict[str, tuple[str | int, ...]]:
        """Customer -> recency, frequency, monetary."""
        with (self.current / "customers.csv").open(encoding="utf-8", newline="") as file:
            return {
                row["customer_id"]: (int(row["recency_days"]), int(row["frequency"]), row["monetary"])
                for row in csv.DictReader(file)
            }

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.current / "ledger.json").read_text(encoding="utf-8"))
        return found


def counts(found: dict[str, Any]) -> tuple[int, ...]:
    """Rows in, kept, quarantined, deduplicated, excluded."""
    keys = ("rows_in", "rows_kept", "rows_quarantined", "rows_deduplicated", "rows_excluded")
    return tuple(found[key] for key in keys)


def codes(found: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in found["warnings"]}
