"""Playbooks of a user's own: what they may say, and how a mistake is told."""

from __future__ import annotations

from fractions import Fraction

import pytest

from quintile.domain.play import FIELDS, Message
from quintile.domain.scheme import Group, Rule, Scheme, Segment
from quintile.errors import Place, SettingsError
from quintile.playbook.load import archetypes, parse_plays, plays_of
from tests.conftest import ROOT

SCHEME = Scheme(
    name="ours",
    title="Ours",
    source="our own",
    scale=3,
    segments=(
        Segment("Low", "Raise.", (Rule(r=(Fraction(1), Fraction(1))),)),
        Segment("Mid", "Hold.", (Rule(r=(Fraction(2), Fraction(2))),)),
        Segment("Top", "Keep.", (Rule(r=(Fraction(3), Fraction(3))),)),
    ),
    fallback="Others",
    ranking=("Top", "Mid", "Low"),
    groups=(Group("Rest", ("Low", "Mid")),),
)
TOP = '[[plays]]\nsegment = "Top"\nlike = "champions"\n'
REST = '[[plays]]\ngroup = "Rest"\nlike = "hibernating"\n'
WHOLE = """[[plays]]
segment = "Top"
intent = "Ours."
actions = ["Write.", "Call."]
offer = "A cake."
offer_words = "a cake"
channel = "Post."
tone = "Jolly."
contact = "Once."
avoid = "Haste."
kpi = "Smiles"
target = "All"
[plays.messages.jolly]
body = '''
Hi {{ first_name }}, here is {{ offer }}.
'''
"""


def book(text):
    return parse_plays(text, SCHEME, file="ours.toml")


def error_of(text):
    with pytest.raises(SettingsError) as raised:
        book(text)
    assert raised.value.code == "playbook"
    assert raised.value.place.file == "ours.toml"
    return raised.value


def test_every_segment_has_a_play_best_first_and_what_no_segment_takes_last():
    plays = book(TOP + REST).plays
    assert list(plays) == ["Top", "Mid", "Low", "Others"]
    assert [play.segment for play in plays.values()] == list(plays)
    assert plays["Others"].intent == archetypes()["unclassified"]["intent"]


def test_a_play_like_an_archetype_has_its_texts_and_the_intent_of_the_scheme():
    play = book(TOP + REST).plays["Top"]
    champions = archetypes()["champions"]
    assert play.intent == "Keep."
    assert play.actions == tuple(champions["actions"])
    assert (play.offer, play.avoid, play.target) == (champions["offer"], champions["avoid"], "Above 80%")
    assert [message.tone for message in play.messages] == ["warm", "plain", "short"]


def test_a_play_of_its_own_says_everything():
    play = book(WHOLE + REST).plays["Top"]
    assert (play.intent, play.actions, play.offer, play.target) == ("Ours.", ("Write.", "Call."), "A cake.", "All")
    assert play.messages == (Message("jolly", "Hi {{ first_name }}, here is {{ offer }}."),)


def test_what_a_play_says_itself_goes_before_its_archetype():
    own = TOP + 'offer = "Tea."\n[plays.messages.warm]\nbody = "Tea?"\n[plays.messages.loud]\nbody = "TEA"\n'
    play = book(own + REST).plays["Top"]
    assert play.offer == "Tea."
    assert play.channel == archetypes()["champions"]["channel"]
    assert [message.tone for message in play.messages] == ["warm", "plain", "short", "loud"]
    assert play.messages[0] == Message("warm", "Tea?")


def test_a_segments_own_play_goes_before_that_of_its_group_in_any_order():
    own = '[[plays]]\nsegment = "Mid"\nlike = "loyal"\n'
    assert book(TOP + REST + own) == book(own + REST + TOP)
    assert book(TOP + REST + own).plays["Mid"].offer == archetypes()["loyal"]["offer"]
    assert book(TOP + REST + own).plays["Low"].offer == archetypes()["hibernating"]["offer"]


def test_what_no_segment_takes_may_have_a_play_of_its_own():
    own = '[[plays]]\nsegment = "Others"\nlike = "lost"\nintent = "Leave."\n'
    assert book(TOP + REST + own).plays["Others"].intent == "Leave."


