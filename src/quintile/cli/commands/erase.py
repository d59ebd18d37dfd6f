"""quintile erase: take a person out of a project for good."""

from __future__ import annotations

from typing import Annotated

import typer

from quintile.cli.common import Json, Project, Wait, asked, job_progress, project_of, show_json

LEFT = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase", rich_help_panel="Keep")(_erase)


def _erase(
    persons: Annotated[
        list[str],
        typer.Argument(help="Ids, e-mails or phone numbers; whoever they name is erased.", metavar="ID|EMAIL|PHONE"),
    ],
    *,
    project: Project = None,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Erase persons from every file of a project, and keep them out; with exit code 2 if a file had to be left."""
    from quintile.jobs.erase import erase

    home = project_of(project)
    with job_progress(quiet=json) as on_step:
        found = erase(home, persons, asked([], {}, project=home).settings, wait=wait, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.keeping import show_certificate

        show_certificate(found)
    if found["left"]:
        raise typer.Exit(LEFT)
