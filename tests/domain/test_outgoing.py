"""Outgoing: what may be connected to, by the address that is reached in the end."""

from __future__ import annotations

import pytest

from quintile.domain.outgoing import Outgoing
from quintile.errors import DataError

PRIVATE = (
    *("10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1"),
    *("fe80::1%eth0", "fd00::1", "::", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    *("2002:a9fe:a9fe::1", "ff02::1"),
)


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("loopback", [True, False])
def test_private_link_local_and_reserved_addresses_are_refused(address, loopback):
    with pytest.raises(DataError) as error:
        Outgoing(loopback=loopback).check("db.example.com", (address,))
    assert error.value.code == "host_refused"
    assert 'allow_hosts = ["db.example.com"]' in error.value.fix


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_open(address):
    Outgoing().check("db.example.com", (address,))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_open_to_a_local_user_only(address):
    Outgoing(loopback=True).check("localhost", (address,))
    with pytest.raises(DataError, match="this machine"):
        Outgoing().check("localhost", (address,))


@pytest.mark.parametrize("listed", ["db.internal", "DB.Internal.", "10.1.2.3", "10.0.0.0/8"])
def test_what_is_listed_is_open(listed):
    Outgoing((listed,)).check("db.internal", ("10.1.2.3",))


@pytest.mark.parametrize("listed", ["internal", "10.1.2.4", "192.168.0.0/16", "other.internal", "::/0"])
def test_what_is_not_listed_stays_closed(listed):
    with pytest.raises(DataError):
        Outgoing((listed,)).check("db.internal", ("10.1.2.3",))
