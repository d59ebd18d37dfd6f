"""Shortened: what retention took from a project's orders, for whatever looks further back than they reach."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from quintile.domain.window import ObservationWindow
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.rfm_model import RfmModel

ROWS_FROM = "rows_from"
EVERYBODY = "ever"


def rows_from(report: Mapping[str, Any]) -> date | None:
    """The first day whose orders are there, as a snapshot's report tells; None where all are."""
    told = report.get(ROWS_FROM)
    return None if told is None else date.fromisoformat(told)


def shorten(report: dict[str, Any], first: date) -> None:
    """Let a report tell that orders before a day are gone; those that were gone before stay gone."""
    report[ROWS_FROM] = max(report.get(ROWS_FROM, ""), first.isoformat())


def stay_shortened(report: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Let a new report tell what the one before it told."""
    if ROWS_FROM in before:
        report[ROWS_FROM] = before[ROWS_FROM]


def counted_from(model: RfmModel, day: date) -> date | None:
    """The first day whose orders a model looks at for an analysis date; None: at all of them."""
    return None if model.population == EVERYBODY else ObservationWindow(day, model.window).start


def reaches_back(report: Mapping[str, Any], model: RfmModel, day: date) -> bool:
    """Whether a model looks, for an analysis date, further back than the first day whose orders are there."""
    first, start = rows_from(report), counted_from(model, day)
    return first is not None and (start is None or start < first)


def require_orders_of(report: Mapping[str, Any], model: RfmModel, day: date) -> None:
    """Refuse an analysis date some of whose orders are gone.

    Raises:
        SettingsError: ``window``; says from which date on they are all there.
    """
    if reaches_back(report, model, day):
        start = counted_from(model, day)
        takes = f"the window of {day} begins on {start}" if start else f"{_all(model)} takes every order"
        message = f"retention removed the orders before {rows_from(report)}, and {takes}"
        whole = whole_from(report, model)
        fix = f"choose {whole} or a later date, or a shorter --window" if whole else "choose a --window, and buyers"
        back = "to have them all back, give the whole extract with --mode full"
        raise SettingsError("window", message, fix=f"{fix}; {back}")


def whole_from(report: Mapping[str, Any], model: RfmModel) -> date | None:
    """The first analysis date of which no order is gone; None where none is."""
    first = rows_from(report)
    if first is None or counted_from(model, first) is None:
        return None
    day = first
    while day < date.max and reaches_back(report, model, day):
        day += timedelta(days=1)
    return day


def newcomers_note(report: Mapping[str, Any]) -> str | None:
    """What figures of first orders have to say beside them; None where all orders are there."""
    first = rows_from(report)
    if first is None:
        return None
    return f"Retention removed the orders before {first}: who had only bought before then counts as a new customer."


def cut_note(report: Mapping[str, Any], model: RfmModel, *, untold: str) -> str:
    """What is said where a snapshot's own orders are gone: what of it cannot be told any more, and from when on it can.

    Args:
        report: Of the snapshot.
        model: Its model.
        untold: What cannot be told, in words.
    """
    whole = whole_from(report, model)
    since = f"; of {whole} and later dates it can" if whole else ""
    gone = f"Retention removed the orders before {rows_from(report)}"
    return f"{gone}: segments and money are those that were published, and {untold} cannot be told{since}."


def _all(model: RfmModel) -> str:
    return f"the population '{EVERYBODY}'" if model.population == EVERYBODY else "the window 'all'"
