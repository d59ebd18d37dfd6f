"""Recommend: window, scale, method and scheme for one base, by a stated rule, each with its reason and its flags.

The rule and how well it does on public data: docs/recommend.md.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.insight.gaps import Survival
    from quintile.insight.season import Seasonality

MOST_RETURNS = Fraction(9, 10)
HALF_YEAR, YEAR, TWO_YEARS = 182, 365, 730
SMALL_BASE, LARGE_BASE = 500, 50_000

_DAYS = {6: HALF_YEAR, 12: YEAR, 24: TWO_YEARS}  # of so many months

_SHORT_HISTORY = (
    "the history is shorter than a year, so that longer gaps cannot be seen yet: a year is the safe choice until then"
)
_TOO_FEW = "too few purchases to measure gaps between them: a year is what most shops take"


@dataclass(frozen=True)
class Advice:
    """One setting, the value recommended for it, the flags that set it, and why."""

    setting: str
    value: str
    flags: tuple[str, ...]
    reason: str


def window_advice(curve: Survival, season: Seasonality, history_days: int) -> Advice:
    """The shortest of 6, 12 and 24 months that holds nine in ten of the returns, and a year where there are seasons.

    Args:
        curve: Of the gaps between purchases.
        season: Of the orders.
        history_days: From the first purchase to the analysis date.
    """
    most = curve.day_by_which(MOST_RETURNS)
    months, reason = _months(most, season, history_days)
    if history_days < _DAYS[months]:
        whole = f"all {history_days} days of the history lie" if history_days > 1 else "the one day of the history lies"
        reason += f"; {whole} in it"
    return Advice("window", f"{months}mo", ("--window", f"{months}mo"), reason)


def _months(most: int | None, season: Seasonality, history_days: int) -> tuple[int, str]:
    if most is None:
        return 12, _TOO_FEW
    back = f"nine in ten of those who come back are back within {most:,} day{'' if most == 1 else 's'}"
    if most > YEAR:
        beyond = ", which is beyond two years: think of --window all too"
        return 24, back + (beyond if most > TWO_YEARS else ": a year would lose some of them, two years hold them")
    if most > HALF_YEAR:
        return 12, f"{back}: half a year would lose some of them, a year holds them"
    if history_days < YEAR:
        return 12, f"{back}, but {_SHORT_HISTORY}"
    if season.seasonal:
        return 12, f"{back}, but there is a season ({season_words(season)}): only a whole year treats all months alike"
    return 6, f"{back}: whoever has not bought for half a year has most likely left"


def season_words(season: Seasonality) -> str:
    """The busiest months and what they hold: ``June to August hold 33.4% or more of the orders of every year``."""
    first, last = calendar.month_name[season.busiest[0]], calendar.month_name[season.busiest[-1]]
    share = Fraction(0) if season.weakest_year is None else season.weakest_year
    return f"{first} to {last} hold {percent(share)} or more of the orders of every year"


def scale_advice(buyers: int) -> Advice:
    """3 scores for a small base, 10 for a large one, 5 otherwise.

    Args:
        buyers: Customers with a purchase in the recommended window.
    """
    people = f"{buyers:,} buyer" + ("" if buyers == 1 else "s")
    if buyers < SMALL_BASE:
        scores, reason = 3, f"{people} in the window: 27 codes are as many as fewer than {SMALL_BASE} people can fill"
    elif buyers < LARGE_BASE:
        scores, reason = 5, f"{people} in the window: the usual 125 codes"
    else:
        scores, reason = 10, f"{people} in the window: {LARGE_BASE:,} and more fill a thousand codes"
    return Advice("scale", str(scores), ("--scale", str(scores)), reason)


def method_advice(scores: int, reached: int, common_share: float, cuts: Sequence[int] | None) -> Advice:
    """Quantiles, and for frequency counts of orders where ties would leave scores empty.

    Args:
        scores: Of the recommended scale.
        reached: How many of them quantiles reach for frequency.
        common_share: The share of customers with the most common number of orders, 0 to 1.
        cuts: Counts of orders that reach more scores; None if there are none.
    """
    share = percent(Fraction(str(common_share)))
    if cuts is None:
        skipped = f"; F reaches {reached} of {scores} scores, and no counts of orders reach more"
        reason = "equal parts need no knowledge of the trade" + (
            skipped if reached < scores else f", and all {scores} scores of F are reached"
        )
        return Advice("method", "quantile", ("--method", "quantile"), reason)
    counts = ",".join(str(cut) for cut in cuts)
    reason = (
        f"{share} of the customers have the same number of orders, so that quantiles reach {reached} of {scores}"
        f" scores of F: counts of orders reach more; R and M in equal parts"
    )
    return Advice("method", f"quantile, F by counts {counts}", ("--method", "quantile", "--f-cuts", counts), reason)


def scheme_advice(scores: int, *, one_amount: bool) -> Advice:
    """The scheme that fits the scale, and one without money where money says nothing.

    Args:
        scores: Of the recommended scale.
        one_amount: All orders are worth the same.
    """
    if scores < 5:  # noqa: PLR2004 - the one scale below five that is recommended is three
        name, reason = "six-27", "six segments over three scores, each of the 27 codes in exactly one"
    elif one_amount:
        name, reason = "rf-10", "all orders are worth the same, so that money says nothing that frequency does not"
    else:
        name, reason = "rfm-9", "nine segments over R, F and M, each code in exactly one"
    return Advice("scheme", name, ("--scheme", name), reason)


def percent(share: Fraction) -> str:
    """A share with one decimal, half to even: ``33.4%``."""
    tenths = round(share * 1000)
    return f"{tenths // 10}.{tenths % 10}%"
