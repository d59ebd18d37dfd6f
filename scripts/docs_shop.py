"""The files that the pages' commands read, all made from the sample shop; the same bytes every time."""

from __future__ import annotations

import csv
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.jobs.demo import make_sample_shop

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CUSTOMERS = 400
HOME = "EUR"
MONTHS = {"january": "2025-01", "february": "2025-02", "may": "2025-05"}
COMPANIES = 40
Row = dict[str, str]


def lay_out(folder: Path) -> None:
    """Write the files into a folder.

    ``orders.csv`` is a plain shop with one currency and no refund rows of its own, in order lines; ``world.csv`` is the
    sample shop as it is, with ``rates.csv``. The second tables belong to ``orders.csv``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shop = make_sample_shop(folder / "sample", customers=CUSTOMERS, seed=1)
    world = list(csv.DictReader(shop.orders.read_text(encoding="utf-8").splitlines()))
    (folder / "rates.csv").write_bytes(shop.rates.read_bytes())
    (folder / "world.csv").write_bytes(shop.orders.read_bytes())
    sold = [row for row in world if row["currency"] == HOME and not row["amount"].startswith("-")]
    _write(folder / "orders.csv", sold)
    for name, month in MONTHS.items():
        _write(folder / f"{name}.csv", [row for row in sold if row["ordered_at"].startswith(month)])
    _write_second_tables(folder, world, sold)
    _write_database(folder / "shop.db", sold)
    _write_shopify(folder / "shopify.csv", sold)
    for made in (*(folder / "sample").iterdir(), folder / "sample"):
        made.rmdir() if made.is_dir() else made.unlink()


def _write(file: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _write_second_tables(folder: Path, world: list[Row], sold: list[Row]) -> None:
    known = {row["order_id"] for row in sold}
    back = [row for row in world if row["amount"].startswith("-") and row["order_id"] in known]
    _write(
        folder / "returns.csv",
        [{"order": row["order_id"], "amount": row["amount"], "date": row["ordered_at"][:10]} for row in back],
    )
    people = {row["customer_id"]: row["email"] for row in sold if row["customer_id"] and row["email"]}
    _write(
        folder / "customers.csv",
        [
            {"customer": person, "email": email.lower(), "account": f"Company {place % COMPANIES + 1}"}
            for place, (person, email) in enumerate(sorted(people.items()))
        ],
    )
    first, second, third, fourth = sorted(people)[:4]
    _write(folder / "merges.csv", [{"old": first, "new": second}, {"old": third, "new": fourth}])


def _write_database(file: Path, sold: list[Row]) -> None:
    columns = list(sold[0])
    with sqlite3.connect(file) as shop:
        shop.execute(f"CREATE TABLE orders ({', '.join(f'{column} TEXT' for column in columns)})")
        marks = ", ".join("?" * len(columns))
        shop.executemany(f"INSERT INTO orders VALUES ({marks})", [list(row.values()) for row in sold])  # noqa: S608 - marks
    shop.close()


def _write_shopify(file: Path, sold: list[Row]) -> None:
    """A shop export with several rows an order: only the first one has the total, as Shopify writes it."""
    totals: dict[str, Decimal] = {}
    for row in sold:
        totals[row["order_id"]] = totals.get(row["order_id"], Decimal(0)) + Decimal(row["amount"])
    written = []
    for row in sold:
        total = totals.pop(row["order_id"], None)
        written.append(
            {
                "Name": row["order_id"].replace("O-", "#"),
                "Email": row["email"],
                "Financial Status": "" if total is None else "paid",
                "Paid at": "" if total is None else row["ordered_at"].replace("T", " ") + " +0000",
                "Currency": row["currency"],
                "Subtotal": "" if total is None else str(total),
                "Total": "" if total is None else str(total),
                "Created at": row["ordered_at"].replace("T", " ") + " +0000",
                "Lineitem quantity": row["quantity"],
                "Lineitem name": row["sku"],
                "Lineitem price": row["unit_price"],
                "Refunded Amount": "" if total is None else "0.00",
                "Id": "",
            }
        )
    _write(file, written)
