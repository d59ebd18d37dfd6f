"""The playbooks that come with quintile: one a scheme, whole, in words that fit."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import quintile
from quintile.domain.play import FIELDS
from quintile.playbook.load import archetypes, plays_of
from quintile.playbook.messages import fields_of, rendered
from quintile.segments.load import load_scheme, shipped_schemes

PLAYS = Path(quintile.__file__).parent / "playbook" / "plays"
LONGEST_SMS = 160
DISCOUNT = re.compile(r"\d%|coupon")
PRESSURE = re.compile(r"last chance|hurry|only today|countdown|expire", re.IGNORECASE)


def every_play():
    return [
        pytest.param(name, play, id=f"{name}: {play.segment}")
        for name in shipped_schemes()
        for play in plays_of(load_scheme(name)).plays.values()
    ]


def archetype_messages(name):
    """The subjects and bodies of an archetype."""
    return " ".join(" ".join(message.values()) for message in archetypes()[name].get("messages", {}).values())


def test_every_scheme_has_a_playbook_and_every_playbook_a_scheme():
    assert sorted(path.stem for path in PLAYS.glob("*.toml")) == shipped_schemes()


@pytest.mark.parametrize("name", shipped_schemes())
def test_every_segment_has_a_play_with_the_schemes_own_intent(name):
    scheme = load_scheme(name)
    plays = plays_of(scheme).plays
    assert {name: play.intent for name, play in plays.items() if name != scheme.fallback} == {
        segment.name: segment.intent for segment in scheme.segments
    }
    assert "quintile lint" in plays[scheme.fallback].actions[0]


@pytest.mark.parametrize(("scheme", "play"), every_play())
def test_a_play_is_concrete_and_its_messages_fit(scheme, play):
    assert 2 <= len(play.actions) <= 3, scheme
    fields = {name: field.example for name, field in FIELDS.items()} | {"offer": play.offer_words}
    for message in play.messages:
        shown = rendered(message, fields)
        assert bool(shown.subject) == (message.tone != "short")
        assert message.tone != "short" or len(shown.body) <= LONGEST_SMS


@pytest.mark.parametrize(("scheme", "play"), every_play())
def test_a_segment_that_needs_no_discount_is_offered_none(scheme, play):
    if "no discount" in play.intent:
        offered = " ".join([*play.actions, play.offer_words, *(message.body for message in play.messages)])
        assert not DISCOUNT.search(offered), scheme
        assert "discount" in play.avoid.lower()


def test_champions_get_no_discount_and_the_published_target():
    assert not DISCOUNT.search(archetype_messages("champions") + archetypes()["champions"]["offer_words"])
    assert archetypes()["champions"]["target"] == "Above 80%"


@pytest.mark.parametrize("name", ["at-risk", "cannot-lose", "former-loyalists"])
def test_nobody_is_pressed_to_come_back(name):
    assert not PRESSURE.search(archetype_messages(name))


def test_the_lost_are_suppressed_after_one_try_and_can_leave():
    lost = archetypes()["lost"]
    assert "suppressed" in lost["actions"][-1]
    assert lost["contact"] == "Once, then never."
    assert all("{{ unsubscribe }}" in message["body"] for message in lost["messages"].values())


def test_all_archetypes_but_the_unclassified_speak_in_the_same_tones():
    tones = {name: list(archetype.get("messages", {})) for name, archetype in archetypes().items()}
    assert tones.pop("unclassified") == []
    assert {tuple(found) for found in tones.values()} == {("warm", "plain", "short")}


def test_every_archetype_is_used_and_every_field():
    documents = [tomllib.loads(path.read_text(encoding="utf-8")) for path in PLAYS.glob("*.toml")]
    likes = {play["like"] for document in documents for play in document["plays"]}
    assert likes == set(archetypes()) - {"unclassified"}
    messages = [
        message
        for name in shipped_schemes()
        for play in plays_of(load_scheme(name)).plays.values()
        for message in play.messages
    ]
    assert set().union(*(fields_of(message) for message in messages)) == set(FIELDS)


def test_the_same_text_stands_once():
    texts = [text for archetype in archetypes().values() for text in [*archetype["actions"], archetype["offer"]]]
    assert len(texts) == len(set(texts))


def test_in_the_grid_a_code_follows_its_group_unless_its_intent_differs():
    plays = plays_of(load_scheme("grid-27")).plays
    assert plays["222"].actions == tuple(archetypes()["at-risk"]["actions"])
    assert plays["211"].actions == tuple(archetypes()["cannot-lose"]["actions"])
    assert plays["233"].actions == plays["323"].actions == tuple(archetypes()["hibernating"]["actions"])
