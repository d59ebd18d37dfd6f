"""The bridge's ledger half: from raw rows to kept rows, and from kept money to the orders' net money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.bridge import BridgeStep
from quintile.domain.fate import DUPLICATE, EXCLUDED, KEPT, QUARANTINED
from quintile.domain.ledger import Tally

if TYPE_CHECKING:
    from quintile.domain.ledger import Ledger

_POLICY_STEPS = {"net": "refunds", "gross": "refunds_ignored", "exclude_order": "orders_with_refunds"}


def ledger_steps(ledger: Ledger, refunds: str) -> list[BridgeStep]:
    """The steps raw -> quarantined, duplicates, excluded -> kept -> (converted) -> refunds by policy -> ledger.

    Money before the conversion is by currency; ``refunds`` shows what a refund column took off, ``returns``
    what only the table of returns did; then what a policy other than netting did to the money.
    """
    taken = [
        BridgeStep(reason, ledger.fates[code].rows, ledger.fates[code].amounts)
        for reason, code in {**QUARANTINED, "duplicates": DUPLICATE, **EXCLUDED}.items()
        if code in ledger.fates
    ]
    kept = ledger.fates.get(KEPT, Tally(0, {}))
    raw = added(list(ledger.fates.values()))
    steps = [BridgeStep("raw", ledger.rows, raw, is_total=True), *taken]
    steps.append(BridgeStep("kept", kept.rows, kept.amounts, is_total=True))
    before = ledger.after_refunds + ledger.column_refunds + ledger.table_refunds
    if ledger.converted:
        steps.append(BridgeStep("converted", ledger.lines, {ledger.currency: before}, is_total=True, restarts=True))
    if ledger.column_refunds:
        steps.append(BridgeStep("refunds", 0, {ledger.currency: ledger.column_refunds}))
    if ledger.table_refunds:
        steps.append(BridgeStep("returns", 0, {ledger.currency: ledger.table_refunds}))
    if ledger.net != ledger.after_refunds:
        steps.append(BridgeStep(_POLICY_STEPS[refunds], 0, {ledger.currency: ledger.after_refunds - ledger.net}))
    steps.append(BridgeStep("ledger", ledger.lines, {ledger.currency: ledger.net}, is_total=True))
    return steps


def added(tallies: list[Tally]) -> dict[str, Decimal]:
    """Money of several tallies, by currency."""
    total: dict[str, Decimal] = {}
    for tally in tallies:
        for currency, amount in tally.amounts.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total
