"""The table [business]: what cannot be meant is refused with its key, its file and what to write."""

from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError


@pytest.mark.parametrize(
    ("line", "said", "fix"),
    [
        ("customers = 0", "business.customers is 0: a shop has one customer at least", "customers = 2500"),
        ("customers = -3", "business.customers is -3: a shop has one customer at least", "customers = 2500"),
        ('window = ""', "business.window is '', which is no length of time", 'window = "12mo"'),
        ('window = "a year"', "business.window is 'a year', which is no length of time", 'window = "12mo"'),
        (
            'purchase_cycle = ""',
            "business.purchase_cycle is '', which is no time between two purchases",
            'purchase_cycle = "6w"',
        ),
        (
            'purchase_cycle = "soon"',
            "business.purchase_cycle is 'soon', which is no time between two purchases",
            'purchase_cycle = "6w"',
        ),
        (
            'purchase_cycle = "All "',
            "business.purchase_cycle is 'All ', which is no time between two purchases",
            'purchase_cycle = "6w"',
        ),
    ],
)
def test_what_cannot_be_meant_is_named_with_key_file_and_fix(tmp_path, line, said, fix):
    path = tmp_path / "quintile.toml"
    path.write_text(f"[business]\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(path, {})
    assert str(caught.value).startswith(f"error[business]: {said}\n  Where: {path}\n  Fix: write {fix}")


def test_what_makes_sense_is_taken(tmp_path):
    path = tmp_path / "quintile.toml"
    path.write_text('[business]\ncustomers = 1\nwindow = "all"\npurchase_cycle = "6w"\n', encoding="utf-8")
    assert read_settings(path, {}).business.purchase_cycle == "6w"
