"""Plain: numbers, money and foreign text as people read them; nothing here needs a terminal library."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSEEN = "\ufffd"
# What a warning's ``rows`` are, where they are none.
_COUNTED = {
    "dominant_customer": "order",
    "fewer_customers_than_bins": "customer",
    "ids_differ_only_by_case": "id",
    "negative_customer_total": "customer",
    "no_scorable_customers": "customer",
    "refund_exceeds_order": "order",
}


def printable(text: str, *, lines: bool = True) -> str:
    """A text without the control and direction marks that foreign text could smuggle to a terminal.

    Args:
        text: Any text.
        lines: Keep line ends; otherwise they become blanks, as in a table's cell.
    """
    return "".join(_letter(letter, lines=lines) for letter in text)


def _letter(letter: str, *, lines: bool) -> str:
    if letter.isprintable() or (lines and letter == "\n"):
        return letter
    return " " if letter.isspace() else UNSEEN


def number(value: int) -> str:
    """A count with thousands marks: ``8,871``."""
    return f"{value:,}"


def exact(text: str | None) -> str:
    """An exact decimal with thousands marks and all its digits; a dash where there is none."""
    return "-" if text is None else f"{Decimal(text):,f}"


def taken_off(text: str) -> str:
    """An exact amount that was taken off, with its sign: what went out is negative."""
    amount = Decimal(text)
    return f"{-amount if amount else abs(amount):,f}"


def percent(share: str | float) -> str:
    """A share with one decimal: ``18.3%``."""
    return f"{Decimal(str(share)):.1%}"


def several(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 row``, ``2 rows``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def about(warning: Mapping[str, Any]) -> str:
    """What a warning counts, with its noun: rows, or what else its code is about; nothing where it counts nothing."""
    return several(warning["rows"], _COUNTED.get(warning["code"], "row")) if warning.get("rows") else ""


def listed(parts: list[str], most: int) -> str:
    """The first parts, and how many more there are."""
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {more:,} more" if more > 0 else "")


def short_path(path: Path) -> str:
    """A path as it is shortest to write: from the current folder or from the root."""
    whole = path.absolute()
    try:
        near = whole.relative_to(Path.cwd())
    except ValueError:
        return printable(str(whole), lines=False)
    return printable(str(near), lines=False)
