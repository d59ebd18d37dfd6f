"""NTILE: equal counts, for parity with SQL only; the one method that splits customers with equal values.

The customers stand from worst to best, equal values by customer id (as text, in binary order); the first
parts are the larger ones. That is ``NTILE(k) OVER (ORDER BY worth NULLS FIRST, CAST(customer_key AS VARCHAR))``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.engine.render import joined, literal, render
from quintile.scoring.histogram import first_worths, worths_at

if TYPE_CHECKING:
    from decimal import Decimal

    from quintile.domain.rfm_model import CutPoints, Method
    from quintile.engine.base import Engine
    from quintile.scoring.histogram import Histogram

_IDS = """
WITH customers AS (
    SELECT CAST(customer_key AS VARCHAR) AS id, {worth} AS worth FROM {rfm}
),
places AS (
    SELECT worth, row_number() OVER (PARTITION BY worth ORDER BY id) - 1 AS place, id
    FROM customers
    WHERE worth IN ({worths})
)
SELECT worth, place, id FROM places WHERE (worth, place) IN ({wanted})
"""


def cut_points(engine: Engine, histogram: Histogram, _method: Method, scores: int) -> CutPoints:
    """Cut points with ids: among customers with the cut's value, those from the id on (as text) reach the cut.

    Where a part begins with the first of its equals the id is None: everyone with that value reaches the cut.
    Customers without an order stand first and score 1, even if they fill more than the first part. With fewer
    customers than scores the highest scores stay empty.
    """
    places = [place for place in _part_starts(histogram.customers, scores) if place < histogram.customers]
    found = worths_at(engine, histogram, places) if places else []
    skips = [place - worse for place, (_, worse) in zip(places, found, strict=True)]
    # A part that begins among customers without an order: every buyer reaches it.
    worst_buyer = first_worths(engine, histogram, [0])[0]
    worths = [worst_buyer if worth is None else worth for worth, _ in found]
    keys = [(worth, skip) for (worth, _), skip in zip(found, skips, strict=True)]
    ids = _ids(engine, histogram, [(worth, skip) for worth, skip in keys if worth is not None and skip])
    unreached = [None] * (scores - 1 - len(places))
    ties = (*(ids.get(key) for key in keys), *unreached)
    return replace(
        histogram.metric.cuts([*worths, *unreached]), ties=ties[::-1] if histogram.metric.few_is_better else ties
    )


def _part_starts(customers: int, scores: int) -> list[int]:
    """The place of the first customer of every part but the first."""
    size, larger = divmod(customers, scores)
    return [part * size + min(part, larger) for part in range(1, scores)]


def _ids(
    engine: Engine, histogram: Histogram, wanted: list[tuple[Decimal | int, int]]
) -> dict[tuple[Decimal | int | None, int], str]:
    """The id of each (worth, place among its equals)."""
    if not wanted:
        return {}
    query = render(
        _IDS,
        worth=histogram.metric.worth,
        rfm=histogram.rfm,
        worths=joined(literal(worth) for worth, _ in wanted),
        wanted=joined(
            render("({worth}, {place})", worth=literal(worth), place=literal(place)) for worth, place in wanted
        ),
    )
    return {(worth, place): customer_id for worth, place, customer_id in engine.rows(query)}
