"""Table shapes: the only thing the steps agree on.

Each step reads one shape and makes the next:
TRANSACTIONS -> ORDERS -> RFM -> SCORES -> CUSTOMERS (a snapshot's rows).
"""

from __future__ import annotations

# One row per source row, typed, nothing dropped; each *_problem is nothing, or the reason why the row cannot be used.
# A role the source has no column for has no column here either.
TRANSACTIONS = (
    "file_no",
    "customer",
    "email",
    "account",
    "phone",
    "order_id",
    "line",
    "ordered_at",
    "time_problem",
    "amount",
    "amount_problem",
    "refund",
    "currency",
    "status",
    "kind",
    "row_problem",
)

# What a project's ledger keeps of a row beside its own key and its person's, where a source has a column for it.
LEDGER_ROWS = (
    "order_id",
    "line",
    "ordered_at",
    "amount",
    "refund",
    "currency",
    "status",
    "kind",
    "updated_at",
)

# One row per order, or per refund that belongs to no known order. Money in the base currency.
ORDERS = ("customer_key", "order_id", "ordered_at", "gross", "refunded", "net", "lines", "state")

# One row per customer of the population. Days are whole; a customer without an order in the window
# has frequency 0, monetary 0 and no recency.
RFM = ("customer_key", "first_order", "last_order", "recency_days", "frequency", "monetary")

# RFM plus three scores, 1..n, n = best.
SCORES = (*RFM, "r", "f", "m")

# What a snapshot keeps and customers.csv shows, one row per customer.
CUSTOMERS = (
    "customer_id",
    "first_order",
    "last_order",
    "recency_days",
    "frequency",
    "monetary",
    "r",
    "f",
    "m",
    "rfm",
    "segment",
)

# What segments.csv shows, one row per segment.
SEGMENTS = (
    "segment",
    "customers",
    "customers_share",
    "revenue",
    "revenue_share",
    "median_recency",
    "mean_frequency",
    "mean_monetary",
)

METRICS = ("recency_days", "frequency", "monetary")
