"""Names of time zones as shop systems show them to people, and what the zone database calls them."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

ZONES = {
    "Eastern Time (US & Canada)": "America/New_York",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Atlantic Time (Canada)": "America/Halifax",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Arizona": "America/Phoenix",
    "Alaska": "America/Juneau",
    "Hawaii": "Pacific/Honolulu",
    "Newfoundland": "America/St_Johns",
    "Saskatchewan": "America/Regina",
    "Puerto Rico": "America/Puerto_Rico",
    "London": "Europe/London",
    "Edinburgh": "Europe/London",
    "Dublin": "Europe/Dublin",
    "Paris": "Europe/Paris",
    "Madrid": "Europe/Madrid",
    "Tokyo": "Asia/Tokyo",
    "Osaka": "Asia/Tokyo",
    "Sapporo": "Asia/Tokyo",
    "Sydney": "Australia/Sydney",
    "Melbourne": "Australia/Melbourne",
    "Canberra": "Australia/Sydney",
    "Hobart": "Australia/Hobart",
    "Brisbane": "Australia/Brisbane",
    "Adelaide": "Australia/Adelaide",
    "Darwin": "Australia/Darwin",
    "Perth": "Australia/Perth",
}
_NO_ZONES = {"localtime", "Factory"}  # whatever this computer's clock shows, and none at all


def zone_of(shown: str) -> str | None:
    """What the zone database calls a time zone that is shown under this name, in any case; None if nobody knows it."""
    return _zones().get(shown.strip().casefold())


@functools.cache
def _zones() -> dict[str, str]:
    own = {zone: zone for zone in available_timezones() - _NO_ZONES}
    return {shown.casefold(): zone for shown, zone in {**own, **ZONES}.items()}
