"""quintile drift: how far the cut points of a project have drifted, and whom a refit would move."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import Json, Project, job_progress, project_of, show_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drift", rich_help_panel="Follow")(_drift)


def _drift(
    *,
    project: Project = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write who would change segment, a CSV file.", metavar="FILE.csv")
    ] = None,
    json: Json = False,
) -> None:
    """Show how far a project's cut points have drifted, and who would move by a refit; nothing is published."""
    from quintile.jobs.cut_drift import cut_drift
    from quintile.jobs.migration import engine_settings

    home = project_of(project)
    with job_progress(quiet=json) as on_step:
        found = cut_drift(home, engine_settings(home), out=out, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.drift import show_drift

        show_drift(found, out)
