"""Keys of a TOML file that people write: unknown, missing and of the wrong kind."""

from __future__ import annotations

import tomllib

import pytest

from quintile.domain.toml_keys import Key, checked, line_of, near
from quintile.errors import SettingsError

KEYS = {"name": Key(str, 'name = "Champions"'), "scale": Key(int, "scale = 5", required=False)}


def fail(message, fix):
    raise SettingsError("file", message, fix=fix)


def test_a_table_with_known_keys_of_the_right_kind_is_taken_as_it_is():
    assert checked({"name": "A", "scale": 5}, KEYS, "segment 1", fail) == {"name": "A", "scale": 5}


@pytest.mark.parametrize(
    ("table", "message", "fix"),
    [
        ([], "segment 1 is not a table", "write one with the keys name, scale"),
        ({"nam": "A"}, "segment 1 has an unknown key 'nam'", "write 'name'. Known keys: name, scale"),
        ({"scale": 5}, "segment 1 lacks 'name'", 'write for example name = "Champions"'),
        ({"name": None}, "segment 1 lacks 'name'", 'write for example name = "Champions"'),
        ({"name": "A", "scale": True}, "'scale' of segment 1 has the wrong type", "write for example scale = 5"),
    ],
)
def test_whatever_is_amiss_is_told_with_its_fix(table, message, fix):
    with pytest.raises(SettingsError) as caught:
        checked(table, KEYS, "segment 1", fail)
    assert (caught.value.message, caught.value.fix) == (message, fix)


def test_a_word_far_from_every_known_one_is_not_corrected():
    assert near("zzz", KEYS) == ""
    assert near("scal", KEYS) == "write 'scale'. "


def test_the_line_of_a_parser_error_is_found():
    with pytest.raises(ValueError, match="line 2") as caught:
        tomllib.loads("a = 1\nb = ,\nc = 2")
    assert line_of(caught.value) == 2
    assert line_of(ValueError("no line")) is None
