"""Drift: what a source looked like, and what does not look like the sources before it.

A profile holds counts and column names only, never an id or a name of a customer, so that it may lie in every snapshot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

# Chance is called excluded beyond one in a hundred thousand.
_EVIDENCE = math.log(1e5)
# Rows come in clumps (lines of one order, orders of one customer): four of them tell as much as one on its own.
CLUMP = 4
# Buckets of amounts to a power of ten.
BUCKETS = 20
VERSION = 1

Mode = Literal["append", "full"]


@dataclass(frozen=True)
class Finding:
    """One way in which a source does not look like those before it.

    An ``error`` is published only when its code is accepted by name; a warning is only told. ``rows`` is how many rows
    it concerns, if that can be said.
    """

    code: str
    message: str
    fix: str
    column: str | None = None
    error: bool = True
    rows: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """As run.json lists a warning."""
        return {"code": self.code, "rows": self.rows, "message": f"{self.message}; {self.fix}", "column": self.column}


@dataclass(frozen=True)
class Shape:
    """A source's form: its columns, which of them play a role, how they are written, what a row is."""

    columns: list[str] = field(default_factory=list)
    roles: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    grain: str = ""


@dataclass(frozen=True)
class Customers:
    """A source's customers: how many, the form of nearly all their ids, how many the ``ledger`` of others knew before.

    ``usual`` and ``usual_known`` count customers that could have been known, and those that were: over all sources so
    far, or, for a first source, those of its last quarter of time and those of them who had bought before it.
    """

    count: int = 0
    form: str | None = None
    known: int | None = None
    ledger: int = 0
    usual: int = 0
    usual_known: int = 0
    rows_without: int = 0


@dataclass(frozen=True)
class Amounts:
    """Rows by the size of their amount, for each currency: buckets of a twentieth of a power of ten, as text.

    ``negative`` and ``zero`` are rows by sign.
    """

    buckets: dict[str, dict[str, int]] = field(default_factory=dict)
    negative: int = 0
    zero: int = 0

    @property
    def rows(self) -> int:
        """All rows with an amount."""
        return self.zero + sum(sum(counts.values()) for counts in self.buckets.values())


@dataclass(frozen=True)
class Days:
    """Rows by day: ``counts`` begins on the day ``start``; ``first`` and ``last`` are the days of any row at all."""

    first: str | None = None
    last: str | None = None
    start: str | None = None
    counts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Profile:
    """What a source looked like, or all sources of a project so far; every value can stand in JSON."""

    version: int
    mode: Mode
    rows: int
    shapes: list[Shape]
    customers: Customers
    amounts: Amounts
    days: Days


def unlikely(hits: float, tries: float, share: float) -> bool:
    """Whether chance alone would give such a number of hits less than once in a hundred thousand times.

    Args:
        hits: How often it happened.
        tries: How often it could have happened, each time independent of the others.
        share: How often it usually happens, more than 0 and less than 1.
    """
    if not tries:
        return False
    found = hits / tries
    evidence = sum(
        part * math.log(part / usual) for part, usual in ((found, share), (1 - found, 1 - share)) if part > 0
    )
    return tries * evidence > _EVIDENCE
