"""Single values that mean nothing."""

from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.domain.countries import COUNTRIES
from quintile.errors import SettingsError


def test_every_country_whose_phones_can_be_read_is_known():
    assert pytest.importorskip("phonenumbers").SUPPORTED_REGIONS <= COUNTRIES


@pytest.mark.parametrize(
    "host", ["db", "db.example.com", "10.0.0.7", "10.0.0.0/8", "10.0.0.1/8", "fd00::/8", "::1", "db_1", "7eleven.de"]
)
def test_hosts_addresses_and_networks_may_be_allowed(host):
    assert read_settings(None, {"network": {"allow_hosts": [host]}}).network.allow_hosts == (host,)


@pytest.mark.parametrize("host", ["10.0.0.0/99", "10.0.0", "db:5432", "postgresql://db", "fd00::/129", "db/8"])
def test_what_no_host_can_be_is_refused_before_anything_is_read(host):
    with pytest.raises(SettingsError, match="is neither the name of a host") as caught:
        read_settings(None, {"network": {"allow_hosts": [host]}})
    assert caught.value.code == "allow_hosts"


@pytest.mark.parametrize("size", ["1KB", "10MB", "399MB"])
def test_memory_in_which_no_check_can_begin_is_refused_with_what_would_do(size):
    with pytest.raises(SettingsError, match=f"{size} of memory is too little") as caught:
        read_settings(None, {"limits": {"max_memory": size}})
    assert (caught.value.code, "500MB" in caught.value.fix) == ("max_memory", True)
    assert read_settings(None, {"limits": {"max_memory": "500MB"}}).limits.memory_bytes == 500_000_000
