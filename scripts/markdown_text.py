"""Markdown for the pages that are made: tables, and texts of the program as a page writes them."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(_cell(one) for one in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A table's cell; a bar in code is an entity, because Markdown dialects differ over a bar behind a backslash."""
    coded = re.sub(
        r"`([^`]*\|[^`]*)`", lambda found: f"<code>{html.escape(found[1]).replace('|', '&#124;')}</code>", text
    )
    return coded.replace("|", "\\|").replace("\n", " ")


def help_text(text: str | None) -> str:
    """A help text, its words in capitals and in brackets as they are."""
    return (text or "").replace("\\[", "[").replace("<", "&lt;")


def first(text: str | None) -> str:
    """The first sentence of a text, with its exit codes and code marks."""
    return sentence(text).split("\n")[0].replace("``", "`")


def sentence(text: str | None) -> str:
    """The first paragraph of a text, in one line."""
    return " ".join((text or "").split("\n\n")[0].split())
