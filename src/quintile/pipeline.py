"""The steps in their order: read, ledger, measure, fit, score, assign; each leaves its table in the engine.

Nothing is published here and no clock is read: the jobs do that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from quintile.domain.bridge import Bridge
from quintile.domain.settings import NO_SCHEME
from quintile.engine.render import Sql, render
from quintile.errors import DataError
from quintile.insight.concentration import concentration
from quintile.insight.distribution import money, whole_numbers
from quintile.ledger.build import build_ledger, tally_rows
from quintile.ledger.report import ledger_steps
from quintile.metrics.measure import Clock, measure
from quintile.metrics.report import find_places, scored_steps
from quintile.scoring.fit import fit
from quintile.scoring.histogram import count_values
from quintile.scoring.receipt import tie_receipt
from quintile.scoring.score import score
from quintile.segments.assign import assign
from quintile.segments.load import kept_scheme, scheme_text, shipped_schemes
from quintile.sources.read import Reading, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quintile.domain.bridge import BridgeStep
    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.domain.scheme import Scheme
    from quintile.domain.settings import Settings
    from quintile.domain.tie_receipt import TieReceipt
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.ledger.rules.currency import RatesOf
    from quintile.ledger.untouched import Untouched
    from quintile.metrics.measure import Carried
    from quintile.metrics.report import Places
    from quintile.scoring.histogram import ValueCounts
    from quintile.sources.located import SourceTable

_REVENUES = "SELECT revenue AS worth, count(*) AS customers FROM {rfm} GROUP BY ALL"


@dataclass(frozen=True)
class Accounted:
    """Sources read and every row accounted for: transactions, ledger, and the bridge up to the ledger."""

    tables: tuple[SourceTable, ...]
    settings: Settings
    last_day: date
    transactions: Transactions
    ledger: Ledger
    steps: list[BridgeStep]


@dataclass(frozen=True)
class Spread:
    """How the customers spread over the values of R, F and M, and the revenue over the customers; JSON values."""

    distributions: dict[str, dict[str, Any]]
    concentration: dict[str, Any]


@dataclass(frozen=True)
class MeasuredCustomers:
    """The table of shape RFM for one window, and the bridge's steps from the ledger to it."""

    rfm: Sql
    clock: Clock
    steps: list[BridgeStep]


@dataclass(frozen=True)
class Scored:
    """Customers scored and segmented: the view ``segmented`` and all that is reported of it.

    ``learned`` is the model with cut points learned of these customers, where they were; else it is ``model``.
    ``dwell`` is told where some may be held back in another segment than that of their scores: ``segmented`` then has
    ``computed_segment`` and ``dwelling`` too.
    """

    segmented: Sql
    model: RfmModel
    scheme: Scheme | None
    clock: Clock
    bridge: Bridge
    receipts: tuple[TieReceipt, TieReceipt, TieReceipt]
    spread: Spread
    learned: RfmModel
    dwell: dict[str, Any] | None = None


def read_sources(
    engine: Engine, tables: Sequence[SourceTable], settings: Settings, *, to_keep: bool = False
) -> Transactions:
    """Read the sources on the ledger's clock.

    Args:
        engine: Where everything happens.
        tables: The opened sources.
        settings: The user's settings.
        to_keep: Also read what only a project keeps.
    """
    reading = Reading(
        time_zone=settings.ledger.time_zone,
        elapsed=settings.model.recency == "elapsed",
        drop_repeated_rows=settings.ledger.duplicates == "row",
        to_keep=to_keep,
        base_currency=settings.ledger.base_currency,
        country=settings.ledger.country,
    )
    return read(engine, tables, settings.reading, reading)


def account(  # noqa: PLR0913 - what one ledger is made of
    engine: Engine,
    tables: Sequence[SourceTable],
    transactions: Transactions,
    settings: Settings,
    *,
    last_day: date,
    rates: RatesOf | None = None,
    untouched: Untouched | None = None,
) -> Accounted:
    """Build the ledger of what was read.

    Args:
        engine: Where everything happens.
        tables: The opened sources.
        transactions: What was read of them, or of them and of all that the project knew before.
        settings: The user's settings.
        last_day: The later of ``as_of`` and the shop's today.
        rates: Gives the table of exchange rates, if there is one.
        untouched: The orders that stand as a project keeps them.
    """
    ledger = build_ledger(engine, transactions, settings.ledger, last_day=last_day, rates=rates, untouched=untouched)
    return Accounted(
        tables=tuple(tables),
        settings=settings,
        last_day=last_day,
        transactions=transactions,
        ledger=ledger,
        steps=ledger_steps(ledger, settings.ledger.refunds),
    )


def with_left_out(
    engine: Engine, accounted: Accounted, left_out: Transactions | None, whole: Transactions
) -> Accounted:
    """The same, with the rows of the sources that do not enter the ledger among those that were accounted for.

    Args:
        engine: Where everything is.
        accounted: What enters the ledger.
        left_out: What does not: it could not be read, or is known already.
        whole: Both together.
    """
    if left_out is None:
        return accounted
    settings = accounted.settings.ledger
    ledger = accounted.ledger.beside(tally_rows(engine, left_out, settings, last_day=accounted.last_day))
    return replace(accounted, transactions=whole, ledger=ledger, steps=ledger_steps(ledger, settings.refunds))


