"""quintile fit: learn cut points and keep them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintile.cli.common import AsOf, Given, Json, Project, Sources, asked, job_progress, show_json
from quintile.cli.flags import with_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fit", rich_help_panel="Score")(with_settings(_fit))


def _fit(
    sources: Sources = None,
    *,
    out: Annotated[Path, typer.Option(help="File for the model.", metavar="FILE")] = Path("model.json"),
    project: Project = None,
    as_of: AsOf = None,
    json: Json = False,
    flags: Given,
) -> None:
    """Learn the cut points of the sources' customers and keep them as a model file."""
    from quintile.jobs.fit import fit, keep_model, refuse_foreign

    refuse_foreign(out)

    wish = asked(sources, flags, as_of=as_of, project=project)
    with job_progress(quiet=json) as on_step:
        model, report = fit(wish, on_step=on_step)
    keep_model(model, out)
    if json:
        show_json(model.as_dict())
    else:
        from quintile.cli.show.report import show_fit

        show_fit(report, out)
