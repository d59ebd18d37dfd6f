"""Scale: how many scores a metric has, and which end is shown as the best."""

from __future__ import annotations

from dataclasses import dataclass
from reprlib import repr as short
from typing import Literal

from quintile.domain.known import is_whole, require_known
from quintile.errors import SettingsError

FEWEST_SCORES, MOST_SCORES = 2, 10
SINGLE_DIGIT = 9
BEST = ("high", "low")


@dataclass(frozen=True)
class Scale:
    """Scores 1..``scores``; inside quintile the highest is always the best.

    ``best`` is presentation only: with ``"low"`` the best score is shown as 1.
    """

    scores: int = 5
    best: Literal["high", "low"] = "high"

    def __post_init__(self) -> None:
        """Refuse a scale that nobody can be scored on, or shown."""
        if not (is_whole(self.scores, FEWEST_SCORES) and self.scores <= MOST_SCORES):
            raise SettingsError(
                "scale",
                f"a scale of {short(self.scores)} is not possible",
                fix=f"choose a scale from {FEWEST_SCORES} to {MOST_SCORES}; 3, 5 and 10 are usual",
            )
        require_known("the scale's best", self.best, BEST)

    def shown(self, score: int) -> int:
        """The score as the user wants to see it: flipped when 1 is the best."""
        return score if self.best == "high" else self.scores + 1 - score

    def code(self, r: int, f: int, m: int) -> str:
        """The RFM code of three internal scores: ``545``, or ``10-5-9`` on a scale of ten."""
        separator = "" if self.scores <= SINGLE_DIGIT else "-"
        return separator.join(str(self.shown(score)) for score in (r, f, m))
