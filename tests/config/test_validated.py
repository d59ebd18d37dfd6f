"""A value of several types: what does not fit is named as the file names it, with all it may be."""

from __future__ import annotations

import pytest

from quintile.config.validated import validated
from quintile.errors import SettingsError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "targets.list_growth cannot be 'x': it must be a number or a table"),
        ([1], "targets.list_growth cannot be '[1]': it must be a number or a table"),
        ({"Loyal": 0.5, "Lost": "x"}, "targets.list_growth.Lost cannot be 'x': it must be a number"),
        ({"decimal": "x"}, "targets.list_growth.decimal cannot be 'x': it must be a number"),
    ],
)
def test_a_type_is_no_part_of_a_key(tmp_path, value, text):
    path = tmp_path / "quintile.toml"
    with pytest.raises(SettingsError) as caught:
        validated({"targets": {"orders": 5, "list_growth": value}}, path)
    found = caught.value
    assert (found.message, found.place.file) == (text, str(path))
    assert found.fix == "give list_growth another value under [targets] of quintile.toml"


def test_an_element_of_a_list_is_named_by_its_place():
    with pytest.raises(SettingsError) as caught:
        validated({"model": {"r_cuts": [1, "x"]}}, None)
    assert caught.value.message == "model.r_cuts.1 cannot be 'x': it must be a number"
