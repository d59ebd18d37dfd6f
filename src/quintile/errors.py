"""The one error tree: every message says what is wrong, where, and how to mend it.

Exit codes: 0 done, 1 a bug, 2 data or settings, 3 a target failed, 4 alerts, 74 no space, 75 busy, 130 interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Place:
    """Where in the user's input something is the matter; lines count from 1, the header included.

    ``like`` is a value that is written as the first one at fault is, where a column is known and no line yet.
    """

    file: str | None = None
    line: int | None = None
    column: str | None = None
    like: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else None
        column = f"column '{self.column}'" if self.column else None
        return ", ".join(part for part in (self.file, line, column) if part)


NOWHERE = Place()
INTERRUPTED = 130
"""The exit code of a command that was interrupted, which is no error."""


class QuintileError(Exception):
    """Something the user can mend; carries a code, a message, a place and a fix."""

    exit_code = 2
    family = "error"

    def __init__(self, code: str, message: str, *, fix: str, place: Place = NOWHERE) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., QuintileError], tuple[object, ...]]:
        """As copies and other processes take it: with all it carries."""
        return _again, (type(self), self.code, self.message, self.fix, self.place)

    def __str__(self) -> str:
        where = f"\n  Where: {self.place}" if str(self.place) else ""
        return f"error[{self.code}]: {self.message}{where}\n  Fix: {self.fix}"

    def as_dict(self) -> dict[str, str | int | None]:
        """The error as one flat JSON object: code, message, fix, file, line, column."""
        place = self.place
        return {
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
            "file": place.file,
            "line": place.line,
            "column": place.column,
        }


def _again(kind: type[QuintileError], code: str, message: str, fix: str, place: Place) -> QuintileError:
    return kind(code, message, fix=fix, place=place)


class DataError(QuintileError):
    """The data cannot be read or accounted for; nothing was published."""


class SettingsError(QuintileError):
    """A flag, a settings file or a model is wrong."""


class SchemeError(SettingsError):
    """A segment scheme is unknown or cannot be read."""


class DeliveryError(QuintileError):
    """What was found could not be handed over; it stays as it is, and can be sent again."""

    exit_code = 3


class StoreError(QuintileError):
    """A snapshot could not be published; what was there before is untouched."""


class StoreBusyError(StoreError):
    """Another run holds the store."""

    exit_code = 75


class StoreFullError(StoreError):
    """The disk has too little room for the snapshot."""

    exit_code = 74


class ConservationError(Exception):
    """Rows or money went missing between two steps: a bug, so nothing is published."""
