"""The smallest order: the least amount that, placed on the analysis date, brings a customer where they should be.

On any one day a higher amount can only raise the score of monetary. So each day asks for the least amount that will do
from some amount on, and when no day asks for more, it is the least for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from quintile.domain.ladder import EXACT
from quintile.insight.profile import Outlook

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Wanted:
    """What an order is to bring: on each day from 1 to ``until`` a segment that ``will_do``."""

    until: int
    will_do: Callable[[str | None], bool]


def with_order(outlook: Outlook, amount: Decimal) -> Outlook:
    """The same customer with one more order, placed at the analysis moment; it counts from the day after."""
    return Outlook(replace(outlook.held, added=amount), outlook.rules)


def smallest_order(outlook: Outlook, wanted: Wanted, step: Decimal) -> Decimal | None:
    """The least amount that brings what is wanted; None: no amount does.

    Args:
        outlook: The customer as things are.
        wanted: What the order is for.
        step: Amounts are its multiples; the least of them is one step.
    """
    ordered = with_order(outlook, Decimal(0))
    days = [day for day in ordered.change_days if day <= wanted.until]
    amount, before = step, None
    while amount != before:
        before = amount
        for day in days:
            found = _least(ordered, day, amount, wanted, step)
            if found is None:
                return None
            amount = found
    return amount


def _least(ordered: Outlook, day: int, amount: Decimal, wanted: Wanted, step: Decimal) -> Decimal | None:
    """The least amount, not below one, with which a single day will do."""
    frequency, total = ordered.held.sums(day)
    if not frequency:
        return None
    rules = ordered.rules
    r, f, _ = ordered.on(day).cell
    ladder = rules.ladder("m", r, f)
    reaching = (_reaching(ordered, at, (frequency, total), step) for _, at in ladder.steps)
    for tried in sorted({amount, *(one for one in reaching if one > amount)}):
        m = ladder.score(rules.monetary(EXACT.add(total, tried), frequency))
        if wanted.will_do(rules.cells[r, f, m]):
            return tried
    return None


def _reaching(ordered: Outlook, at: Decimal, sums: tuple[int, Decimal], step: Decimal) -> Decimal:
    """The least multiple of a step that brings the monetary up to a value."""
    (frequency, total), rules = sums, ordered.rules
    wanted = EXACT.multiply(at, Decimal(frequency)) if rules.is_average else at
    steps = -(-Fraction(EXACT.subtract(wanted, total)) // Fraction(step))
    earlier, found = (EXACT.multiply(Decimal(count), step) for count in (steps - 1, steps))
    # An average is rounded, so it may be there a step earlier.
    return earlier if rules.monetary(EXACT.add(total, earlier), frequency) >= at else found
