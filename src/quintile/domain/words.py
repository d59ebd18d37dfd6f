"""Words: what the codes of the bridge and of the quarantine are called, and what can be done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

STEPS = {
    "raw": "In the source",
    "ragged_row": "Rows with too many or too few fields",
    "bad_encoding": "Rows with damaged letters",
    "control_character": "Rows with control characters",
    "field_too_long": "Rows with an endless field",
    "null_customer": "No customer",
    "bad_amount": "No readable amount",
    "nonfinite_amount": "Infinite or undefined amount",
    "amount_out_of_range": "Amount too large or too fine",
    "bad_date": "No readable date",
    "future_date": "Date in the future",
    "date_out_of_range": "Date before 1971 or after 2199",
    "order_customer_conflict": "One order, several customers",
    "duplicate_order_conflict": "Order repeated with other content",
    "missing_currency": "No currency",
    "unknown_currency": "Unknown currency",
    "bad_returned": "Neither returned nor not",
    "duplicates": "Repeated rows",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "pending": "Pending",
    "test": "Test orders",
    "erased": "Of erased people",
    "kept": "Kept",
    "converted": "Kept, converted",
    "refunds": "Refunds",
    "returns": "Returns of the second table",
    "refunds_ignored": "Refunds, ignored",
    "orders_with_refunds": "Orders with a refund",
    "ledger": "In the ledger",
    "zero_orders": "Orders worth nothing",
    "refunded": "Fully refunded orders",
    "before_window": "Before the window",
    "after_window": "On or after the analysis date",
    "refunds_without_purchase": "Refunds without a purchase",
    "not_in_population": "Not in the population",
    "scored": "Scored",
}
REMEDIES = {
    "ragged_row": "put quotes around fields that hold the delimiter, or add the missing fields; --delimiter if all are",
    "bad_encoding": "--encoding says how the file is written, such as cp1252; or mend the letters on those lines",
    "control_character": "take the control characters out, or export the file again",
    "field_too_long": "close the quote that opens there, or leave that column out of the export",
    "null_customer": "--guests email names them by their email, --map customer=COLUMN by another column",
    "bad_amount": "--decimal says which mark parts the decimals",
    "nonfinite_amount": "write the amount, or leave the row out: infinite and undefined values cannot be added",
    "amount_out_of_range": "write fewer digits: no money has so many; --map amount=COLUMN names another column",
    "bad_date": "--date-order or --date-format says how dates are written",
    "future_date": "--time-zone says where the shop is, --as-of moves the analysis date",
    "date_out_of_range": "write the real date: such days are placeholders; --map time=COLUMN names another column",
    "order_customer_conflict": "write one customer on all rows of the order; --grain day if the numbers are used again;"
    " in a project --mode full takes an extract with the new customer in place of the old",
    "duplicate_order_conflict": "if one row is an order line: --grain line, and --map line=COLUMN",
    "missing_currency": "write the currency on those rows; --map currency= leaves the column out if all are the same",
    "unknown_currency": "write three-letter codes, such as EUR",
}
_CENTS = 2
METRICS = {"r": "Recency", "f": "Frequency", "m": "Monetary"}


def called(step: str) -> str:
    """A step of the bridge, or a reason, in words."""
    return STEPS.get(step, step.replace("_", " ").capitalize())


def counted(count: int, one: str, many: str) -> str:
    """A count before its noun and verb: ``1 order was``, ``2 orders were``."""
    return f"{count:,} {one if count == 1 else many}"


def either(parts: Sequence[str]) -> str:
    """One of several: ``2``, ``2 or 3``, ``2, 3 or 4``."""
    *before, last = parts
    return f"{', '.join(before)} or {last}" if before else last


def amount(value: Decimal) -> str:
    """A measured value with thousands marks and the digits that say something: 1040.650000 is ``1,040.65``."""
    whole, mark, cents = f"{value:,f}".partition(".")
    return f"{whole}{mark}{cents[:_CENTS]}{cents[_CENTS:].rstrip('0')}"
