"""Single values that are of the right kind and still mean nothing: refused before anything is read."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import TYPE_CHECKING

from quintile.domain.countries import COUNTRIES
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.domain.settings import LimitSettings, Settings

_NUMBERED = re.compile(r".*[/:].*|[\d.]+")  # no name of a host is written so
LEAST_MEMORY = 400_000_000  # bytes: what the program and its libraries take before they have read a row, and some more


def check_values(settings: Settings) -> None:
    """Hold values against what they can mean, whether this command needs them or not.

    Raises:
        SettingsError: ``country``, ``allow_hosts``, ``max_memory``, ``max_file`` or ``max_seconds``.
    """
    _check_country(settings.ledger.country)
    for host in (*settings.engine.allow_hosts, *settings.network.allow_hosts):
        _check_host(host)
    _check_limits(settings.limits)


def _check_country(country: str | None) -> None:
    if country is not None and country not in COUNTRIES:
        hint = f"did you mean '{country.upper()}'? " if country.upper() in COUNTRIES else ""
        fix = f"{hint}write two letters, such as --country DE"
        raise SettingsError("country", f"'{country}' is no country", fix=fix)


def _check_host(host: str) -> None:
    if _NUMBERED.fullmatch(host) is None:
        return
    try:
        ip_network(host, strict=False)
    except ValueError as error:
        message = f"'{host}' is neither the name of a host, nor an address, nor a network"
        fix = "write such as db.example.com, 10.0.0.7 or 10.0.0.0/8, without a port"
        raise SettingsError("allow_hosts", message, fix=fix) from error


def _check_limits(limits: LimitSettings) -> None:
    _ = limits.file_bytes  # a text that is no size is refused there
    if limits.memory_bytes < LEAST_MEMORY:
        message = f"{limits.max_memory} of memory is too little for the process that reads the sources"
        raise SettingsError("max_memory", message, fix="write 500MB or more, such as --max-memory 4GB")
    if limits.max_seconds < 1:
        message = f"{limits.max_seconds} seconds are no time to read in"
        raise SettingsError("max_seconds", message, fix="write a whole number from 1 on, such as 1800")
