"""read_settings: the settings file, then the flags on top of it; whatever is wrong is named with its place."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from quintile.config.business import check_business
from quintile.config.engine import refuse_idle
from quintile.config.methods import refuse_two_methods
from quintile.config.plain import plain_settings
from quintile.config.sources import beside, check_sources, give_way, refuse_password_in_address, refuse_secrets
from quintile.config.values import check_values
from quintile.domain.currency import CURRENCIES
from quintile.domain.second_tables import SECOND_TABLES
from quintile.domain.settings import Settings
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


SETTINGS_FILE = "quintile.toml"
_FILES = (
    ("ledger", "rates"),
    ("ledger", "returns"),
    ("ledger", "customers"),
    ("ledger", "merges"),
    ("model", "population"),
    ("model", "scheme"),
    ("kpis", "engagement"),
)


def read_settings(path: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Settings from a ``quintile.toml`` and from flags; flags win.

    Args:
        path: The settings file; None when there is none.
        flags: Given flags by group, such as ``{"ledger": {"time_zone": "Europe/Istanbul"}}``.

    Raises:
        SettingsError: The file cannot be read, a key is unknown, or a value is wrong.
    """
    given = _one_map(_beside(path, _toml(path)), path) if path is not None else {}
    merged = {group: {**_table(given, group, path), **flags.get(group, {})} for group in {*given, *flags}}
    for group, flagged in flags.items():
        if "map" in flagged:
            merged[group]["map"] = {**_table(given, group, path).get("map", {}), **flagged["map"]}
    refuse_secrets(merged, path)
    refuse_password_in_address(_table(given, "engine", path), path)
    merged["sources"] = give_way(merged.get("sources", {}), flags.get("reading", {}).get("map", {}))
    settings = plain_settings(merged)
    if settings is None:
        from quintile.config.validated import validated  # noqa: PLC0415 - its library is seldom needed and slow to load

        settings = validated(merged, path)
    _check_time_zone(settings.ledger.time_zone)
    _check_currency(settings.ledger.base_currency)
    check_values(settings)
    check_sources(settings.sources, path)
    check_business(settings.business, path)
    settings.alerts.check()
    refuse_idle(flags.get("engine", {}), settings.engine)
    in_file = _table(given, "model", path).keys() - flags.get("model", {}).keys()
    refuse_two_methods(settings.model, path, in_file)
    if not 0 <= settings.reading.max_bad_share <= 1:
        raise SettingsError(
            "max_bad_share", f"{settings.reading.max_bad_share} is no share", fix="write a number from 0 to 1"
        )
    allowed = (*settings.engine.allow_hosts, *settings.network.allow_hosts)
    return replace(settings, engine=replace(settings.engine, allow_hosts=allowed))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            "settings", "the settings file cannot be read", fix="write one with: quintile init", place=Place(str(path))
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "settings", f"the settings file is no TOML: {error}", fix="mend that line", place=Place(str(path))
        ) from error


def _beside(path: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Files that a settings file names lie beside it, wherever the command runs."""
    for group, key in _FILES:
        table = given.get(group)
        named = table.get(key) if isinstance(table, dict) else None
        if isinstance(named, str) and (path.parent / named).is_file():
            given[group] = {**given[group], key: str(path.parent / named)}
    beside(path, given.get("sources"))
    return given


def _one_map(given: dict[str, Any], path: Path) -> dict[str, Any]:
    """``[returns.map]`` is another spelling of ``[reading.map]`` with ``"returns.order"`` for a role."""
    roles: dict[str, Any] = {}
    for kind in SECOND_TABLES:
        table = _table(given, kind, path)
        unknown = [key for key in table if key != "map"]
        if unknown:
            named = "kpis" if kind == "engagement" else "ledger"
            fix = f"write [{kind}.map]; the file itself is named under [{named}], as {kind} = 'FILE'"
            raise SettingsError("settings", f"'{kind}.{unknown[0]}' is no setting", fix=fix, place=Place(str(path)))
        roles |= {f"{kind}.{role}": column for role, column in table.get("map", {}).items()}
    if not roles:
        return given
    reading = _table(given, "reading", path)
    kept = {group: table for group, table in given.items() if group not in SECOND_TABLES}
    return {**kept, "reading": {**reading, "map": {**reading.get("map", {}), **roles}}}


def _table(given: Mapping[str, Any], group: str, path: Path | None) -> dict[str, Any]:
    table = given.get(group, {})
    if not isinstance(table, dict):
        raise _no_table(group, path)
    return table


def _no_table(key: str, path: Path | None) -> SettingsError:
    """The error of a value beside the tables of a settings file: in place of a table, or outside of its own."""
    groups, place = vars(Settings()), Place(str(path or ""))
    if key in groups or key in SECOND_TABLES:
        return SettingsError("settings", f"'{key}' is a table, not a value", fix=f"write [{key}]", place=place)
    own = [f"[{name}]" for name, group in groups.items() if key in getattr(group, "__dataclass_fields__", ())]
    fix = f"write it under {' or '.join(own)}" if own else f"tables are {', '.join(groups)}"
    return SettingsError("settings", f"'{key}' stands outside of any table", fix=fix, place=place)


def _check_time_zone(time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError) as error:
        raise SettingsError(
            "time_zone", f"'{time_zone}' is no time zone", fix="write one such as --time-zone Europe/Istanbul, or UTC"
        ) from error


def _check_currency(currency: str | None) -> None:
    if currency is not None and currency not in CURRENCIES:
        near = difflib.get_close_matches(currency.upper(), sorted(CURRENCIES), n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise SettingsError("base_currency", f"'{currency}' is no currency code", fix=f"{hint}write for example EUR")
