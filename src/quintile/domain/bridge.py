"""The ledger bridge: from raw rows and money to scored rows and money, exact to the last digit."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from quintile.errors import ConservationError


@dataclass(frozen=True)
class BridgeStep:
    """One line of the bridge: a total (raw, kept, scored), or what was taken off between two totals.

    ``amounts`` holds money by currency; after the conversion there is one, the base currency. The total after the
    conversion ``restarts``: its rows are the rows before, its money is counted anew.
    """

    step: str
    rows: int
    amounts: dict[str, Decimal] = field(default_factory=dict)
    is_total: bool = False
    restarts: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON values; ``amount`` is text and exact, None when several currencies stand side by side."""
        amounts = {currency: plain(amount) for currency, amount in sorted(self.amounts.items())}
        line: dict[str, Any] = {"step": self.step, "rows": self.rows, "total": self.is_total}
        if len(amounts) > 1:
            return {**line, "amount": None, "amounts": amounts}
        currency, amount = next(iter(amounts.items()), ("", "0"))
        return {**line, "amount": amount, "currency": currency or None}


@dataclass(frozen=True)
class Bridge:
    """All lines in order; the constructor proves that every total is the one before less what was taken off."""

    steps: tuple[BridgeStep, ...]

    def __post_init__(self) -> None:
        rows, amounts = 0, dict[str, Decimal]()
        for place, step in enumerate(self.steps):
            if place == 0:
                rows, amounts = step.rows, dict(step.amounts)
            elif step.is_total:
                _same(step, rows, step.amounts if step.restarts else amounts)
                rows, amounts = step.rows, dict(step.amounts)
            else:
                rows -= step.rows
                for currency, amount in step.amounts.items():
                    amounts[currency] = amounts.get(currency, Decimal(0)) - amount

    def as_list(self) -> list[dict[str, Any]]:
        """The bridge as JSON values."""
        return [step.as_dict() for step in self.steps]


def plain(amount: Decimal) -> str:
    """A decimal as plain text, never in scientific notation; money without cents may come as a whole number."""
    return format(Decimal(amount), "f")


def _same(step: BridgeStep, rows: int, amounts: dict[str, Decimal]) -> None:
    left = {currency: amount for currency, amount in amounts.items() if amount}
    right = {currency: amount for currency, amount in step.amounts.items() if amount}
    if rows != step.rows or left != right:
        message = f"the bridge does not add up at '{step.step}': {rows} rows {left} against {step.rows} rows {right}"
        raise ConservationError(message)
