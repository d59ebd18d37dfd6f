"""scored: the sources of a wish read, accounted for and scored; the result still lies in the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.engine_table import EngineTable
from quintile.jobs.accounts.judged import latest_versions
from quintile.jobs.accounts.possible import refuse_moment, require_possible
from quintile.jobs.results.result import Result, collect
from quintile.jobs.workplace.quarantine import refuse_mostly_bad
from quintile.jobs.workplace.wish import last_day, open_sources, read_opened
from quintile.metrics.measure import Clock
from quintile.pipeline import account, day_after_latest, score_customers

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted


def accounted_sources(place: Workplace, wish: Wish) -> Accounted:
    """Open, read and account for every row of the wish's sources."""
    settings = wish.clocked
    tables = open_sources(place, wish)
    transactions = read_opened(place, wish, tables)
    place.on_step("building the ledger")
    day = last_day(wish.as_of, settings)
    transactions = latest_versions(place.engine, transactions, settings, day)
    accounted = account(place.engine, tables, transactions, settings, last_day=day, rates=place.rates(settings))
    refuse_mostly_bad(place.engine, accounted)
    return accounted


def scored_result(place: Workplace, wish: Wish) -> Result:
    """Read, account, measure, score and assign; the result still lies in the engine."""
    model = wish.model or wish.settings.model.model()
    require_possible(wish, model)
    accounted = accounted_sources(place, wish)
    as_of = wish.as_of or day_after_latest(accounted.ledger, model, wish.settings.ledger.time_zone)
    scored = score_customers(
        place.engine,
        accounted,
        model,
        clock_of(wish, model, as_of),
        population=place.people(model.population, accounted.ledger),
        on_step=place.on_step,
    )
    # The rows of a table have no place to be found at.
    examples = not any(isinstance(source, EngineTable) for source in wish.sources)
    return collect(place.engine, accounted, scored, as_of=as_of, as_of_given=wish.as_of is not None, examples=examples)


def clock_of(wish: Wish, model: RfmModel, as_of: date) -> Clock:
    """The model's clock at the analysis date.

    Raises:
        SettingsError: ``as_of``, a time of day was given and calendar days are counted.
    """
    refuse_moment(wish.as_of, model)
    return Clock.at(as_of, model, wish.settings.ledger.time_zone)
