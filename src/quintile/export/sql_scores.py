"""Scores and segments in SQL: cut points as CASE expressions, the scheme as codes or, where they are many, ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.scale import SINGLE_DIGIT
from quintile.engine.render import Sql, joined, literal, render
from quintile.export.definitions import covering

if TYPE_CHECKING:
    from quintile.domain.scheme import Cell
    from quintile.export.definitions import Box
    from quintile.export.ladders import Ladder, Step
    from quintile.export.recipe import Recipe

_MOST_CODES = 5  # scores; beyond, ranges say in a few lines what a thousand codes would
_CODES_A_LINE = 10
_CASE = """CASE
            {rungs}
            ELSE {worst}
        END"""
_BRANCH = "            WHEN {taken}\n            THEN {segment}"


def score(ladder: Ladder, column: str, *, all_bought: bool) -> Sql:
    """The score of one metric, from the best on; cells within better scores stand before what counts elsewhere.

    Args:
        ladder: The metric's cut points.
        column: The metric's column.
        all_bought: Whether everyone bought in the window; who did not has the worst score.
    """
    rungs = [] if all_bought else [render("WHEN frequency = 0 THEN {worst}", worst=literal(ladder.else_score))]
    rungs += [
        _rung(step, joined([_cell(scores), reached(step, column)], " AND "))
        for scores, inner in ladder.cells
        for step in inner.steps
    ]
    rungs += [_rung(step, reached(step, column)) for step in ladder.steps]
    if not rungs:
        return literal(ladder.else_score)
    return render(_CASE, rungs=joined(rungs, "\n            "), worst=literal(ladder.else_score))


def code(recipe: Recipe) -> Sql:
    """The three scores side by side, apart where a score may have two digits."""
    scores = (render("CAST({metric} AS VARCHAR)", metric=Sql(metric)) for metric in "rfm")
    return joined(scores, " || " if recipe.model.scale.scores <= SINGLE_DIGIT else " || '-' || ")


def branches(recipe: Recipe) -> Sql:
    """The segment of every code, the segment of the best code first."""
    held: dict[str, list[Cell]] = {}
    cells = sorted(recipe.segments, reverse=recipe.model.scale.best == "high")
    for cell in cells:
        held.setdefault(recipe.segments[cell], []).append(cell)
    taken = _listed if recipe.model.scale.scores <= _MOST_CODES else _ranged
    return joined(
        (render(_BRANCH, taken=taken(codes, recipe), segment=literal(segment)) for segment, codes in held.items()), "\n"
    )


def _rung(step: Step, condition: Sql) -> Sql:
    return render("WHEN {condition} THEN {score}", condition=condition, score=literal(step.score))


def _cell(scores: tuple[int, ...]) -> Sql:
    tests = zip(("r", "f"), scores, strict=False)
    return joined((render("{m} = {score}", m=Sql(metric), score=literal(one)) for metric, one in tests), " AND ")


def reached(step: Step, column: str) -> Sql:
    """The condition that a value reaches a step."""
    better = Sql("<" if column == "recency_days" else ">")
    parts = {"column": Sql(column), "better": better, "cut": literal(step.value)}
    if step.first_id is None:
        return render("{column} {better}= {cut}", **parts)
    parted = "({column} {better} {cut} OR ({column} = {cut} AND customer_id >= {first_id}))"
    return render(parted, first_id=literal(step.first_id), **parts)


def _listed(cells: list[Cell], recipe: Recipe) -> Sql:
    apart = "" if recipe.model.scale.scores <= SINGLE_DIGIT else "-"
    codes = [literal(apart.join(map(str, cell))) for cell in cells]
    lines = (joined(codes[place : place + _CODES_A_LINE]) for place in range(0, len(codes), _CODES_A_LINE))
    return render("rfm IN ({codes})", codes=joined(lines, ",\n                "))


def _ranged(cells: list[Cell], _recipe: Recipe) -> Sql:
    return joined((_box(box) for box in covering(cells)), "\n            OR ")


def _box(box: Box) -> Sql:
    ranges = (
        render("{m} BETWEEN {low} AND {high}", m=Sql(metric), low=literal(low), high=literal(high))
        for metric, (low, high) in zip("rfm", box, strict=True)
    )
    return render("({ranges})", ranges=joined(ranges, " AND "))
