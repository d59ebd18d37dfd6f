"""A project of a shop that grew: two hundred customers by chance, and a snapshot for each month of a year."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from quintile.config.read import read_settings
from quintile.domain.rhythm import Rhythm
from quintile.jobs.history import Dates, history
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2025, 7, 1)
FIRST = date(2024, 8, 1)
_CUSTOMERS, _DAYS, _END = 200, 800, datetime.fromisoformat("2025-07-03")


def orders() -> list[tuple[str, str, datetime, str]]:
    """Order id, customer, time, amount; some refunds stand alone. The same every time."""
    chance, found = random.Random(7), []
    for customer in range(_CUSTOMERS):
        at = _END - timedelta(days=chance.uniform(2, _DAYS))
        for number in range(chance.choice((1, 1, 1, 2, 3, 8))):
            amount = f"{chance.randint(100, 20000) / 100:.2f}"
            found.append((f"{customer}-{number}", f"C{customer}", at.replace(microsecond=0), amount))
            if chance.random() < 0.05:
                found.append((f"{customer}-{number}-back", f"C{customer}", at.replace(microsecond=0), "-3.50"))
            at += timedelta(days=chance.expovariate(1 / 40))
    return [row for row in found if row[2] < _END]


def grow(folder: Path) -> Path:
    """Write the shop, publish it, and add the past: the project's folder."""
    file, project = folder / "orders.csv", folder / "project"
    lines = [f"{order},{customer},{at.isoformat()},{amount}" for order, customer, at, amount in orders()]
    file.write_text("\n".join(["order_id,customer_id,ordered_at,amount", *lines]) + "\n", encoding="utf-8")
    settings = read_settings(None, {"output": {"report": False}})
    run(Wish([file], settings, AS_OF, project=project), project, in_project=True)
    history(project, settings, Dates(Rhythm.parse("month"), FIRST))
    return project
