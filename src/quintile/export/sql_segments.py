"""Segments in SQL: for each one condition over the scores, or over the values behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, render
from quintile.export.bounds import METRICS, bounds_of, segment_boxes
from quintile.export.dialect_sql import in_dialect
from quintile.export.sql_scores import reached

if TYPE_CHECKING:
    from quintile.export.bounds import Bound
    from quintile.export.definitions import Box
    from quintile.export.dialects import SqlDialect
    from quintile.export.recipe import Recipe

SCORES, VALUES = "scores", "values"
_NOBODY = Sql("1 = 0")
_EVERYBODY = Sql("1 = 1")


def predicates(recipe: Recipe, dialect: SqlDialect, over: str) -> dict[str, Sql]:
    """A condition for each segment, the best first; of any customer exactly one is true.

    Args:
        recipe: What the model does.
        dialect: Which database is to understand them.
        over: ``scores``: the columns r, f, m. ``values``: recency_days, frequency, monetary, and customer_id where
            the method parts ties by it.

    Raises:
        SettingsError: ``nested``, the values alone do not decide.
    """
    ways = {segment: [_of(recipe, box, over) for box in boxes] for segment, boxes in segment_boxes(recipe).items()}
    return {
        segment: _any([in_dialect(way, dialect, pretty=False) for way in dict.fromkeys(found) if way != _NOBODY])
        for segment, found in ways.items()
    }


def predicates_text(found: dict[str, Sql]) -> str:
    """The conditions, each under the name of its segment."""
    return "\n\n".join(f"-- {' '.join(segment.split())}\n{condition}" for segment, condition in found.items()) + "\n"


def _of(recipe: Recipe, box: Box, over: str) -> Sql:
    if over == SCORES:
        return _all([test for metric, ends in zip("rfm", box, strict=True) for test in _scores(recipe, metric, ends)])
    every = recipe.model.population == "buyers"
    bounds = zip(METRICS, bounds_of(recipe, box), strict=True)
    return _all([test for metric, bound in bounds for test in _values(metric, bound, all_bought=every)])


def _scores(recipe: Recipe, metric: str, ends: tuple[int, int]) -> list[Sql]:
    low, high = ends
    shown = sorted((recipe.model.scale.shown(1), recipe.model.scale.shown(recipe.model.scale.scores)))
    if [low, high] == shown:
        return []
    parts = {"m": Sql(metric), "low": literal(low), "high": literal(high)}
    return [render("{m} = {low}" if low == high else "{m} BETWEEN {low} AND {high}", **parts)]


def _values(metric: str, bound: Bound, *, all_bought: bool) -> list[Sql]:
    """Who did not buy in the window has the worst score of all three, whatever the values."""
    if bound.nobody:
        return [_NOBODY]
    tests = []
    if bound.reached is not None:
        tests.append(reached(bound.reached, metric))
        tests += [] if all_bought or metric == METRICS[1] else [Sql("frequency > 0")]
    if bound.missed is not None:
        missed = render("NOT ({reached})", reached=reached(bound.missed, metric))
        if bound.missed.first_id is None:
            beyond = Sql(">" if metric == METRICS[0] else "<")
            cut = literal(bound.missed.value)
            missed = render("{metric} {beyond} {cut}", metric=Sql(metric), beyond=beyond, cut=cut)
        tests.append(missed if all_bought else render("(frequency = 0 OR {missed})", missed=missed))
    return tests


def _all(tests: list[Sql]) -> Sql:
    if _NOBODY in tests:
        return _NOBODY
    return joined(dict.fromkeys(tests), " AND ") if tests else _EVERYBODY


def _any(ways: list[Sql]) -> Sql:
    """One of several ways."""
    if not ways:
        return _NOBODY
    return ways[0] if ways[1:] == [] else joined((render("({way})", way=way) for way in ways), "\nOR ")
