"""Load a playbook: the shipped one of a scheme, or a user's TOML file by its path.

A play says which archetype it is ``like`` (the texts that many schemes share, kept once in ``archetypes.toml``) and
what differs. Its intent is the scheme's own unless it says otherwise, so that the two cannot contradict.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from quintile.domain.play import Message, Play, Playbook
from quintile.domain.toml_keys import Key, checked, line_of, near
from quintile.errors import Place, SettingsError
from quintile.playbook.messages import check_message, fields_of, printed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.domain.scheme import Scheme

LONGEST_TEXT = 400
_ROOM = Path(__file__).parent
_SHIPPED, _ARCHETYPES = _ROOM / "plays", _ROOM / "archetypes.toml"
_FALLBACK = "unclassified"
_MOST_ACTIONS = 5


# What a play says; an archetype holds the same keys. Those not required have a default of their own.
_CONTENT = {
    "intent": Key(str, 'intent = "Win back before they are gone."', required=False),
    "actions": Key(list, 'actions = ["Offer a private sale.", "Ask for a review."]'),
    "offer": Key(str, 'offer = "10-20% off the next order."'),
    "channel": Key(str, 'channel = "E-mail, then SMS."'),
    "tone": Key(str, 'tone = "Warm and personal."'),
    "contact": Key(str, 'contact = "Twice a month."'),
    "avoid": Key(str, 'avoid = "Discounts."'),
    "kpi": Key(str, 'kpi = "Repeat purchase rate"'),
    "target": Key(str, 'target = "Above 80%"', required=False),
    "offer_words": Key(str, 'offer_words = "15% off your next order"', required=False),
    "messages": Key(dict, '[plays.messages.warm] with subject = "..." and body = "..."', required=False),
}
_OWNER = {
    "segment": Key(str, 'segment = "Champions"', required=False),
    "group": Key(str, 'group = "Best"', required=False),
    "like": Key(str, 'like = "champions"', required=False),
}
_PLAY = {**_OWNER, **{name: Key(key.kind, key.example, required=False) for name, key in _CONTENT.items()}}
_BOOK = {"plays": Key(list, "[[plays]] once for every segment, below it segment, like and what differs")}
_MESSAGE = {
    "subject": Key(str, 'subject = "Hello {{ first_name }}"', required=False),
    "body": Key(str, 'body = "Hello {{ first_name }}, ..."'),
}


def plays_of(scheme: Scheme, path: Path | None = None) -> Playbook:
    """What to do with every segment of a scheme.

    Args:
        scheme: Every segment gets a play, and so does what no segment takes.
        path: A playbook of the user's own; None takes the one that comes with quintile.

    Raises:
        SettingsError: No playbook comes with the scheme, or the file cannot be read, leaves a segment without a play
            or says something impossible.
    """
    if path is not None:
        return parse_plays(_read(path), scheme, file=str(path))
    shipped = _SHIPPED / f"{scheme.name}.toml"
    if not shipped.is_file():
        message = f"no playbook comes with the scheme '{scheme.name}'"
        segment = scheme.segments[0].name if scheme.segments else "Champions"
        fix = (
            f'write one and name it with --playbook FILE: for every segment [[plays]], segment = "{segment}",'
            f' like = "champions". Archetypes to be like: {", ".join(archetypes())}'
        )
        raise SettingsError("playbook", message, fix=fix)
    return parse_plays(_read(shipped), scheme, file=shipped.name)


def parse_plays(text: str, scheme: Scheme, *, file: str) -> Playbook:
    """A playbook from its TOML; ``file`` is named in errors.

    Raises:
        SettingsError: See ``plays_of``.
    """
    try:
        return _playbook(_toml(text, file), scheme)
    except SettingsError as error:
        if not str(error.place):
            error.place = Place(file=file)
        raise


@cache
def archetypes() -> dict[str, dict[str, Any]]:
    """The texts that segments of many schemes share, by the name that ``like`` takes."""
    return _toml(_read(_ARCHETYPES), _ARCHETYPES.name)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        message = f"the playbook cannot be read ({error.strerror})"
        raise SettingsError(
            "playbook", message, fix="name a file that is there and readable", place=Place(str(path))
        ) from error
    except UnicodeDecodeError as error:
        message, fix = "the playbook is not UTF-8 text", "save it with the encoding UTF-8"
        raise SettingsError("playbook", message, fix=fix, place=Place(str(path))) from error


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"the playbook is not written in TOML ({error})"
        fix = 'mend that place; a text stands in quotes: segment = "Champions"'
        place = Place(file=file, line=line_of(error))
        raise SettingsError("playbook", message, fix=fix, place=place) from error


def _playbook(document: dict[str, Any], scheme: Scheme) -> Playbook:
    """Every segment's play, best first. A play for the segment itself goes before that of its group."""
    entries = _checked(document, _BOOK, "the playbook")["plays"]
    own: dict[str, dict[str, Any]] = {}
    grouped: dict[str, dict[str, Any]] = {}
    for place, entry in enumerate(entries, start=1):
        table = _checked(entry, _PLAY, f"play {place}")
        plays = own if "segment" in table else grouped
        for name in _segments(table, scheme, f"play {place}"):
            if name in plays:
                _fail(f"'{name}' has two plays", "keep one of them")
            plays[name] = table
    intents = {segment.name: segment.intent for segment in scheme.segments}
    written = {scheme.fallback: {"like": _FALLBACK}, **grouped, **own}
    found = {}
    for name in [*scheme.best_first, scheme.fallback]:
        if name not in written:
            _fail(
                f"the segment '{name}' has no play",
                f'write [[plays]] with segment = "{name}" and like = "champions" or another archetype:'
                f" {', '.join(archetypes())}",
            )
        found[name] = _play(name, written[name], intents.get(name))
    return Playbook(scheme.name, found)


