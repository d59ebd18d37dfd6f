"""Wrapped: a message in the width of a terminal; commands, options and quoted names stay whole, to be copied."""

from __future__ import annotations

import os
import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_GLUE = "\0"
_WHERE, _FIX = "  Where: ", "  Fix: "
_INDENT = "  "
_WHOLE = re.compile(
    r"\b(?:quintile|mkdir)(?: [^\s,;()]+)+"  # a command to its end
    r"|--[a-z][a-z-]*[ =][^\s,;()]+"
    r'|\w+ = (?:\[[^\]]*\]|"[^"]*"|[^\s,;]+)'  # a line of a settings file
    r"|(?<!\w)'[^']*'(?!\w)"
    r'|"[^"]*"'
)


def for_terminal(text: str, stream: TextIO) -> str:
    """A message as it is to be written: broken at blanks on a terminal, as it is anywhere else."""
    if not stream.isatty():
        return text
    try:
        width = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return text
    return wrapped(text, width) if width else text


def wrapped(text: str, width: int) -> str:
    """A message with lines of at most a width where its words allow it; a place is never broken."""
    return "\n".join(_wrapped(line, width) for line in text.split("\n"))


def _wrapped(line: str, width: int) -> str:
    if len(line) <= width or line.startswith(_WHERE):
        return line
    indent = " " * len(_FIX) if line.startswith(_FIX) else _INDENT
    glued = _WHOLE.sub(lambda found: found[0].replace(" ", _GLUE), line)
    lines = textwrap.wrap(glued, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_GLUE, " ")
