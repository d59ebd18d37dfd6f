"""Messages: checks that a template names known fields and does nothing else, and fills it in.

A template may come from anywhere, so it is no program: of the template language only the names of fields are allowed.
What is refused is never compiled.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment

from quintile.domain.play import FIELDS, Message
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SUBJECT, LONGEST_BODY, LONGEST_VALUE = 200, 5_000, 500
# Plain text: nothing reads it as HTML, so nothing is escaped. Whoever puts it into HTML escapes it there.
_PLAIN = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)
_HIDDEN = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of characters, line and paragraph marks
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # marks that make text read backwards


def check_message(message: Message, owner: str) -> None:
    """Refuse a message that is more than text with known fields; ``owner`` is named in errors.

    Raises:
        SettingsError: It is empty or too long, its subject has several lines, or it holds a field nobody knows, an
            expression, a filter or a statement.
    """
    whose = f"the message '{message.tone}' of {owner}"
    if not message.body.strip():
        _fail(f"{whose} has no body", 'write body = "Hello {{ first_name }}, ..."')
    if not printed(message.subject) or not printed(message.body.replace("\n", " ")):
        _fail(f"{whose} holds control characters or a subject of several lines", "write visible characters")
    for part, text, most in (("subject", message.subject, LONGEST_SUBJECT), ("body", message.body, LONGEST_BODY)):
        if len(text) > most:
            _fail(f"the {part} of {whose} has {len(text):,} characters", f"write at most {most:,}")
    for name in fields_of(message, whose):
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f"write {{{{ {near[0]} }}}}. " if near else ""
            _fail(f"{whose} names an unknown field '{name}'", f"{hint}Known fields: {', '.join(FIELDS)}")


def fields_of(message: Message, whose: str = "the message") -> set[str]:
    """The fields that a message names.

    Raises:
        SettingsError: It is no template, or does more than name fields.
    """
    return _names(message.subject, whose) | _names(message.body, whose)


def rendered(message: Message, fields: Mapping[str, str]) -> Message:
    """The message with its fields filled in, as plain text.

    A value cannot add a line, and so no mail header: control characters in it become blanks, and it is cut at 500
    characters.

    Raises:
        SettingsError: A field that the message names is not given, or the message is refused (see ``check_message``).
    """
    check_message(message, "the playbook")
    given = {name: one_line(value)[:LONGEST_VALUE] for name, value in fields.items()}
    try:
        subject, body = (_PLAIN.from_string(text).render(given) for text in (message.subject, message.body))
    except UndefinedError as error:
        missing = ", ".join(sorted(fields_of(message) - set(fields)))
        text = f"the message '{message.tone}' needs a value for {missing}"
        raise SettingsError("playbook", text, fix="give one for every field it names") from error
    return replace(message, subject=subject, body=body)


def one_line(text: str) -> str:
    """The text in one line, without control characters and marks that turn the direction of reading."""
    return " ".join("".join(letter if printed(letter) else " " for letter in text).split())


def printed(text: str) -> bool:
    """Whether a text holds nothing but what a reader sees, and blanks."""
    return not any(
        unicodedata.category(letter) in _HIDDEN or unicodedata.bidirectional(letter) in _TURNING for letter in text
    )


def _names(text: str, whose: str) -> set[str]:
    try:
        tree = _PLAIN.parse(text)
    except (TemplateError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if isinstance(error, TemplateError) else "it cannot be read"
        _fail(f"{whose} is no template: {reason}", "write a field as {{ first_name }}, everything else as text")
    foreign = next((node for node in _all_below(tree) if not isinstance(node, _ALLOWED)), None)
    if foreign is not None:
        message = f"{whose} does more than name fields (in its line {foreign.lineno})"
        _fail(message, "write a field as {{ first_name }}: no filters, no calculations, no {% statements %}")
    return {node.name for node in _all_below(tree) if isinstance(node, nodes.Name)}


def _all_below(tree: nodes.Node) -> list[nodes.Node]:
    """Every node of a tree, in order; not by recursion, which a hostile template could exhaust."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(list(node.iter_child_nodes())))
    return found


def _fail(message: str, fix: str) -> NoReturn:
    raise SettingsError("playbook", message, fix=fix)
