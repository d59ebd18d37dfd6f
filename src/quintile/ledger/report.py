"""The bridge's ledger half: from raw rows to kept rows, and from kept money to the orders' net money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.bridge import BridgeStep
from quintile.domain.fate import DUPLICATE, EXCLUDED, PURCHASE, QUARANTINED, REFUND
from quintile.engine.render import render

if TYPE_CHECKING:
    from quintile.domain.ledger import Ledger, Tally
    from quintile.engine.base import Engine

_ORDER_MONEY = "SELECT sum(lines), sum(gross - refunded), sum(net) FROM {orders}"
_POLICY_STEPS = {"net": "refunds", "gross": "refunds_ignored", "exclude_order": "orders_with_refunds"}


def ledger_steps(engine: Engine, ledger: Ledger, refunds: str) -> list[BridgeStep]:
    """The steps raw -> quarantined, duplicates, excluded -> kept -> (converted) -> refunds by policy -> ledger.

    Money before the conversion is by currency; ``refunds`` shows what a refund column took off, or what a policy
    other than netting did to the money.
    """
    taken = [
        BridgeStep(reason, ledger.fates[code].rows, ledger.fates[code].amounts)
        for reason, code in {**QUARANTINED, "duplicates": DUPLICATE, **EXCLUDED}.items()
        if code in ledger.fates
    ]
    kept = added([ledger.fates[fate] for fate in (PURCHASE, REFUND) if fate in ledger.fates])
    raw = added(list(ledger.fates.values()))
    steps = [BridgeStep("raw", ledger.rows, raw, is_total=True), *taken]
    kept_rows = sum(ledger.fates[fate].rows for fate in (PURCHASE, REFUND) if fate in ledger.fates)
    steps.append(BridgeStep("kept", kept_rows, kept, is_total=True))
    rows, after_refunds, net = engine.rows(render(_ORDER_MONEY, orders=ledger.orders))[0]
    after_refunds, net = after_refunds or Decimal(0), net or Decimal(0)
    before = after_refunds + ledger.column_refunds
    if ledger.converted:
        steps.append(BridgeStep("converted", int(rows or 0), {ledger.currency: before}, is_total=True, restarts=True))
    if ledger.column_refunds:
        steps.append(BridgeStep("refunds", 0, {ledger.currency: ledger.column_refunds}))
    if net != after_refunds:
        steps.append(BridgeStep(_POLICY_STEPS[refunds], 0, {ledger.currency: after_refunds - net}))
    steps.append(BridgeStep("ledger", int(rows or 0), {ledger.currency: net}, is_total=True))
    return steps


def added(tallies: list[Tally]) -> dict[str, Decimal]:
    """Money of several tallies, by currency."""
    total: dict[str, Decimal] = {}
    for tally in tallies:
        for currency, amount in tally.amounts.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return total
