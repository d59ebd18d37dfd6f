"""Prospects: what lies ahead of a customer, or of whole segments, in sentences; they name no customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.export.headlines import day_text
from quintile.export.migration import CALLED
from quintile.pictures.words import exact, number, several, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_MOVES = 5


def customer_statements(page: Mapping[str, Any]) -> list[str]:
    """What there is to say of one customer.

    Args:
        page: What ``jobs.customer.customer`` found.
    """
    said = [_now(page)]
    if page.get("note"):
        said.append(page["note"])
    elif page["now"] is not None:
        said += [_fall(page), *_orders(page)]
    moved = next((line for line in reversed(page["history"]) if line["cause"]), None)
    if moved is not None:
        where = f"to {moved['segment']}" if moved["segment"] else "out of those who are scored"
        said.append(f"The last move, {where} by {day_text(moved['as_of'])}: {CALLED[moved['cause']]}.")
    if page["rhythm"] is not None:
        rhythm = page["rhythm"]
        said.append(
            f"Usually {rhythm['median_days']} days lie between two purchases (median of"
            f" {several(rhythm['gaps'], 'gap')}); {number(rhythm['pause_days'])} have passed since the last one,"
            f" {rhythm['ratio']} times as many."
        )
    return said


def forecast_statements(found: Mapping[str, Any]) -> list[str]:
    """What becomes of the segments if nobody buys: first of all, then the largest falls, the largest first.

    Args:
        found: What ``jobs.forecast.forecast`` found; names of segments in it may be a stranger's.
    """
    until, whose = day_text(found["until"]), f" of {found['segment']}" if found["segment"] else ""
    said = []
    if found["falling"] is not None:
        falling = several(found["falling"]["customers"], f"customer{whose}", f"customers{whose}")
        worth = with_unit(exact(found["falling"]["revenue"]), found["currency"])
        said.append(f"If nobody buys, {falling} ({worth}) fall to a worse segment by {until}.")
    if found["leaving"]:
        leaving = several(found["leaving"], f"customer{whose}", f"customers{whose}")
        said.append(f"The last order of {leaving} leaves the window by {until}.")
    largest = sorted((one for one in found["moves"] if one["direction"] == "down"), key=lambda one: -one["customers"])
    for one in largest[:_MOST_MOVES]:
        worth = with_unit(exact(one["revenue"]), found["currency"])
        said.append(f"{number(one['customers'])} {one['from']} ({worth}) will be {one['to']} on {day_text(one['on'])}.")
    if found["empty_from"]:
        left = several(sum(one["customers_at_end"] for one in found["segments"]), "customer is", "customers are")
        said.append(f"From {day_text(found['empty_from'])} on no order is in the window: {left} scored no more then.")
    return said


def _now(page: Mapping[str, Any]) -> str:
    now, as_of = page["now"], day_text(page["snapshot"]["as_of"])
    if now is None:
        return f"Not scored as of {as_of}: no order of the window counts."
    if now["recency_days"] is None:
        return f"{now['segment']} ({now['rfm']}) as of {as_of}, without an order in the window."
    worth = with_unit(exact(now["monetary"]), page["currency"])
    orders = several(now["frequency"], "order")
    ago = several(now["recency_days"], "day")
    said = f"{now['segment']} ({now['rfm']}) as of {as_of}: {orders}, monetary {worth}, the last one {ago} ago."
    if _segment(now) == now["segment"]:
        return said
    return f"{said} By the scores {_segment(now)}, which the dwell rule does not publish yet."


def _segment(now: Mapping[str, Any]) -> str:
    """The segment by the scores, which a dwell rule may hold back."""
    found: str = now.get("computed_segment", now["segment"])
    return found


def _fall(page: Mapping[str, Any]) -> str:
    falls, leaves, now = page["falls"], page["leaves"], page["now"]
    if falls is not None:
        when = f"on {day_text(falls['on'])}, in {several(falls['days'], 'day')}"
        return f"If nothing is bought, {falls['from']} becomes {falls['to']} {when}."
    last = f"; the last order leaves it on {day_text(leaves)}" if leaves else ""
    if not page["snapshot"]["ranked"]:
        return f"The scheme does not say which segment is the better one, so nothing falls{last}."
    return f"If nothing is bought, {_segment(now)} stays as long as an order is in the window{last}."


def _orders(page: Mapping[str, Any]) -> list[str]:
    keeps, raises, now = page["order"]["keeps"], page["order"]["raises"], page["now"]
    said = []
    if keeps is not None:
        until = f" until {day_text(keeps['falls']['on'])}" if keeps["falls"] else ""
        what = f"keeps {_segment(now)}" if keeps["segment"] == _segment(now) else "prevents that"
        said.append(f"{_amount(keeps, page)} placed now {what}{until}.")
    elif page["falls"] is not None:
        said.append(f"No single order placed now keeps {_segment(now)} that long, whatever its value.")
    if raises is not None:
        said.append(f"{_amount(raises, page)} placed now leads to {raises['segment']}.")
    return said


def _amount(order: Mapping[str, Any], page: Mapping[str, Any]) -> str:
    value = "any value" if order["any"] else with_unit(exact(order["amount"]), page["currency"])
    return f"An order of {value}"
