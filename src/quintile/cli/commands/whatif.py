"""quintile whatif: who would move if the model were another."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import (
    AsOf,
    Given,
    Json,
    Model,
    Project,
    Sources,
    asked,
    job_progress,
    refuse_sources,
    show_json,
)
from quintile.cli.flags import with_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("whatif", rich_help_panel="Score")(with_settings(_whatif))


def _whatif(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    project: Project = None,
    model: Model = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write the customers whose segment changes.", metavar="FILE.csv")
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
    flags: Given,
) -> None:
    """Compare the model as it is (quintile.toml, or --model) with the one the model flags describe; save nothing."""
    from quintile.jobs.whatif import whatif

    changes = flags.get("model", {})
    others = {group: keys for group, keys in flags.items() if group != "model"}
    refuse_sources(sources, project)
    wish = asked(sources, others, as_of=as_of, model=model, project=project)
    with job_progress(quiet=json) as on_step:
        found = whatif(wish, changes, out=out, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.whatif import show_whatif

        show_whatif(found, out)
