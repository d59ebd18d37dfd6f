"""A shop of sixty customers whose orders follow from their numbers, large enough to score."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2025, 7, 1)
CUSTOMERS = 60


def write_regulars(folder: Path) -> Path:
    """Customer ``=c7`` (a formula to a spreadsheet) orders 7 % 6 + 1 times, some of it longer than a year ago."""
    lines = ["order_id,customer_id,order_date,amount"]
    for number in range(CUSTOMERS):
        for order in range(number % 6 + 1):
            day = AS_OF - timedelta(1 + number * 7 % 300 + order * (20 + number))
            lines.append(f"{number}-{order},=c{number},{day},{(number * 37 + order * 11) % 400 + 5}.25")
    file = folder / "regulars.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
