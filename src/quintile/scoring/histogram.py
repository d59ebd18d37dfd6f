"""Histogram: how many customers share each value of a metric; every method learns its cut points from it.

Inside, a metric is turned into its worth: more is always better (recency counts negative), and a customer
without an order in the window has no worth (NULL), which is worse than any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.domain.rfm_model import CutPoints
from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.engine.base import Engine

BOUGHT = render("(frequency > 0 AND recency_days IS NOT NULL)")

_CUSTOMERS = "SELECT count(*), count(*) FILTER (WHERE {bought}) FROM {rfm}"

# Sorted, because the running count over sorted rows is five times cheaper than over unsorted ones.
_HISTOGRAM = """
SELECT worth, customers, row_number() OVER (ORDER BY worth NULLS FIRST) - 1 AS place
FROM (SELECT {worth} AS worth, count(*) AS customers FROM {rfm} GROUP BY ALL)
ORDER BY place
"""

_RUNNING = """
SELECT
    worth,
    customers,
    CAST(sum(customers) OVER (
        ORDER BY worth NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) - customers AS worse
FROM {histogram}
"""
# Only the blocks of rows that the ranks fall into are counted row by row: the table is sorted, and may be long.
_NEAR_RANKS = """
WITH blocks AS (
    SELECT place // {rows} AS block, sum(customers) AS customers FROM {histogram} GROUP BY ALL
), before_blocks AS (
    SELECT block, sum(customers) OVER (ORDER BY block) - customers AS before FROM blocks
), near AS (
    SELECT unnest([{blocks}]) AS block FROM before_blocks
), counted AS (
    SELECT worth, before + sum(customers) OVER (PARTITION BY block ORDER BY worth NULLS FIRST) - customers AS worse
    FROM {histogram} JOIN before_blocks ON block = place // {rows}
    WHERE block IN (SELECT block FROM near UNION SELECT block + 1 FROM near)
)
SELECT {wanted} FROM counted
"""
_BLOCK_OF = "max(block) FILTER (WHERE before < greatest({rank}, 1))"
_BLOCK_ROWS = 1024
_FEW = 100_000  # customers; to count the sums of so many row by row is quicker than to find the blocks
_FIRST_WORTH = "min(worth) FILTER (WHERE worse >= {rank})"
_WORTH_AT = "max(worth) FILTER (WHERE worse <= {place}), max(worse) FILTER (WHERE worse <= {place})"
_FROM_RUNNING = "SELECT {wanted} FROM ({running}) AS running"


@dataclass(frozen=True)
class Metric:
    """One of R, F and M: its letter, its column, and whether few is better."""

    letter: str
    column: str
    few_is_better: bool = False

    @property
    def worth(self) -> Sql:
        """The metric as SQL over RFM, more is better, NULL for a customer without an order in the window."""
        sign = render("-" if self.few_is_better else "")
        return render("CASE WHEN {bought} THEN {sign}{column} END", bought=BOUGHT, sign=sign, column=name(self.column))

    def value(self, worth: Decimal | int | None) -> Decimal | None:
        """A worth in the metric's own unit."""
        if worth is None:
            return None
        # copy_negate, because a minus sign would round to 28 digits
        return Decimal(worth).copy_negate() if self.few_is_better else Decimal(worth)

    def cuts(self, worths: Sequence[Decimal | int | None]) -> CutPoints:
        """Cut points from worths, the worst first and None last; they come out ascending by value."""
        values = tuple(self.value(worth) for worth in worths)
        return CutPoints(values[::-1] if self.few_is_better else values)


R = Metric("r", "recency_days", few_is_better=True)
F = Metric("f", "frequency")
M = Metric("m", "monetary")


@dataclass(frozen=True)
class Histogram:
    """The counted values of one metric: a table with one row per worth, columns ``worth``, ``customers`` and ``place``.

    ``customers`` counts everyone in ``rfm``, ``buyers`` those with an order in the window.
    """

    metric: Metric
    rfm: Sql
    table: Sql
    customers: int
    buyers: int

    @property
    def running(self) -> Sql:
        """A query over the table that adds ``worse``: how many customers are strictly worse than the row's."""
        return render(_RUNNING, histogram=self.table)


@dataclass(frozen=True)
class ValueCounts:
    """The histograms of the three metrics of one RFM table."""

    r: Histogram
    f: Histogram
    m: Histogram

    def drop(self, engine: Engine) -> None:
        """Give the memory of the three tables back."""
        for histogram in (self.r, self.f, self.m):
            engine.drop(_table_name(histogram.metric))


def count_values(engine: Engine, rfm: Sql) -> ValueCounts:
    """Count how many customers share each value of the three metrics.

    The one step of scoring whose cost grows with the customers; do it once for ``fit`` and ``tie_receipt``.

    Args:
        engine: Keeps the three tables ``histogram_r``, ``histogram_f`` and ``histogram_m``; older ones go.
        rfm: Shape RFM, one row per customer.

    Returns:
        The three histograms.
    """
    customers, buyers = engine.rows(render(_CUSTOMERS, bought=BOUGHT, rfm=rfm))[0]
    r, f, m = (
        Histogram(
            metric,
            rfm,
            engine.table(_table_name(metric), render(_HISTOGRAM, worth=metric.worth, rfm=rfm)),
            customers,
            buyers,
        )
        for metric in (R, F, M)
    )
    return ValueCounts(r, f, m)


def first_worths(engine: Engine, histogram: Histogram, ranks: Sequence[int]) -> tuple[Decimal | int | None, ...]:
    """For each rank the smallest observed worth with at least so many customers strictly worse; None: no such worth."""
    wanted = joined(render(_FIRST_WORTH, rank=literal(rank)) for rank in ranks)
    if histogram.metric is not M or histogram.customers <= _FEW:  # days and orders have few values
        return engine.rows(render(_FROM_RUNNING, wanted=wanted, running=histogram.running))[0]
    query = render(
        _NEAR_RANKS,
        rows=literal(_BLOCK_ROWS),
        histogram=histogram.table,
        blocks=joined(render(_BLOCK_OF, rank=literal(rank)) for rank in ranks),
        wanted=wanted,
    )
    return engine.rows(query)[0]


def worths_at(engine: Engine, histogram: Histogram, places: Sequence[int]) -> list[tuple[Decimal | int | None, int]]:
    """For each place (0 = the worst customer) the worth there, and how many customers are worse than that worth."""
    wanted = joined(render(_WORTH_AT, place=literal(place)) for place in places)
    found = engine.rows(render(_FROM_RUNNING, wanted=wanted, running=histogram.running))[0]
    return list(zip(found[::2], found[1::2], strict=True))


def _table_name(metric: Metric) -> str:
    return f"histogram_{metric.letter}"