def day_after_latest(ledger: Ledger, model: RfmModel, time_zone: str) -> date:
    """The analysis date of a source that names none: the day after its latest purchase.

    With elapsed recency it is the moment 24 hours after it, in the shop's time.

    Raises:
        DataError: ``empty_window``, there is no purchase at all.
    """
    latest = ledger.last_at
    if latest is None:
        raise DataError(
            "empty_window",
            "the source holds no purchase: every row was set aside, refunded or worth nothing",
            fix="see why with: quintile check SOURCE",
        )
    if model.recency == "elapsed":
        utc = latest.replace(tzinfo=ZoneInfo("UTC")) + timedelta(days=1)
        return utc.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return latest.date() + timedelta(days=1)


def require_orders(engine: Engine, ledger: Ledger, clock: Clock) -> Places:
    """Find the orders' places; refuse a window that holds no purchase.

    Raises:
        DataError: ``empty_window``.
    """
    places = find_places(engine, ledger, clock)
    if not places.inside[0]:
        latest = f"; the latest one is of {ledger.last_at:%Y-%m-%d}" if ledger.last_at else ""
        raise DataError(
            "empty_window",
            f"no order lies in the window {clock.window}{latest}",
            fix="choose another --as-of, or a longer --window (all takes every order)",
        )
    return places


def score_customers(  # noqa: PLR0913 - one call for all that is scored
    engine: Engine,
    accounted: Accounted,
    model: RfmModel,
    clock: Clock,
    *,
    population: Sql | None,
    on_step: Callable[[str], None],
    carried: Carried | None = None,
    learn: bool = False,
) -> Scored:
    """Measure, fit (unless the model brings its cut points), score and assign; ``learn`` as for ``score_measured``.

    Raises:
        DataError: ``empty_window``, no purchase lies in the window.
    """
    ledger = accounted.ledger
    model.require_currency(ledger.currency)
    model, _ = _with_scheme(model)
    places = require_orders(engine, ledger, clock)
    on_step("measuring recency, frequency and monetary")
    alone = places.alone[0] > 0
    rfm = measure(engine, ledger, model, clock, refunds_alone=alone, population=population, carried=carried)
    steps = scored_steps(engine, ledger, rfm, clock, places, every_buyer=population is None)
    engine.drop("order_parts")
    on_step("scoring")
    return score_measured(engine, accounted, model, MeasuredCustomers(rfm, clock, steps), learn=learn)


def score_measured(
    engine: Engine, accounted: Accounted, model: RfmModel, measured: MeasuredCustomers, *, learn: bool = False
) -> Scored:
    """Fit (unless the model brings its cut points), score and assign who was measured already.

    ``learn`` also learns the cut points that a fit would give now, beside those that the model brings.
    """
    ledger, rfm, clock = accounted.ledger, measured.rfm, measured.clock
    model, scheme = _with_scheme(model)
    counts = count_values(engine, rfm)
    learned = model
    if learn or model.cuts is None:
        learned = fit(engine, rfm, model, clock.window.as_of, counts=counts).in_currency(ledger.currency)
    model = learned if model.cuts is None else model
    scores = score(engine, rfm, model)
    receipts = tie_receipt(engine, scores, model, counts=counts)
    spread = _spread(engine, rfm, model, counts)
    counts.drop(engine)
    return Scored(
        segmented=_segmented(engine, scores, scheme, model),
        model=model,
        scheme=scheme,
        clock=clock,
        bridge=Bridge((*accounted.steps, *measured.steps)),
        receipts=receipts,
        spread=spread,
        learned=learned,
    )


def _spread(engine: Engine, rfm: Sql, model: RfmModel, counts: ValueCounts) -> Spread:
    """Read off the histograms while they are there; only an average needs its revenue counted anew."""
    average = model.monetary == "average"
    revenue = render("({counted})", counted=render(_REVENUES, rfm=rfm)) if average else counts.m.table
    return Spread(
        distributions={
            "r": whole_numbers(engine, counts.r.table, open_end=False),
            "f": whole_numbers(engine, counts.f.table, open_end=True),
            "m": money(engine, counts.m.table),
        },
        concentration=concentration(engine, revenue),
    )


def _with_scheme(model: RfmModel) -> tuple[RfmModel, Scheme | None]:
    """The model's scheme; one of the user's own is written into the model, and read from there once it is."""
    if model.scheme != NO_SCHEME and model.scheme not in shipped_schemes():
        model = replace(model, scheme_text=model.scheme_text or scheme_text(model.scheme))
    return model, kept_scheme(model.scheme, model.scheme_text)


def _segmented(engine: Engine, scores: Sql, scheme: Scheme | None, model: RfmModel) -> Sql:
    if scheme is None:
        return engine.view("segmented", render("SELECT *, 'Unclassified' AS segment FROM {scores}", scores=scores))
    return assign(engine, scores, scheme, model.scale)
