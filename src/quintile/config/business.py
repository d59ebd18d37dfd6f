"""What [business] says is checked before anything is read: a plan that is made an hour later must not fail by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.window import WindowLength
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.business import BusinessSettings

_CYCLE = 'purchase_cycle = "6w", in days 45d, in months 3mo, in years 1y; or leave it out'
_WINDOW = 'window = "12mo", in days 365d, in weeks 8w, in years 2y, or "all"; or leave it out'


def check_business(said: BusinessSettings, path: Path | None) -> None:
    """Hold the owner's words against what they can mean.

    Args:
        said: The table ``[business]``.
        path: The settings file it stands in; None when there is none.

    Raises:
        SettingsError: There are no customers, or a length of time is none.
    """
    wrong = _wrong(said)
    if wrong is not None:
        key, message, fix = wrong
        place = Place(str(path)) if path is not None else Place()
        raise SettingsError("business", f"business.{key} {message}", fix=f"write {fix}", place=place)


def _wrong(said: BusinessSettings) -> tuple[str, str, str] | None:
    """The first key at fault, what is wrong with it, and what to write instead."""
    if said.customers is not None and said.customers <= 0:
        return (
            "customers",
            f"is {said.customers}: a shop has one customer at least",
            "customers = 2500, or leave it out",
        )
    if said.window is not None and _parsed(said.window) is None:
        return "window", f"is '{said.window}', which is no length of time", _WINDOW
    if said.purchase_cycle is not None and _parsed(said.purchase_cycle) in {None, WindowLength()}:
        return "purchase_cycle", f"is '{said.purchase_cycle}', which is no time between two purchases", _CYCLE
    return None


def _parsed(text: str) -> WindowLength | None:
    try:
        return WindowLength.parse(text)
    except SettingsError:
        return None
