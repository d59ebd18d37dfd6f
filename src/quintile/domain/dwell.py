"""Dwell rule: when a customer's published segment follows the one that the scores give, and when it waits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quintile.domain.known import exact, is_exact, is_whole
from quintile.errors import SettingsError

FEWEST_SNAPSHOTS = 2


@dataclass(frozen=True)
class DwellRule:
    """A new segment is published once it stood in so many ``snapshots``, or at once beyond ``margin`` of the border.

    With one of the two alone only that one counts; with none every segment is published at once.
    """

    snapshots: int | None = None
    margin: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that would hold back nobody, or everybody for ever."""
        if self.snapshots is not None and not is_whole(self.snapshots, FEWEST_SNAPSHOTS):
            message = f"a dwell of {self.snapshots} holds nobody back"
            raise SettingsError("dwell", message, fix="write 2 or more, such as --dwell 3, or leave it out")
        if self.margin is None:
            return
        margin = exact(self.margin)
        if margin is None or not (is_exact(margin) and 0 < margin < 1):
            message = f"a margin of {self.margin} makes no sense"
            raise SettingsError("margin", message, fix="write a share between 0 and 1, such as --margin 0.05")
        object.__setattr__(self, "margin", margin)

    @property
    def is_on(self) -> bool:
        """Whether anybody can be held back."""
        return self.snapshots is not None or self.margin is not None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; equal rules give equal ones."""
        margin = None if self.margin is None else format(self.margin.normalize(), "f")
        return {"snapshots": self.snapshots, "margin": margin}

    @classmethod
    def from_dict(cls, said: dict[str, Any]) -> DwellRule:
        """The rule that ``as_dict`` told."""
        return cls(said["snapshots"], None if said["margin"] is None else Decimal(said["margin"]))
