"""Season: how the orders spread over the months of the year, measured over whole years only.

A part of a year would make the months it holds look busy, so nothing is said below two whole years.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from quintile.domain.window import ObservationWindow, WindowLength

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FEWEST_YEARS = 2
FEWEST_ORDERS = 100
"""In a year of fewer orders three busy months may be chance."""
SEASONAL = Fraction(1, 3)
"""Three months in a row hold a quarter of an even year; a third in every year is a season."""

_MONTHS = 12
_RUN = 3
_CLOSED = timedelta(days=7)  # a shop shut for a week around its first day still has a whole year


@dataclass(frozen=True)
class Seasonality:
    """Shares of the orders by calendar month, the mean of whole years that end on the analysis date.

    ``months`` holds January to December. ``busiest`` are the three months in a row whose weakest year is strongest;
    ``weakest_year`` is their share in that year. All are empty below two whole years.
    """

    years: int
    months: tuple[Fraction, ...] = ()
    busiest: tuple[int, ...] = ()
    weakest_year: Fraction | None = None

    @property
    def seasonal(self) -> bool | None:
        """Whether the same three months hold at least a third of the orders in every year; None if not measured."""
        return None if self.weakest_year is None else self.weakest_year >= SEASONAL


def seasonality(orders: Mapping[date, int], as_of: date) -> Seasonality:
    """Measure the seasons.

    Args:
        orders: The number of orders on each day that has any, all before ``as_of``.
        as_of: The analysis date; years are counted back from it.
    """
    years = _years(orders, as_of)
    if len(years) < FEWEST_YEARS:
        return Seasonality(len(years))
    shares = [[Fraction(year[month], year.total()) for month in range(1, _MONTHS + 1)] for year in years]
    runs = [tuple((first + step) % _MONTHS for step in range(_RUN)) for first in range(_MONTHS)]
    weakest = {run: min(sum((year[month] for month in run), Fraction(0)) for year in shares) for run in runs}
    busiest = max(runs, key=lambda run: (weakest[run], -run[0]))
    return Seasonality(
        years=len(years),
        months=tuple(sum(month, Fraction(0)) / len(years) for month in zip(*shares, strict=True)),
        busiest=tuple(month + 1 for month in busiest),
        weakest_year=weakest[busiest],
    )


def _years(orders: Mapping[date, int], as_of: date) -> list[Counter[int]]:
    """Orders by month of each whole year that has enough of them, the last year first."""
    found: list[Counter[int]] = []
    end, first = as_of, min(orders, default=as_of)
    while True:
        start = ObservationWindow(as_of, WindowLength(months=_MONTHS * (len(found) + 1))).start
        if start is None or start + _CLOSED < first:
            return found
        year = Counter[int]()
        for day, count in orders.items():
            if start <= day < end:
                year[day.month] += count
        if year.total() < FEWEST_ORDERS:
            return found
        found.append(year)
        end = start
