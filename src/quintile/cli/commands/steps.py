"""quintile steps: each segment in words, for the segment builder of a marketing tool."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import AsOf, Given, Model, Project, Results, Sources  # noqa: TC001 - as above
from quintile.cli.flags import with_settings
from quintile.cli.model_asked import model_asked, show_text


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("steps", rich_help_panel="Segment schemes")(with_settings(_steps))


def _steps(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    results: Results = None,
    project: Project = None,
    as_of: AsOf = None,
    model: Model = None,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file instead of the standard output.", metavar="FILE")
    ] = None,
    flags: Given,
) -> None:
    """Say each segment as steps for a marketing tool's segment builder, with this result's cut points."""
    from quintile.export.steps import steps_of, steps_text

    found = model_asked(
        "a segment", sources, flags, results=results, project=project, as_of=as_of, model=model, out=out
    )
    show_text(steps_text(steps_of(found.recipe, found.currency), found.intents), out, "the steps")
