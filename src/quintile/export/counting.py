"""Counting: how rows become orders that count, by the rules and the columns of one result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Counting:
    """``how`` the source was read (``assumed`` in run.json), its ``columns`` by role, the ``rules`` of the ledger."""

    how: Mapping[str, Any]
    columns: Mapping[str, str]
    rules: Mapping[str, Any]

    @property
    def grain(self) -> str:
        """What makes an order: ``day``, a common ``order`` id, or each ``row`` by itself."""
        if self.how["grain"] == "day":
            return "day"
        return "order" if "order" in self.columns else "row"

    @property
    def drops_repeats(self) -> bool:
        """Whether an order's row (or line) that comes again with the same content counts once."""
        if self.grain != "order" or self.rules["duplicates"] == "keep":
            return False
        return self.how["grain"] == "order" or "line" in self.columns

    @property
    def excluded_words(self) -> list[str]:
        """Statuses whose rows do not count, in lower case."""
        statuses = self.rules.get("statuses", {})
        return sorted({word.lower() for kind in self.rules["exclude"] for word in statuses.get(kind, ())})

    @property
    def refunded_words(self) -> list[str]:
        """Statuses that say that the whole row was paid back."""
        return sorted({word.lower() for word in self.rules.get("statuses", {}).get("refunded", ())})

    @property
    def compares_customers(self) -> bool:
        """Whether an order could name two customers."""
        return self.grain != "day"

    @property
    def has_kind(self) -> bool:
        """Whether a column says what kind of row it is."""
        return "refund_kinds" in self.rules

    @property
    def is_excluding(self) -> bool:
        """Whether some rows do not count by what they say of themselves."""
        return bool(self.excluded_words) or (self.has_kind and "test" in self.rules["exclude"])

    @property
    def follows_excluded(self) -> bool:
        """Whether refunds of an order that does not count can be told by its id."""
        return self.is_excluding and self.grain == "order"

    @property
    def has_line(self) -> bool:
        """Whether a column tells the lines of an order apart."""
        return self.drops_repeats and "line" in self.columns and bool(self.how["grain"] == "line")

    @property
    def has_refund(self) -> bool:
        """Whether a column or a status says what went back of a row."""
        return "refund" in self.columns or bool(self.refunded_words)
