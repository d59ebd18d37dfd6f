"""The orders of a project's ledger: one file a month, named in each snapshot's ``orders.json``.

They are made from the rows of the ledger, and what looks at a project's past reads them instead of the rows.

    DIR/orders/2025-06-<checksum>.parquet      the orders of a month, shape ORDERS
    DIR/customers/<checksum>.parquet           whose key is whose: customer_key, customer_id
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from quintile.errors import Place, StoreError
from quintile.snapshots.ledger_files import KeptFile, require_files

if TYPE_CHECKING:
    from pathlib import Path

ORDERS_JSON, ORDERS, NAMES = "orders.json", "orders", "customers"
_MONTH = len("2025-06")


@dataclass(frozen=True)
class OrderFiles:
    """The orders as one snapshot names them.

    ``names`` are the files of all customers' keys and ids. ``ledger`` is what the ledger says of the orders, as JSON
    values. ``judged_by`` is a digest of all that made orders out of rows: orders judged otherwise are not comparable.
    """

    months: tuple[KeptFile, ...]
    names: tuple[KeptFile, ...]
    ledger: dict[str, Any]
    judged_by: str

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
            return cls(**{**content, **files})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(
                "store",
                "the list of the orders' files is damaged",
                fix="restore the store from a copy, or begin a new project",
                place=Place(str(snapshot / ORDERS_JSON)),
            ) from error

    def to_json(self) -> str:
        """The content of ``orders.json``."""
        return json.dumps(asdict(self), indent=2) + "\n"

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


def month_of(file: KeptFile) -> str:
    """The month of a file of orders, such as ``2025-06``."""
    return file.name.removeprefix(f"{ORDERS}/")[:_MONTH]
