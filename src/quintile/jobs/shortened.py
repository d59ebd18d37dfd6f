"""Shortened: what retention took from a project's orders, for whatever looks further back than they reach."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.metrics.measure import Clock

ROWS_FROM = "rows_from"


def rows_from(report: Mapping[str, Any]) -> date | None:
    """The first day whose orders are there, as a snapshot's report tells; None where all are."""
    told = report.get(ROWS_FROM)
    return None if told is None else date.fromisoformat(told)


def stay_shortened(report: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Let a new report tell what the one before it told."""
    if ROWS_FROM in before:
        report[ROWS_FROM] = before[ROWS_FROM]


def reaches_back(report: Mapping[str, Any], clock: Clock) -> bool:
    """Whether a window begins before the first day whose orders are there."""
    first, start = rows_from(report), clock.window.start
    return first is not None and (start is None or start < first)


def require_orders_of(report: Mapping[str, Any], clock: Clock) -> None:
    """Refuse a window some of whose orders are gone.

    Raises:
        SettingsError: ``window``.
    """
    if reaches_back(report, clock):
        begins = f"begins on {clock.window.start}" if clock.window.start else "takes every order"
        message = f"retention removed the orders before {rows_from(report)}, and the window {begins}"
        fix = "choose a later date or a shorter --window; what was published before stays as it is"
        raise SettingsError("window", message, fix=fix)


def newcomers_note(report: Mapping[str, Any]) -> str | None:
    """What figures of first orders have to say beside them; None where all orders are there."""
    first = rows_from(report)
    if first is None:
        return None
    return f"Retention removed the orders before {first}: who had only bought before then counts as a new customer."
