"""Page: where things are shown, and the few forms they are shown in.

On a terminal there is colour and its whole width; anywhere else plain text, 100 columns wide.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from quintile.cli.show.palette import DOUBTFUL, HEADING, QUIET
from quintile.cli.show.plain import about, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from rich.console import RenderableType

PIPE_WIDTH = 100
INDENT = 2
_EIGHTHS = "▏▎▍▌▋▊▉█"


def stdout() -> Console:
    """The standard output: a terminal in its own width, or plain text."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=PIPE_WIDTH, color_system=None)
    return console


def put(console: Console, parts: Iterable[RenderableType | None]) -> None:
    """Show the parts that are there, a blank line between two; lines carry no blanks at their end in a pipe."""
    shown = [part for part in parts if part is not None]
    spaced = [piece for part in shown for piece in (part, Text())][:-1]
    if console.is_terminal:
        console.print(Group(*spaced))
        return
    with console.capture() as captured:
        console.print(Group(*spaced))
    lines = captured.get().splitlines()
    (console.file or sys.stdout).write("".join(line.rstrip() + "\n" for line in lines))


def said(text: str, style: str = "") -> Text:
    """Foreign text as it stands: one line, no markup, no control characters."""
    return Text(printable(text, lines=False), style=style)


def section(title: str, *body: RenderableType | None, style: str = "") -> Group:
    """A heading and what stands under it, indented."""
    parts = [Padding(part, (0, 0, 0, INDENT)) for part in body if part is not None]
    return Group(said(title, f"{HEADING} {style}".strip()), *parts)


def grid(columns: str) -> Table:
    """A table without lines, one letter a column: ``l`` is text that wraps, ``r`` a number, right and whole."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(justify="right" if column == "r" else "left", no_wrap=column == "r")
    return table


def quiet(*cells: str) -> list[Text]:
    """A table's header."""
    return [said(cell, QUIET) for cell in cells]


def bar(share: float, width: int, style: str, console: Console) -> Text:
    """A bar of a share (0 to 1) of a width; where the output has no block characters, of number signs."""
    eighths = round(max(0.0, min(share, 1.0)) * width * len(_EIGHTHS))
    full, rest = divmod(eighths, len(_EIGHTHS))
    if not console.encoding.startswith("utf"):
        return Text("#" * (full + (rest > 0)), style=style)
    return Text("█" * full + (_EIGHTHS[rest - 1] if rest else ""), style=style)


def warnings(found: Iterable[Mapping[str, Any]]) -> Group | None:
    """Each warning with its code and the number of rows it is about."""
    table = grid("ll")
    for warning in found:
        rows = f" ({about(warning)})" if warning.get("rows") else ""
        table.add_row(said("!", f"bold {DOUBTFUL}"), said(f"{warning['message']}{rows}"))
    return section("Please note", table) if table.rows else None
