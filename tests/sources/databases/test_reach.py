"""Reaching a server: every address of its name is checked, and the password comes from the environment."""

from __future__ import annotations

import socket

import pytest

from quintile.domain.database import DatabaseSettings, DatabaseSource
from quintile.domain.outgoing import Outgoing
from quintile.errors import DataError, SettingsError
from quintile.sources.databases.reach import reach
from tests import services


def source(host, password_env="SHOP_PASSWORD"):
    settings = DatabaseSettings(
        kind="postgresql", host=host, database="shop", user="reader", table="orders", password_env=password_env
    )
    return DatabaseSource("shop", settings)


@pytest.fixture
def stands_for(monkeypatch):
    """``stands_for("10.0.0.1", ...)``: every name now stands for these addresses."""

    def resolve(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: found)

    return resolve


def test_every_address_is_returned_with_the_password(stands_for):
    stands_for("8.8.8.8", "8.8.4.4", "8.8.8.8")
    access = reach(source("db.example.com"), Outgoing())
    assert access.addresses == ("8.8.8.8", "8.8.4.4")
    assert access.password.reveal() == services.PASSWORD
    assert services.PASSWORD not in repr(access)


def test_one_private_address_among_public_ones_is_refused(stands_for):
    stands_for("8.8.8.8", "10.0.0.1")
    with pytest.raises(DataError) as error:
        reach(source("db.example.com"), Outgoing(loopback=True))
    assert error.value.code == "host_refused"


def test_what_leaves_the_machine_is_encrypted_unless_said_otherwise(stands_for):
    stands_for("8.8.8.8")
    assert reach(source("db.example.com"), Outgoing()).sslmode == "require"
    stands_for("127.0.0.1")
    assert reach(source("localhost"), Outgoing(loopback=True)).sslmode == "prefer"


def test_a_socket_counts_as_this_machine():
    assert reach(source("/run/postgresql"), Outgoing(loopback=True)).addresses == ()
    with pytest.raises(DataError):
        reach(source("/run/postgresql"), Outgoing())


def test_an_unknown_host_is_named():
    with pytest.raises(DataError) as error:
        reach(source("no-such-host.invalid"), Outgoing())
    assert (error.value.code, "no-such-host.invalid" in error.value.message) == ("host_not_found", True)


def test_a_variable_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("SHOP_PASSWORD")
    with pytest.raises(SettingsError) as error:
        reach(source("localhost"), Outgoing(loopback=True))
    assert (error.value.code, "SHOP_PASSWORD" in error.value.message) == ("password_env", True)
