"""quintile verify: is everything in a project as it was written?"""

from __future__ import annotations

from typing import Annotated

import typer

from quintile.cli.common import Given, Json, Project, Wait, asked, job_progress, project_of, show_json
from quintile.cli.flags import with_settings

DAMAGED = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify", rich_help_panel="Keep")(with_settings(_verify))


def _verify(
    *,
    project: Project = None,
    recompute: Annotated[
        bool,
        typer.Option("--recompute", help="Also make the current snapshot anew and compare.", show_default=False),
    ] = False,
    wait: Wait = False,
    json: Json = False,
    flags: Given,
) -> None:
    """Check a project's files, sums, pointer and state; with exit code 2 if anything is damaged."""
    from quintile.jobs.verify import verify

    home = project_of(project)
    settings = asked([], flags, project=home).settings
    with job_progress(quiet=json) as on_step:
        found = verify(home, settings, recompute=recompute, wait=wait, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.keeping import show_verified

        show_verified(found)
    if found["problems"]:
        raise typer.Exit(DAMAGED)