def _segments(table: dict[str, Any], scheme: Scheme, owner: str) -> tuple[str, ...]:
    """The segments a play is for: the one it names, or those of the group it names."""
    if ("segment" in table) == ("group" in table):
        _fail(f"{owner} must name either a segment or a group", f"write for example {_OWNER['segment'].example}")
    if "segment" in table:
        known = [*(segment.name for segment in scheme.segments), scheme.fallback]
        return (_known(table["segment"], known, owner, f"segment of '{scheme.name}'"),)
    groups = {group.name: group.segments for group in scheme.groups}
    return groups[_known(table["group"], groups, owner, f"group of '{scheme.name}'")]


def _play(name: str, table: dict[str, Any], intent: str | None) -> Play:
    owner = f"the play for '{name}'"
    like: dict[str, Any] = {}
    if "like" in table:
        like = archetypes()[_known(table["like"], archetypes(), owner, "archetype")]
    said = {**like, **{key: value for key, value in table.items() if key not in _OWNER}}
    said.setdefault("intent", intent)
    said["messages"] = {**like.get("messages", {}), **table.get("messages", {})}
    said = _checked(said, {**_CONTENT, "intent": Key(str, _CONTENT["intent"].example)}, owner)
    for key, text in said.items():
        if isinstance(text, str):
            _line(text, f"'{key}' of {owner}")
    messages = tuple(_message(tone, entry, owner) for tone, entry in said["messages"].items())
    if "offer_words" not in said and any("offer" in fields_of(message) for message in messages):
        fix = f"write how a message says the offer: {_CONTENT['offer_words'].example}"
        _fail(f"{owner} has a message with {{{{ offer }}}} but no 'offer_words'", fix)
    return Play(**{**said, "segment": name, "actions": _actions(said["actions"], owner), "messages": messages})


def _actions(texts: list[object], owner: str) -> tuple[str, ...]:
    actions = [text for text in texts if isinstance(text, str)]
    if not 1 <= len(actions) == len(texts) <= _MOST_ACTIONS:
        fix = f"write one to {_MOST_ACTIONS} texts: {_CONTENT['actions'].example}"
        _fail(f"'actions' of {owner} must be a list of texts", fix)
    for text in actions:
        _line(text, f"an action of {owner}")
    return tuple(actions)


def _message(tone: str, entry: object, owner: str) -> Message:
    _line(tone, f"the tone of a message of {owner}")
    table = _checked(entry, _MESSAGE, f"the message '{tone}' of {owner}")
    message = Message(tone=tone, subject=table.get("subject", ""), body=table["body"].strip("\n"))
    check_message(message, owner)
    return message


def _line(text: str, owner: str) -> None:
    if not text.strip() or len(text) > LONGEST_TEXT or not printed(text):
        fix = f"write one line of at most {LONGEST_TEXT} visible characters"
        _fail(f"{owner} is blank, too long or holds control characters", fix)


def _checked(table: object, keys: dict[str, Key], owner: str) -> dict[str, Any]:
    return checked(table, keys, owner, _fail)


def _known(name: str, known: Iterable[str], owner: str, what: str) -> str:
    """The name, if it is one of those known."""
    names = list(known)
    if name not in names:
        fix = f"{near(name, names)}Known: {', '.join(names)}" if names else "there are none: name a segment"
        _fail(f"{owner} names '{name}', which is no {what}", fix)
    return name


def _fail(message: str, fix: str) -> NoReturn:
    raise SettingsError("playbook", message, fix=fix)
