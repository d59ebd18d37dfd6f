"""recommend: the window, scale, method and scheme that fit the sources, by a stated rule over what is measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from quintile.domain.ledger import PURCHASE
from quintile.domain.rfm_model import RfmModel
from quintile.domain.scale import Scale
from quintile.domain.share import share
from quintile.domain.window import WindowLength
from quintile.engine.render import Sql, literal, render
from quintile.insight.gaps import count_gaps, survival
from quintile.insight.recommend import (
    MOST_RETURNS,
    Advice,
    method_advice,
    scale_advice,
    scheme_advice,
    window_advice,
)
from quintile.insight.season import seasonality
from quintile.jobs.accounts.measured import analysis_date, measured
from quintile.jobs.accounts.own_ledger import accounted_for, own_store, with_own_date
from quintile.jobs.results.sufficiency import sufficiency_warnings
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.metrics.measure import Clock
from quintile.pipeline import require_orders
from quintile.scoring.fit import fit
from quintile.scoring.histogram import count_values
from quintile.scoring.receipt import suggested_orders, tie_receipt
from quintile.scoring.score import score

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from quintile.engine.base import Engine
    from quintile.insight.gaps import Gap, Survival
    from quintile.insight.season import Seasonality
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

MILESTONES = (30, 90, 182, 365, 730)

_PURCHASES = """
SELECT customer_key, {day} AS day, net FROM {orders} WHERE state = {purchase} AND {before_end}
"""
_BY_DAY = "SELECT day, count(*) FROM {purchases} GROUP BY day"
_BUYERS = """
SELECT count(*), count_if(orders = 1), max(orders), min(least) = max(most)
FROM (SELECT customer_key, count(*) AS orders, min(net) AS least, max(net) AS most FROM {purchases}
      GROUP BY customer_key)
"""


@dataclass(frozen=True)
class _History:
    """What all purchases before the analysis date tell."""

    as_of: date
    by_day: Counter[date]
    gaps: tuple[Gap, ...]
    customers: int
    one_order: int
    most_orders: int
    one_amount: bool

    @property
    def days(self) -> int:
        return (self.as_of - min(self.by_day)).days


def recommend(wish: Wish, *, on_step: Callable[[str], None] = silent) -> dict[str, Any]:
    """Measure the gaps between purchases, the base and the seasons, and recommend a model for them.

    Args:
        wish: Sources, or a project whose own ledger is measured; settings, analysis date. Its model settings say how
            recency and money are counted; window, scale, method and scheme are what is recommended.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``measured`` holds the figures, ``recommended`` one line a setting with its value, flags and
        reason, ``warnings`` what the base is too small, too young or too quiet for. Nothing is published.

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    wish = with_own_date(wish)
    with workplace(wish.files, wish.settings.engine, own_store(wish), on_step=on_step) as place:
        accounted = accounted_for(place, wish)
        on_step("measuring gaps between purchases")
        history = _history(place.engine, accounted, wish)
        curve, season = survival(history.gaps), seasonality(history.by_day, history.as_of)
        window = window_advice(curve, season, history.days)
        on_step("scoring")
        advice, buyers = _scored(place, accounted, wish, window, one_amount=history.one_amount)
    return {
        "as_of": history.as_of.isoformat(),
        "as_of_given": wish.as_of is not None,
        "measured": {**_measured(history, curve), "season": _season(season), "buyers_in_window": buyers},
        "recommended": [{**asdict(line), "flags": list(line.flags)} for line in advice],
        "warnings": sufficiency_warnings(
            buyers=buyers,
            most_orders=history.most_orders,
            first_day=min(history.by_day),
            last_day=max(history.by_day),
            as_of=history.as_of,
        ),
    }


def _history(engine: Engine, accounted: Accounted, wish: Wish) -> _History:
    model = RfmModel(window=WindowLength(), recency=accounted.settings.model.recency)
    ledger, zone = accounted.ledger, accounted.settings.ledger.time_zone
    as_of = analysis_date(wish.as_of, ledger, model, zone)
    clock = Clock.at(as_of, model, zone)
    require_orders(engine, ledger, clock)
    purchases = engine.table(
        "purchases",
        render(
            _PURCHASES,
            day=clock.day(Sql("ordered_at")),
            orders=Sql(ledger.orders),
            purchase=literal(PURCHASE),
            before_end=clock.before_end(),
        ),
    )
    day = clock.window.day
    customers, one_order, most, one_amount = engine.rows(render(_BUYERS, purchases=purchases))[0]
    history = _History(
        as_of=day,
        by_day=Counter(dict(engine.rows(render(_BY_DAY, purchases=purchases)))),
        gaps=count_gaps(engine, purchases, day),
        customers=customers,
        one_order=one_order,
        most_orders=most,
        one_amount=one_amount,
    )
    engine.drop("purchases")
    return history


def _scored(
    place: Workplace, accounted: Accounted, wish: Wish, window: Advice, *, one_amount: bool
) -> tuple[list[Advice], int]:
    """The other settings, from the customers of the recommended window; and how many of them bought in it."""
    settings, engine = accounted.settings.model, place.engine
    wished = replace(settings, scale=5, method="quantile", r_cuts=(), f_cuts=(), m_cuts=(), scheme=None).model()
    model = replace(wished, window=WindowLength.parse(window.value))
    rfm = measured(place, accounted, model, wish.as_of)
    counts = count_values(engine, rfm.rfm)
    scale = scale_advice(counts.f.buyers)
    model = replace(model, scale=Scale(int(scale.value)))
    model = fit(engine, rfm.rfm, model, rfm.clock.window.as_of, counts=counts)
    receipt = tie_receipt(engine, score(engine, rfm.rfm, model), model, counts=counts)[1]
    scores = model.scale.scores
    cuts = suggested_orders(scores) if receipt.suggestion else None
    method = method_advice(scores, len(receipt.reached), receipt.common_share, cuts)
    return [window, scale, method, scheme_advice(scores, one_amount=one_amount)], counts.f.buyers


def _measured(history: _History, curve: Survival) -> dict[str, Any]:
    ended = sum(gap.ended for gap in history.gaps)
    return {
        "customers": history.customers,
        "orders": history.by_day.total(),
        "one_order_customers": history.one_order,
        "one_order_share": _text(Fraction(history.one_order, history.customers)),
        "first_order": min(history.by_day).isoformat(),
        "last_order": max(history.by_day).isoformat(),
        "history_days": history.days,
        "gaps": {
            "ended": ended,
            "open": sum(gap.still_open for gap in history.gaps),
            "horizon": curve.horizon,
            "returned_within": {
                str(days): _text(curve.returned_within(days)) for days in MILESTONES if days <= (curve.horizon or 0)
            },
            "half_back_by": curve.day_by_which(Fraction(1, 2)),
            "nine_in_ten_back_by": curve.day_by_which(MOST_RETURNS),
        },
    }


def _season(season: Seasonality) -> dict[str, Any]:
    return {
        "whole_years": season.years,
        "seasonal": season.seasonal,
        "months": [_text(share) for share in season.months],
        "busiest": list(season.busiest),
        "weakest_year_share": None if season.weakest_year is None else _text(season.weakest_year),
    }


def _text(part: Fraction) -> str:
    return share(part, 1)
