"""Remarks: warnings about a scheme and the scores it was given."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from quintile.segments.lint import lint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.pipeline import Scored


def scheme_warnings(scored: Scored) -> list[dict[str, Any]]:
    """What the linter finds in the scheme: codes without a segment, segments without a code; or no scheme at all."""
    if scored.scheme is None:
        message = (
            f"no shipped scheme is written for {scored.model.scale.scores} scores: name your own with --scheme FILE"
        )
        return [{"code": "no_scheme", "rows": None, "message": message}]
    told = []
    if scored.scheme.best != scored.model.scale.best and any(name.isdigit() for name in scored.scheme.best_first):
        scale, best = scored.model.scale, scored.scheme.best_first[0]
        message = (
            f"the scheme '{scored.scheme.name}' calls segments by scores counted from the other end: {best} is its best"
            f" segment, and {scale.shown(scale.scores)} the best score of these results"
        )
        told.append({"code": "scheme_counts_otherwise", "rows": None, "message": message})
    found = lint(scored.scheme)
    if found.complete:
        return told
    gaps, empty = len(found.gaps), len(found.unreachable)
    message = (
        f"the scheme '{scored.scheme.name}' leaves {gaps} code{'s' * (gaps != 1)} without a segment and"
        f" {empty} segment{'s' * (empty != 1)} without a code; see quintile lint {quote(scored.model.scheme)}"
    )
    return [*told, {"code": "scheme_incomplete", "rows": None, "message": message}]


def grid_warnings(grid: Sequence[dict[str, Any]], scores: int) -> list[dict[str, Any]]:
    """Whether all customers have the same scores, so that nothing tells them apart."""
    customers = sum(cell["customers"] for cell in grid)
    if len(grid) != 1 or customers < scores:
        return []
    message = f"all {customers:,} customers have the same scores, so their segment says nothing of them"
    return [{"code": "nobody_differs", "rows": customers, "message": message}]
