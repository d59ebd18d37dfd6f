"""Threshold: the business's own cut points; nothing is learned from the customers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from quintile.domain.rfm_model import CutPoints
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quintile.domain.rfm_model import Method
    from quintile.engine.base import Engine
    from quintile.scoring.histogram import Histogram, Metric

# Beyond this a number would no longer be an exact decimal in SQL.
_WHOLE_DIGITS, _DECIMAL_PLACES = 18, 20

_EXAMPLES = {"r": "14,45,90,150", "f": "2,3,5,7", "m": "100,300,600,1000"}


def cut_points(_engine: Engine, _histogram: Histogram, method: Method, _scores: int) -> CutPoints:
    """The given cut points, as they are: recency's are last days of the better score, the others first values."""
    return CutPoints(method.given)


def require_cuts(metric: Metric, method: Method, scores: int) -> None:
    """Refuse cut points that cannot be, whoever the customers are.

    Raises:
        SettingsError: Not scores - 1 of them, not ascending, or too long a number.
    """
    require_ascending(metric, method.given, scores, example=_EXAMPLES[metric.letter])


def require_ascending(metric: Metric, given: Sequence[Decimal], scores: int, *, example: str) -> None:
    """Refuse numbers that cannot be cut points, naming the flag they come from."""
    problem = _problem(given, scores)
    if problem:
        raise SettingsError(
            "cuts",
            f"the cut points of {metric.letter.upper()} {problem}",
            fix=f"give --{metric.letter}-cuts {scores - 1} ascending numbers for {scores} scores "
            f"(five scores for example: {example})",
        )


def _problem(given: Sequence[Decimal], scores: int) -> str | None:
    if len(given) != scores - 1:
        return f"are {len(given)}, but {scores} scores need {scores - 1}"
    if not all(_is_exact(value) for value in given):
        return f"hold a number with more than {_WHOLE_DIGITS} digits or {_DECIMAL_PLACES} decimals"
    for lower, upper in pairwise(given):
        if lower >= upper:
            return f"do not ascend: {upper:f} comes after {lower:f}"
    return None


def _is_exact(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_DECIMAL_PLACES and value.adjusted() < _WHOLE_DIGITS
