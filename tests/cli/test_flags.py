"""Flags: each is a setting, and one that may be repeated keeps what it was given."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from quintile.cli.flags import mapping, with_settings
from quintile.errors import SettingsError


def given(*arguments):
    """What a command receives."""
    received = {}

    def command(*, flags):
        received.update(flags)

    app = typer.Typer()
    app.command()(with_settings(command))
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return received


def test_codes_of_accepted_drifts_are_a_list():
    flags = given("--accept", "schema_drift", "--accept", "volume_drop", "--because", "moved")
    assert flags == {"refresh": {"accept": ["schema_drift", "volume_drop"], "because": "moved"}}


def test_mapped_columns_are_pairs():
    assert given("--map", "customer=who", "--map", "amount=a=b") == {
        "reading": {"map": {"customer": "who", "amount": "a=b"}}
    }


def test_a_role_that_is_given_two_columns_names_both():
    with pytest.raises(SettingsError, match="customer is given two columns, 'a' and 'b'"):
        mapping(["customer=a", "customer=b"])
    assert mapping(["customer=a", " customer=a"]) == {"customer": "a"}


def test_what_was_not_written_is_not_given():
    assert given() == {}


def test_a_yes_or_no_is_given_only_when_it_was_written():
    assert given("--no-report") == {"output": {"report": False}}
    assert given("--report") == {"output": {"report": True}}
