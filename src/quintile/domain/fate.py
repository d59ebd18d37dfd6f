"""Fate: what becomes of a source row. Every row has exactly one, so that rows and money add up.

Small numbers, because the ledger groups ten million rows by them.
"""

from __future__ import annotations

KEPT = 0

QUARANTINE_REASONS = (
    "ragged_row",
    "bad_encoding",
    "control_character",
    "field_too_long",
    "null_customer",
    "bad_amount",
    "nonfinite_amount",
    "amount_out_of_range",
    "bad_date",
    "future_date",
    "date_out_of_range",
    "order_customer_conflict",
    "duplicate_order_conflict",
    "missing_currency",
    "unknown_currency",
)
ERASED = "erased"
EXCLUSION_REASONS = ("cancelled", "failed", "pending", "test", ERASED)
DUPLICATE = 90

_FIRST_QUARANTINE, _FIRST_EXCLUSION = 10, 60

QUARANTINED = {reason: _FIRST_QUARANTINE + place for place, reason in enumerate(QUARANTINE_REASONS)}
EXCLUDED = {reason: _FIRST_EXCLUSION + place for place, reason in enumerate(EXCLUSION_REASONS)}
REASON_OF = {code: reason for reason, code in (*QUARANTINED.items(), *EXCLUDED.items())}
