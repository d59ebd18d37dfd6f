"""quintile quarantine: the rows that are set aside, as files to correct and read again."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import AsOf, Given, Json, Project, Sources, asked, job_progress, show_json
from quintile.cli.flags import with_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quarantine", rich_help_panel="Begin")(with_settings(_quarantine))


def _quarantine(
    sources: Sources = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the files.", metavar="DIR")],
    project: Project = None,
    as_of: AsOf = None,
    json: Json = False,
    flags: Given,
) -> None:
    """Write the rows that are set aside to CSV files, with the reasons, to be corrected and read again."""
    from quintile.jobs.quarantined import write_quarantine

    wish = asked(sources, flags, as_of=as_of, project=project)
    with job_progress(quiet=json) as on_step:
        found = write_quarantine(wish, out, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.quarantine import show_quarantine

        show_quarantine(found, project)
