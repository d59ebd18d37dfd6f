"""Second tables: what may stand beside the orders, each as a table of its own.

Ids in them are text; the ledger compares them with the text of its own. Nothing here is read unless it is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SECOND_TABLES = ("returns", "customers", "merges", "rates", "engagement")


@dataclass(frozen=True)
class SecondTable:
    """One second table as it was read.

    ``table`` names it in the engine; ``roles`` are those it has a column for. ``report`` is what is told of it: file,
    checksum, rows, columns, and the counts the reader knows. ``texts`` are the roles in which some ids are no plain
    numbers.
    """

    table: str
    roles: frozenset[str]
    rows: int
    report: dict[str, Any] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SecondTables:
    """The second tables of one wish.

    ``returns``: order_id, line, amount, currency, returned_at; each return once. ``customers``: customer, email,
    phone, account, consent; each line of the list. ``merges``: old_key, new_key; chains already followed. ``phones``:
    raw, phone; every spelling that occurs and its international form.
    """

    returns: SecondTable | None = None
    customers: SecondTable | None = None
    merges: SecondTable | None = None
    phones: SecondTable | None = None

    @property
    def reports(self) -> list[dict[str, Any]]:
        """What is told of each table that was read."""
        found = (self.returns, self.customers, self.merges, self.phones)
        return [table.report for table in found if table is not None]
