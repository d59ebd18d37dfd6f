"""A project of a hundred customers and more, whose orders follow from their numbers; its cut points age."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.golden.refreshes import Refreshed

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "order_id,customer_id,order_date,amount\n"
FIRST, SECOND = date(2025, 6, 1), date(2025, 7, 1)
CUSTOMERS = 120


def first_orders(customers: int = CUSTOMERS) -> str:
    """Everybody buys up to five times in the three months before June."""
    rows = []
    for number in range(customers):
        for order in range(number % 5 + 1):
            day = FIRST - timedelta(1 + (number * 7 + order * 13) % 90)
            rows.append(f"A{number}-{order},C{number},{day},{number * 37 % 400 + 5}.25\n")
    return HEADER + "".join(rows)


def later_orders(every: int = 3) -> str:
    """Each third customer buys in June, for more than before."""
    rows = [
        f"B{number},C{number},{SECOND - timedelta(1 + number % 28)},{number * 11 % 300 + 200}.50\n"
        for number in range(0, CUSTOMERS, every)
    ]
    return HEADER + "".join(rows)


def project_of(folder: Path, **model: Any) -> Refreshed:
    """A project without report pages."""
    return Refreshed(folder, model=model, output={"report": False})
