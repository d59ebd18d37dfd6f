"""Markdown: foreign text inside a document stays text, and code stays inside its fence."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable

UNSEEN = "\N{REPLACEMENT CHARACTER}"
_MARKS = re.compile(r"([\\`*_{}\[\]|~$])")
_OPENING = re.compile(r"^([#+=-]|\d+(?=[.)](?:\s|$)))")  # what begins a heading or a list
_LINK = re.compile(r"(?i)(?<=[a-z]):(?=//)|(?<=www)\.")  # what becomes a link by its look
_FENCE = re.compile(r"`+")
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # some scripts and pictures need them
_FEWEST_TICKS = 3
# A command of quintile's own in a sentence: words in capitals are places to fill in.
# A flag that stands alone goes without its value, which is a word like any other.
_COMMAND = re.compile(
    r"quintile [a-z]+(?: (?:--[a-z-]+(?: (?!--)[\w.,-]*\w)?|[A-Z]+\b))+|(?<![\w-])--[a-z]+(?:-[a-z]+)*"
)


def plain(value: object) -> Markup:
    """Text that Markdown and HTML take for nothing but text, in one line, without marks that turn its direction."""
    line = " ".join("".join(_seen(letter) for letter in str(value)).split())
    text = str(escape(line)).replace("&#39;", "'").replace("&#34;", '"')
    text = _OPENING.sub(_escaped_opening, _MARKS.sub(r"\\\1", text))
    return Markup(_LINK.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), text))  # noqa: S704 - escaped


def plain_with_commands(text: str) -> Markup:
    """Text of the program's own as ``plain`` gives it, with its commands as code."""
    return _with_commands(text, plain, Markup("`{}`"))


def html_with_commands(text: str) -> Markup:
    """Text of the program's own in HTML, with its commands as code."""
    return _with_commands(text, escape, Markup("<code>{}</code>"))


def _with_commands(text: str, written: Callable[[str], Markup], code: Markup) -> Markup:
    pieces, end = [Markup()], 0
    for found in _COMMAND.finditer(text):
        pieces += [_kept(text[end : found.start()], written), code.format(found[0])]
        end = found.end()
    return Markup().join([*pieces, _kept(text[end:], written)])


def _kept(text: str, written: Callable[[str], Markup]) -> Markup:
    """Written, with the blanks at its ends."""
    bare = text.strip()
    left, _, right = text.partition(bare) if bare else (text, "", "")
    return Markup("{}{}{}").format(left, written(bare), right)


def spanned(code: object) -> Markup:
    """Code within a sentence, letter for letter: no sign in it means anything, and a backtick does not end it.

    What looks like a tag is no code but escaped text: not every reader of Markdown knows what code is.
    """
    if "<" in str(code):
        return plain(code)
    line = " ".join("".join(_seen(letter) for letter in str(code)).split())
    ticks = "`" * (_longest_run(line) + 1)
    blank = " " if line.startswith("`") or line.endswith("`") else ""
    return Markup(f"{ticks}{blank}{line}{blank}{ticks}")  # noqa: S704 - inside its ticks


def fenced(code: str, language: str) -> Markup:
    """A block of code; its fence is longer than any run of backticks in it."""
    ticks = "`" * max(_FEWEST_TICKS, _longest_run(code) + 1)
    return Markup("{}").format(Markup(f"{ticks}{language}\n{code.rstrip()}\n{ticks}"))  # noqa: S704 - inside its fence


def _longest_run(code: str) -> int:
    return max((len(run) for run in _FENCE.findall(code)), default=0)


def _escaped_opening(found: re.Match[str]) -> str:
    """A backslash before a sign; after a number, which is followed by a point or a bracket, it stands behind."""
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _seen(letter: str) -> str:
    if letter.isspace():
        return " "
    return UNSEEN if unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS else letter
