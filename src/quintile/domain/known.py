"""Known values: what a value of the model may be; whatever else it is, it is refused before it changes a score."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from numbers import Integral
from reprlib import repr as short
from typing import TYPE_CHECKING

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import UnionType

# What a DECIMAL of a database holds, on either side of the point; more digits would cost memory and mean nothing.
_MOST_DIGITS = 38


def require_known(what: str, value: object, known: Sequence[str]) -> None:
    """Refuse a word that is none of the known ones.

    Raises:
        SettingsError: ``model``.
    """
    if not (isinstance(value, str) and value in known):
        raise SettingsError("model", f"{what} cannot be {short(value)}", fix=f"write one of {', '.join(known)}")


def require_kind(what: str, value: object, kinds: type | UnionType, example: str) -> None:
    """Refuse a value of another kind.

    Raises:
        SettingsError: ``model``.
    """
    if not isinstance(value, kinds):
        raise SettingsError("model", f"{what} cannot be {short(value)}", fix=f"write for example {example}")


def is_whole(value: object, at_least: int) -> bool:
    """Whether it is a whole number of Python's own (True is none, nor is 5.0) and large enough."""
    return type(value) is int and value >= at_least


def exact(value: object) -> Decimal | None:
    """A number as an exact decimal, a float by the digits it is written with; None of what is no number."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, Integral) and not isinstance(value, bool):
        return Decimal(int(value))
    return Decimal(str(value)) if isinstance(value, float) else None


def shortest(value: Decimal) -> Decimal:
    """The same number without zeros at its end: equal numbers are written alike."""
    if not value.is_finite() or not value:
        return value or Decimal(0)
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def is_exact(value: object) -> bool:
    """Whether it is a decimal that a database can compare: finite, and of no more digits than it holds."""
    if not (isinstance(value, Decimal) and value.is_finite()):
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_DIGITS and value.adjusted() < _MOST_DIGITS


def is_moment(text: str) -> bool:
    """Whether it is a date or a moment, as ``2025-07-01`` or ``2025-07-01T12:00:00``."""
    try:
        return datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def ladder_problem(ladder: Sequence[object], scores: int) -> str | None:
    """Why these cannot be the cut points of so many scores, the lowest first and None where nobody comes."""
    if not isinstance(ladder, tuple) or len(ladder) != scores - 1:
        return f"are not {scores - 1}, as {scores} scores need"
    cuts = [cut for cut in ladder if isinstance(cut, Decimal) and is_exact(cut)]
    if len(cuts) + ladder.count(None) < len(ladder):
        return "hold what is no exact number"
    return "do not ascend" if any(lower > upper for lower, upper in pairwise(cuts)) else None


def cells_problem(cells: Collection[str], metric: str, scores: int) -> str | None:
    """Why these cannot be the cells that F and M are cut within: one for each R, or each R and F."""
    every = [str(score) for score in range(1, scores + 1)]
    known = {"f": set(every), "m": {f"{r}-{f}" for r in every for f in every}}.get(metric, set())
    return None if known.issuperset(cells) else "hold a cell that the scale does not have"
