"""The orders of a project's ledger: one file a month, named in each snapshot's ``orders.json``.

They are made from the rows of the ledger, and what looks at a project's past reads them instead of the rows.

    DIR/orders/2025-06-<checksum>.parquet      the orders of a month, shape ORDERS
    DIR/customers/<checksum>.parquet           whose key is whose: customer_key, customer_id
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from quintile.domain.order_sums import MonthSums
from quintile.errors import Place, StoreError
from quintile.snapshots.ledger_files import ROOMS, KeptFile, require_files

if TYPE_CHECKING:
    from pathlib import Path

ORDERS_JSON, ORDERS, NAMES = "orders.json", "orders", "customers"
# All folders of a project's store whose files snapshots share.
ALL_ROOMS = (*ROOMS, ORDERS, NAMES)
_MONTH = len("2025-06")


@dataclass(frozen=True)
class OrderFiles:
    """The orders as one snapshot names them.

    ``names`` are the files of all customers' keys and ids. ``ledger`` is what the ledger says of the orders, as JSON
    values; ``sums`` are those of each month, by its first day. ``judged_by`` is a digest of all that made orders out of
    rows: orders judged otherwise are not comparable.
    """

    months: tuple[KeptFile, ...]
    names: tuple[KeptFile, ...]
    ledger: dict[str, Any]
    judged_by: str
    sums: dict[date, MonthSums] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Path | None) -> OrderFiles | None:
        """Read what a snapshot names; None where it names none.

        Raises:
            StoreError: The file is damaged.
        """
        if snapshot is None or not (snapshot / ORDERS_JSON).exists():
            return None
        try:
            content = json.loads((snapshot / ORDERS_JSON).read_text(encoding="utf-8"))
            files = {key: tuple(KeptFile(**file) for file in content[key]) for key in ("months", "names")}
            sums = {date.fromisoformat(f"{key}-01"): MonthSums.of(told) for key, told in content["sums"].items()}
            return cls(**{**content, **files, "sums": sums})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(
                "store",
                "the list of the orders' files is damaged",
                fix="restore the store from a copy, or begin a new project",
                place=Place(str(snapshot / ORDERS_JSON)),
            ) from error

    def to_json(self) -> str:
        """The content of ``orders.json``."""
        sums = {f"{month:%Y-%m}": told.as_dict() for month, told in self.sums.items()}
        return json.dumps({**asdict(self), "sums": sums}, indent=2) + "\n"

    def order_paths(self, store: Path) -> list[Path]:
        """The files of all months.

        Raises:
            StoreError: A file is gone.
        """
        return require_files(store, self.months)

    def name_paths(self, store: Path) -> list[Path]:
        """The files of keys and ids.

        Raises:
            StoreError: A file is gone.
        """
        return require_files(store, self.names)


def month_of(file: KeptFile) -> date:
    """The month of a file of orders, by its first day."""
    return date.fromisoformat(f"{file.name.removeprefix(f'{ORDERS}/')[:_MONTH]}-01")
