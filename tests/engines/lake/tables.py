"""Tables of a lake for the tests: rows come, change and go, so that the files alone tell less than the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.types import StringType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyiceberg.table import Table

COLUMNS = pa.schema(
    [
        ("customer", pa.string()),
        ("order_id", pa.int64()),
        ("date", pa.timestamp("us")),
        ("amount", pa.decimal128(12, 2)),
        ("status", pa.string()),
    ]
)


@dataclass(frozen=True)
class Order:
    """A row of the tables; ``status`` is the column that came later, or that parts the files."""

    number: int
    status: str | None = "paid"
    more: Decimal = Decimal(0)

    @property
    def customer(self) -> str:
        return f"c{self.number % 11}"

    @property
    def values(self) -> tuple[str, int, datetime, Decimal, str | None]:
        ordered = datetime(2025, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC) + timedelta(days=self.number * 7 % 170)
        amount = Decimal(self.number) * Decimal("1.37") + Decimal("0.05") + self.more
        return self.customer, self.number, ordered.replace(tzinfo=None), amount, self.status


FIRST = [Order(number, "paid" if number % 3 else "cancelled") for number in range(60)]
SECOND = [Order(number) for number in range(60, 120)]
LATER = [Order(number, "cancelled" if number % 4 else "paid") for number in range(200, 230)]
REST = [Order(number, "paid") for number in range(300, 305)]


def of_orders(orders: Iterable[Order]) -> pa.Table:
    columns = zip(*(order.values for order in orders), strict=True)
    return pa.table(list(columns), schema=COLUMNS)


def delta_table(folder: Path) -> list[Order]:
    """Write one, in files of each status; gives the orders that it holds at the end."""
    place = str(folder)
    write_deltalake(place, of_orders(FIRST), partition_by=["status"])
    write_deltalake(place, of_orders(SECOND), mode="append")
    DeltaTable(place).delete("customer = 'c3'")
    DeltaTable(place).update({"amount": "amount + 1000"}, predicate="customer = 'c5'")
    write_deltalake(place, of_orders(LATER), mode="append")
    cancelled = [replace(order, status="cancelled") for order in REST]
    write_deltalake(place, of_orders(cancelled), mode="overwrite", predicate="status = 'cancelled'")
    kept = [order for order in [*FIRST, *SECOND] if order.customer != "c3"]
    dearer = [replace(order, more=Decimal(1000)) if order.customer == "c5" else order for order in kept]
    return [*(order for order in [*dearer, *LATER] if order.status == "paid"), *cancelled]


def iceberg_table(folder: Path) -> tuple[Table, list[Order]]:
    """Write one in a catalog of its own; ``status`` comes later, so that older rows have none."""
    catalog = SqlCatalog("lake", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())
    catalog.create_namespace("shop")
    old = COLUMNS.remove(COLUMNS.get_field_index("status"))
    table = catalog.create_table("shop.orders", schema=old)
    table.append(of_orders(FIRST).drop_columns(["status"]))
    table.append(of_orders(SECOND).drop_columns(["status"]))
    table.delete("customer = 'c3'")
    table.overwrite(of_orders(REST).drop_columns(["status"]), "order_id < 20")
    with table.update_schema() as update:
        update.add_column("status", StringType())
    table.append(of_orders(LATER))
    older = [order for order in [*FIRST, *SECOND] if order.customer != "c3" and order.number >= 20]
    return table, [*(replace(order, status=None) for order in [*older, *REST]), *LATER]


def hadoop_hint(table: Table, folder: Path) -> None:
    """Let a folder say which of its files of metadata is the newest, as tables without a catalog do."""
    newest = Path(urlsplit(table.metadata_location).path)
    (folder / "metadata" / "v9.metadata.json").write_bytes(newest.read_bytes())
    (folder / "metadata" / "version-hint.text").write_text("9", encoding="utf-8")


def rows_of_files(folder: Path) -> int:
    """The rows of all Parquet files of a folder, deleted ones too."""
    return sum(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet"))
