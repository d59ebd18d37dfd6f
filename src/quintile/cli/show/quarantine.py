"""Quarantine: the files of rows that were set aside, and how they are read again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import number, several, short_path
from quintile.domain.words import called

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, Group

_STEPS = (
    "Correct the rows in their own columns; delete those that shall stay away. Leave the columns quintile_... as",
    "they are: they are not read as data. In a spreadsheet, import every column as text.",
)


def show_quarantine(found: Mapping[str, Any], project: Path | None, console: Console | None = None) -> None:
    """Show what ``jobs.quarantined`` wrote.

    Args:
        found: Its result.
        project: The project the rows will be added to, if any.
        console: Where to show it; the standard output if None.
    """
    console = console or stdout()
    if not found["rows"]:
        put(console, [said("Nothing is set aside: every row is understood, nothing was written", f"{HEADING} {GOOD}")])
        return
    title = f"{several(found['rows'], 'row')} set aside, to be corrected and read again"
    put(console, [said(title, f"{HEADING} {DOUBTFUL}"), *map(_file, found["files"]), _next(found, project)])


def _file(file: Mapping[str, Any]) -> Group:
    table = grid("rl")
    for reason, rows in file["reasons"].items():
        table.add_row(said(number(rows)), said(called(reason)))
    return section(f"{short_path(Path(file['file']))}, of {file['source']}", table)


def _next(found: Mapping[str, Any], project: Path | None) -> Group:
    files = " ".join(shlex.quote(short_path(Path(file["file"]))) for file in found["files"])
    flags = "".join(f" --{key.replace('_', '-')} {value}" for key, value in found["read_with"].items() if value != ".")
    if project is None:
        command = f"quintile check SOURCE {files}{flags}"
    else:
        command = f"quintile run {files}{flags} --project {shlex.quote(short_path(project))}"
    return section("Then", said(" ".join(_STEPS)), said(command, QUIET))
