"""Measured: one ledger measured once, to be scored by several models without publishing anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quintile.engine.render import Sql, literal, render
from quintile.jobs.accounts.possible import refuse_moment
from quintile.metrics.measure import Clock, measure
from quintile.pipeline import day_after_latest, require_orders

if TYPE_CHECKING:
    from datetime import date, datetime

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

_ON_SHOP_CLOCK = """
SELECT * REPLACE (timezone({zone}, timezone('UTC', ordered_at)) AS ordered_at) FROM {orders}
"""


@dataclass(frozen=True)
class Measured:
    """Table ``rfm`` of shape RFM, the clock it was measured by, and the ledger on that clock."""

    rfm: Sql
    clock: Clock
    as_of: date
    ledger: Ledger


def analysis_date(wish_as_of: date | None, ledger: Ledger, model: RfmModel, time_zone: str) -> date:
    """The date that was asked for, else the day after the latest purchase.

    Raises:
        SettingsError: A moment was asked for, and recency counts calendar days.
        DataError: ``empty_window``, there is no purchase.
    """
    refuse_moment(wish_as_of, model)
    return wish_as_of if wish_as_of is not None else day_after_latest(ledger, model, time_zone)


def measured(place: Workplace, accounted: Accounted, model: RfmModel, as_of: date | None) -> Measured:
    """Measure a ledger for a model, replacing what was measured before.

    Args:
        place: Where the ledger lies.
        accounted: The ledger and its settings.
        model: Its window, recency, monetary and population count; its cut points do not.
        as_of: The analysis date, if one was asked for.

    Raises:
        DataError: ``empty_window``, no purchase lies in the window.
        SettingsError: The analysis date or the population does not fit.
    """
    engine, time_zone = place.engine, accounted.settings.ledger.time_zone
    ledger = on_clock(place, accounted, model)
    day = analysis_date(as_of, ledger, model, time_zone)
    clock = Clock.at(day, model, time_zone)
    places = require_orders(engine, ledger, clock)
    people = place.people(model.population, ledger)
    rfm = measure(engine, ledger, model, clock, refunds_alone=places.alone[0] > 0, population=people)
    return Measured(rfm, clock, day, ledger)


def on_clock(place: Workplace, accounted: Accounted, model: RfmModel) -> Ledger:
    """The ledger on the model's clock: one that was read on UTC for elapsed days also serves calendar days."""
    ledger, zone = accounted.ledger, accounted.settings.ledger.time_zone
    if model.recency in {accounted.settings.model.recency, "elapsed"}:
        return ledger
    shop = render(_ON_SHOP_CLOCK, zone=literal(zone), orders=Sql(ledger.orders))
    view = place.engine.view("orders_on_shop_clock", shop)
    return replace(ledger.over(view), first_at=_local(ledger.first_at, zone), last_at=_local(ledger.last_at, zone))


def _local(moment: datetime | None, zone: str) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
