"""Sufficiency: warnings that say which numbers cannot be trusted, or what looks odd; never a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.fate import QUARANTINED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from quintile.domain.ledger import Tally

FEWEST_ORDERS, DOMINANT = 10, 0.5
FEWEST_BUYERS, FEWEST_DAYS, MOST_SILENT_DAYS, SEVERAL_ORDERS = 500, 180, 30, 3


def counted(count: int, noun: str) -> str:
    """``1 buyer``, ``2,000 buyers``."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def sufficiency_warnings(
    *, buyers: int, most_orders: int, first_day: date | None, last_day: date | None, as_of: date
) -> list[dict[str, Any]]:
    """What a base is too small, too young or too quiet for."""
    found = []
    if buyers < FEWEST_BUYERS:
        people = counted(buyers, "buyer")
        found.append(("few_buyers", f"{people}: below {FEWEST_BUYERS}, shares and quantile borders rest on few people"))
    if first_day is not None and (as_of - first_day).days < FEWEST_DAYS:
        found.append(
            (
                "short_history",
                f"{counted((as_of - first_day).days, 'day')} of history: below {FEWEST_DAYS}, frequency says little",
            )
        )
    if last_day is not None and (as_of - last_day).days > MOST_SILENT_DAYS:
        silent = (as_of - last_day).days
        message = f"the latest order lies {silent} days before {as_of}: is the export complete, or --as-of too late?"
        found.append(("no_recent_order", message))
    if most_orders < SEVERAL_ORDERS:
        found.append(
            ("no_repeat_buyers", "nobody has three orders: frequency cannot tell loyal customers from lucky ones")
        )
    return [{"code": code, "rows": None, "message": message} for code, message in found]


def scale_warnings(*, customers: int, scores: int) -> list[dict[str, Any]]:
    """Whether there are fewer customers than scores to give."""
    if customers >= scores:
        return []
    message = f"{counted(customers, 'customer')} cannot fill {scores} scores: choose a smaller --scale"
    return [{"code": "fewer_customers_than_bins", "rows": customers, "message": message}]


def nobody_warnings(*, customers: int, purchases: bool, fates: Mapping[int, Tally]) -> list[dict[str, Any]]:
    """Whether no row names a customer, or no customer has a purchase; either leaves nobody to score."""
    found = []
    guests = fates.get(QUARANTINED["null_customer"])
    if not customers and guests is not None:
        message = f"no row names a customer: {counted(guests.rows, 'row')} of guests, none of anybody known"
        found.append({"code": "no_known_customers", "rows": guests.rows, "message": message})
    if not purchases:
        message = (
            f"nobody can be scored: {counted(customers, 'customer')}, none with a purchase (everything was set aside,"
            " refunded or worth nothing)"
        )
        found.append({"code": "no_scorable_customers", "rows": customers, "message": message})
    return found


def customer_warnings(*, orders: int, most_orders: int, below_zero: int) -> list[dict[str, Any]]:
    """What is odd about single customers: one who has most of the orders, and money below zero."""
    found: list[dict[str, Any]] = []
    if orders >= FEWEST_ORDERS and most_orders > DOMINANT * orders:
        share = most_orders / orders
        found.append(
            {
                "code": "dominant_customer",
                "rows": most_orders,
                "message": f"one customer has {share:.0%} of all orders: is it a placeholder such as 'guest'? Give "
                "those"
                " rows an empty customer id, then they are set aside with their revenue",
            }
        )
    if below_zero:
        found.append(
            {
                "code": "negative_customer_total",
                "rows": below_zero,
                "message": f"{below_zero:,} customers were paid back more than they bought: their money is below zero",
            }
        )
    return found
