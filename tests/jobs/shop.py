"""A shop of three customers, small enough to know by heart."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from quintile.config.read import read_settings
from quintile.jobs.workplace.wish import Wish

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "order_id,customer_id,order_date,amount\n"
ORDERS = """\
O1,A,2025-06-01,10.05
O2,A,2025-06-20,20.00
O3,B,2025-03-01,5.00
O4,C,2024-12-24,99.90
"""
AS_OF = date(2025, 7, 1)
RFM = {"A": (11, 2, "30.05"), "B": (122, 1, "5.00"), "C": (189, 1, "99.90")}


def write_shop(folder: Path, orders: str = ORDERS) -> Path:
    """The orders as a file."""
    file = folder / "orders.csv"
    file.write_text(HEADER + orders, encoding="utf-8")
    return file


def wish_for(file: Path, settings: dict[str, dict[str, Any]] | None = None, **more: Any) -> Wish:
    """What to run, on 1 July 2025 unless said otherwise."""
    return Wish(sources=[file], settings=read_settings(None, settings or {}), **{"as_of": AS_OF, **more})
