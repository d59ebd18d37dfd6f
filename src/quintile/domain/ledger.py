"""Ledger: what the ledger step hands on, beside the table of shape ORDERS itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from quintile.domain.order_sums import KeptMonths

# States of an order; a purchase counts, the others are kept and reported.
PURCHASE, ZERO, REFUNDED, REFUND_ONLY = 0, 1, 2, 3


@dataclass(frozen=True)
class Tally:
    """Rows and money by currency of the rows that share a fate.

    ``largest`` bounds every sum of their money: all that was bought, or all that was paid back; None if unknown.
    """

    rows: int
    amounts: dict[str, Decimal]
    largest: Decimal | None = Decimal(0)

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        nothing = Decimal(0)
        amounts = {
            currency: self.amounts.get(currency, nothing) + other.amounts.get(currency, nothing)
            for currency in sorted({*self.amounts, *other.amounts})
        }
        known = self.largest is not None and other.largest is not None
        return Tally(self.rows + other.rows, amounts, self.largest + other.largest if known else None)  # type: ignore[operator]


@dataclass(frozen=True)
class Ledger:
    """The cleaned orders and what became of every row.

    ``orders`` names the view of shape ORDERS, money in ``currency`` with ``decimals`` digits after the point and
    ``digits`` in all. ``key`` says what names a customer (id, email, account), ``key_type`` is the engine's type of
    those keys. ``fates`` tallies the source rows by fate, before any conversion. ``column_refunds`` is the money that
    only a refund column or a refunded status says went back, ``table_refunds`` what only the table of returns says.
    ``first_at`` and ``last_at`` are the times of the first and the last purchase. ``lines`` are the source rows behind
    the orders, ``after_refunds`` their money, ``net`` the money that counts under the refund policy. ``grain`` says
    what one row was taken for. ``people`` names the keys of the table of customers, if there is one. ``names`` names
    the view of customer_key and customer_id in a project, whose orders carry numbers in place of ids; ``key_type`` is
    then the type of the ids. ``second`` tells what became of each second table's rows. ``months`` are all orders once
    more, where they are kept month by month with sums beside them. ``days`` names the table of the orders' sums by day
    and state, where they were summed.
    """

    orders: str
    key: str
    key_type: str
    currency: str
    decimals: int
    digits: int
    rows: int
    fates: dict[int, Tally]
    column_refunds: Decimal
    converted: bool
    first_at: datetime | None
    last_at: datetime | None
    lines: int
    after_refunds: Decimal
    net: Decimal
    grain: str
    warnings: tuple[dict[str, Any], ...] = ()
    table_refunds: Decimal = Decimal(0)
    people: str | None = None
    names: str | None = None
    second: tuple[dict[str, Any], ...] = ()
    months: KeptMonths | None = None
    days: str | None = None

    def over(self, orders: str) -> Ledger:
        """The same ledger over other orders, whose days were not summed."""
        return replace(self, orders=orders, days=None)

    def beside(self, fates: dict[int, Tally]) -> Ledger:
        """The same ledger with further rows among those that were read, none of them kept."""
        nothing = Tally(0, {})
        added = {fate: self.fates.get(fate, nothing).plus(fates.get(fate, nothing)) for fate in {*self.fates, *fates}}
        rows = self.rows + sum(tally.rows for tally in fates.values())
        return replace(self, fates=dict(sorted(added.items())), rows=rows)
