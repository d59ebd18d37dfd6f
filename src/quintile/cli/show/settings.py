"""Settings: what was written by init, and what a person has to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.cli.show.page import grid, put, said, section, stdout
from quintile.cli.show.palette import BAD, DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import several, short_path

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console, Group

    from quintile.errors import DataError
    from quintile.jobs.init import Keys, SettingsDraft


def show_draft(path: Path, draft: SettingsDraft, console: Console | None = None) -> None:
    """Show where the settings are, what was found, and each open question with the key that answers it."""
    asked = draft.questions
    style = DOUBTFUL if asked else GOOD
    note = f", with {several(len(asked), 'open question')}: search it for QUESTION" if asked else ""
    home = short_path(path.parent)
    project = "" if home == "." else f" --project {home}"
    put(
        console or stdout(),
        [
            said(f"Written: {short_path(path)}{note}", f"{HEADING} {style}"),
            _found(draft.found) if draft.found else None,
            *(_question(error) for error in asked),
            said(f"Next: quintile check SOURCE{project}", QUIET),
        ],
    )


def _found(found: Keys) -> Group:
    table = grid("ll")
    for (group, key), value in found.items():
        pairs = value.items() if isinstance(value, dict) else [("", value)]
        for role, column in pairs:
            table.add_row(said(f"{group}.{key}.{role}".removesuffix("."), QUIET), said(str(column)))
    return section("Found in the sources", table)


def _question(error: DataError) -> Group:
    table = grid("ll")
    for label, text in (("Where", str(error.place)), ("Fix", error.fix)):
        if text:
            table.add_row(said(label, QUIET), said(text))
    return section(error.message, table, style=BAD)
