"""Idle options: what was written for this one command and would say nothing in it is refused, not passed over.

In a settings file it may wait for a source, or a project, that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.second_tables import SECOND_TABLES
from quintile.errors import SettingsError
from quintile.sources.formats import may_be_workbook
from quintile.sources.rates import ECB

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.settings import RefreshSettings, Settings
    from quintile.jobs.workplace.wish import Wish

_ENGAGEMENT = "engagement"


def refuse_idle(given: Mapping[str, Mapping[str, Any]], wish: Wish) -> None:
    """Refuse options that say nothing beside these sources.

    Args:
        given: The flags that were written, by group and key.
        wish: What they came to.

    Raises:
        SettingsError: ``map``, ``sheet``, or a key of ``refresh``.
    """
    if not wish.sources:
        return
    reading, refresh = given.get("reading", {}), given.get("refresh", {})
    _refuse_map(reading.get("map", {}), wish.settings)
    if reading.get("sheet") is not None and not any(may_be_workbook(file) for file in wish.files):
        message = "--sheet names a sheet of a workbook, but no source is a workbook"
        raise SettingsError("sheet", message, fix="name the workbook as the source, or drop --sheet")
    if wish.project is None and refresh:
        _refuse_refresh(wish.settings.refresh)
    if wish.model is not None and refresh.get("refit"):
        message = "a kept model brings its own cut points, so that none are learned anew"
        raise SettingsError("refit", message, fix="drop --refit, or --model")


def no_project(key: str) -> SettingsError:
    """The error of a flag that says how a project is refreshed, where there is no project."""
    return SettingsError(key, f"--{key} says how a project is refreshed", fix="name it: --project DIR")


def _refuse_refresh(refresh: RefreshSettings) -> None:
    """What says how a project is refreshed, where there is no project."""
    usual = type(refresh)()
    key = next((key for key, value in vars(refresh).items() if value != getattr(usual, key)), None)
    if key is not None:
        raise no_project(key)


def _refuse_map(roles: Mapping[str, str], settings: Settings) -> None:
    """Columns of a table that is not read."""
    ledger = settings.ledger
    rates = None if ledger.rates == ECB else ledger.rates
    named = {"returns": ledger.returns, "customers": settings.customers, "merges": ledger.merges, "rates": rates}
    for role in roles:
        table, dot, _ = role.partition(".")
        if dot and table in SECOND_TABLES and named.get(table) is None:
            fix = f"name the table: --{table} FILE; or drop --map {role}=..."
            if table == _ENGAGEMENT:
                fix = "name both to quintile kpis: --engagement FILE --map ROLE=COLUMN"
            message = f"--map {role} names a column of the table of {table}, but none is read"
            raise SettingsError("map", message, fix=fix)
