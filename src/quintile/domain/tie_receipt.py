"""Tie receipt: what ties did to the scores of one metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quintile.domain.share import share

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class TieReceipt:
    """How the customers really spread over the scores of one metric.

    ``metric`` is ``"r"``, ``"f"`` or ``"m"``. ``customers`` counts the customers at each score, the worst score
    first. ``common_value`` is the value most customers share, in the metric's own unit; None when most customers
    have no order in the window, or when there are no customers. ``cuts`` are the model's cut points as they are.
    ``suggestion`` is a sentence for the user, or None.
    """

    metric: str
    method: str
    customers: tuple[int, ...]
    common_value: Decimal | None
    common_customers: int
    cuts: tuple[Decimal | None, ...]
    suggestion: str | None = None

    @property
    def reached(self) -> tuple[int, ...]:
        """The scores that at least one customer has, internal direction (highest is best)."""
        return tuple(score for score, count in enumerate(self.customers, start=1) if count)

    @property
    def skipped(self) -> tuple[int, ...]:
        """The scores that nobody has."""
        return tuple(score for score, count in enumerate(self.customers, start=1) if not count)

    @property
    def common_share(self) -> float:
        """The share of customers at the most common value, 0 to 1, six decimals; 0 without customers."""
        return float(share(self.common_customers, max(sum(self.customers), 1)))

    def as_dict(self, *, best: Literal["high", "low"] = "high") -> dict[str, object]:
        """The receipt as JSON values; values and cut points are text, so that they stay exact.

        Scores are shown as customers.csv shows them: with ``best="low"`` the best is 1, and ``customers`` begins with
        it.
        """
        scores = len(self.customers)
        return {
            "metric": self.metric,
            "method": self.method,
            "reached": sorted(_shown(self.reached, scores, best)),
            "skipped": sorted(_shown(self.skipped, scores, best)),
            "customers": list(self.customers if best == "high" else reversed(self.customers)),
            "common_value": _text(self.common_value),
            "common_customers": self.common_customers,
            "common_share": self.common_share,
            "cuts": [_text(cut) for cut in self.cuts],
            "suggestion": self.suggestion,
        }


def _shown(found: tuple[int, ...], scores: int, best: str) -> list[int]:
    return list(found) if best == "high" else [scores + 1 - score for score in found]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
