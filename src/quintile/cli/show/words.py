"""Words: what the codes of the bridge and of the quarantine are called, and what can be done about them."""

from __future__ import annotations

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
    "duplicates": "Repeated rows",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "pending": "Pending",
    "test": "Test orders",
    "kept": "Kept",
    "converted": "Kept, converted",
    "refunds": "Refunds",
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
    "null_customer": "--guests email names them by their email, --map customer=COLUMN by another column",
    "bad_amount": "--decimal says which mark parts the decimals",
    "bad_date": "--date-order or --date-format says how dates are written",
    "future_date": "--time-zone says where the shop is, --as-of moves the analysis date",
    "duplicate_order_conflict": "if one row is an order line: --grain line, and --map line=COLUMN",
    "unknown_currency": "write three-letter codes, such as EUR",
}
METRICS = {"r": "Recency", "f": "Frequency", "m": "Monetary"}


def called(step: str) -> str:
    """A step of the bridge, or a reason, in words."""
    return STEPS.get(step, step.replace("_", " ").capitalize())
