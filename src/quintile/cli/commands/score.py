"""quintile score: apply a kept model."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.commands.run import publish
from quintile.cli.common import AsOf, Given, Json, Project, Quiet, Sources, Wait, asked
from quintile.cli.flags import with_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score", rich_help_panel="Score")(with_settings(_score))


def _score(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    model: Annotated[Path, typer.Option(help="The model that quintile fit kept.", metavar="FILE")],
    out: Annotated[Path | None, typer.Option(help="Folder for the results.", metavar="DIR")] = None,
    project: Project = None,
    as_of: AsOf = None,
    json: Json = False,
    quiet: Quiet = False,
    wait: Wait = False,
    flags: Given,
) -> None:
    """Score and segment customers with the cut points of a kept model."""
    wish = asked(sources, flags, as_of=as_of, model=model, project=project, quiet=quiet)
    publish(wish, out=out, project=project, json=json, quiet=quiet, wait=wait)