def test_a_file_is_read_and_named_in_errors(tmp_path):
    path = tmp_path / "plays.toml"
    path.write_text(TOP + REST, encoding="utf-8-sig")
    assert plays_of(SCHEME, path) == book(TOP + REST)
    path.write_text(TOP, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        plays_of(SCHEME, path)
    assert raised.value.place == Place(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read (No such file or directory)"), (b"\xff", "is not UTF-8 text")],
)
def test_an_unreadable_file_is_told(tmp_path, content, message):
    path = tmp_path / "plays.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        plays_of(SCHEME, path)
    assert raised.value.message == f"the playbook {message}"
    assert raised.value.place == Place(str(path))


def test_a_scheme_without_a_playbook_is_told_how_to_write_one():
    with pytest.raises(SettingsError) as raised:
        plays_of(SCHEME)
    assert raised.value.message == "no playbook comes with the scheme 'ours'"
    assert "--playbook FILE" in raised.value.fix
    assert 'segment = "Low", like = "champions"' in raised.value.fix


def test_text_that_is_no_toml_is_told_with_its_line():
    error = error_of("[[plays]]\nsegment = Top\n")
    assert (error.place.line, "is not written in TOML" in error.message) == (2, True)


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("", "the playbook lacks 'plays'", "write for example [[plays]]"),
        ("play = 1", "the playbook has an unknown key 'play'", "write 'plays'. "),
        ("plays = 1", "'plays' of the playbook has the wrong type", "write for example [[plays]]"),
        ("plays = [1]", "play 1 is not a table", "write one with the keys segment"),
        (TOP, "the segment 'Mid' has no play", 'write [[plays]] with segment = "Mid"'),
        (TOP + TOP + REST, "'Top' has two plays", "keep one of them"),
        (REST + REST + TOP, "'Low' has two plays", "keep one of them"),
        (TOP.replace("Top", "Tpo"), "play 1 names 'Tpo', which is no segment of 'ours'", "write 'Top'. Known: Low"),
        (REST.replace("Rest", "Rets"), "play 1 names 'Rets', which is no group of 'ours'", "write 'Rest'. Known: Rest"),
        (TOP + 'group = "Rest"\n', "play 1 must name either a segment or a group", "write for example segment"),
        ('[[plays]]\nlike = "lost"\n', "play 1 must name either a segment or a group", "write for example segment"),
        (TOP + "chanel = 'x'\n", "play 1 has an unknown key 'chanel'", "write 'channel'. Known keys: segment"),
        (TOP + "offer = 1\n", "'offer' of play 1 has the wrong type", 'write for example offer = "10'),
        (
            TOP + "messages = [1]\n",
            "'messages' of play 1 has the wrong type",
            "write for example [plays.messages.warm]",
        ),
        (
            TOP.replace("champions", "champion") + REST,
            "the play for 'Top' names 'champion', which is no archetype",
            "write 'champions'. Known: champions, loyal",
        ),
        (
            WHOLE.replace('avoid = "Haste."\n', "") + REST,
            "the play for 'Top' lacks 'avoid'",
            'write for example avoid = "Discounts."',
        ),
        (
            '[[plays]]\nsegment = "Others"\noffer = "x"\n' + TOP + REST,
            "the play for 'Others' lacks 'intent'",
            "write for example intent",
        ),
        (
            WHOLE.replace('"Call."', "1") + REST,
            "'actions' of the play for 'Top' must be a list of texts",
            "write one to",
        ),
        (TOP + "actions = []\n" + REST, "'actions' of the play for 'Top' must be a list of texts", "write one to 5"),
        (
            TOP + 'actions = [" "]\n' + REST,
            "an action of the play for 'Top' is blank, too long or holds",
            "write one line",
        ),
        (
            TOP + 'tone = "a\\u001bb"\n' + REST,
            "'tone' of the play for 'Top' is blank, too long or holds",
            "write one line",
        ),
        (TOP + f'tone = "{"x" * 401}"\n' + REST, "'tone' of the play for 'Top' is blank, too long", "write one line"),
        (
            WHOLE.replace('offer_words = "a cake"\n', "") + REST,
            "the play for 'Top' has a message with {{ offer }} but no 'offer_words'",
            "write how a message says the offer: offer_words",
        ),
        (
            TOP + "[plays.messages]\nwarm = 1\n" + REST,
            "the message 'warm' of the play for 'Top' is not a table",
            "write one with the keys subject, body",
        ),
        (
            TOP + '[plays.messages.warm]\nsubject = "x"\n' + REST,
            "the message 'warm' of the play for 'Top' lacks 'body'",
            "write for example body",
        ),
        (
            TOP + "[plays.messages.warm]\nbody = '{{ frist_name }}'\n" + REST,
            "the message 'warm' of the play for 'Top' names an unknown field 'frist_name'",
            "write {{ first_name }}. ",
        ),
        (
            TOP + "[plays.messages.warm]\nbody = \"{{ ''.__class__ }}\"\n" + REST,
            "the message 'warm' of the play for 'Top' does more than name fields",
            "write a field as {{ first_name }}",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_near_miss(text, message, fix):
    error = error_of(text)
    assert error.message.startswith(message)
    assert error.fix.startswith(fix)


def test_the_documentation_names_every_archetype_and_every_field():
    page = (ROOT / "docs" / "playbook.md").read_text(encoding="utf-8")
    assert [name for name in archetypes() if f"`{name}`" not in page] == []
    assert [
        f"| `{name}` | {field.meaning} |"
        for name, field in FIELDS.items()
        if f"| `{name}` | {field.meaning} |" not in page
    ] == []
