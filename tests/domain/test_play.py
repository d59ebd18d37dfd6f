"""Plays: found by their segment, however it is spelled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quintile.domain.play import Message, Play, Playbook
from quintile.errors import SettingsError

SAID: dict[str, Any] = {
    "intent": "Win back.",
    "actions": ("Write.",),
    "offer": "None.",
    "channel": "E-mail.",
    "tone": "Warm.",
    "contact": "Once.",
    "avoid": "Pressure.",
    "kpi": "Won back",
}
RISK = Play(segment="At Risk", messages=(Message("warm", "Hello"), Message("short", "Hi")), **SAID)
LOST = Play(segment="Lost", messages=(Message("short", "Bye"), Message("stern", "Bye")), **SAID)
BOOK = Playbook("ours", {"At Risk": RISK, "Lost": LOST})


@pytest.mark.parametrize("name", ["At Risk", "at risk", "AT  RISK "])
def test_a_segment_is_found_in_capitals_or_small(name):
    assert BOOK.find(name) is RISK


def test_an_exact_name_wins_over_one_that_differs_in_capitals():
    book = Playbook("ours", {"lost": RISK, "LOST": LOST})
    assert book.find("LOST") is LOST
    assert book.find("lost") is RISK


def test_a_wrong_segment_is_told_its_near_miss():
    with pytest.raises(SettingsError) as raised:
        BOOK.find("at rsik")
    assert str(raised.value) == (
        "error[segment]: the scheme 'ours' has no segment 'at rsik'\n  Fix: write 'At Risk'. Segments: At Risk, Lost"
    )


def test_a_segment_like_no_other_is_told_all():
    with pytest.raises(SettingsError) as raised:
        BOOK.find("zzz")
    assert raised.value.fix == "Segments: At Risk, Lost"


def test_tones_are_listed_once_as_they_are_met():
    assert BOOK.tones == ("warm", "short", "stern")


def test_a_playbook_is_json():
    document = json.loads(json.dumps(BOOK.as_dict()))
    assert document["scheme"] == "ours"
    assert [play["segment"] for play in document["plays"]] == ["At Risk", "Lost"]
    assert document["plays"][0]["messages"][0] == {"tone": "warm", "body": "Hello", "subject": ""}
