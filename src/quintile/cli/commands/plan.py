"""quintile plan: the whole model as a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quintile.cli.common import (
    AsOf,
    Given,
    Json,
    Model,
    Playbook,
    Project,
    Results,
    Sources,
    asked,
    job_progress,
    refuse_settled,
    show_json,
)
from quintile.cli.flags import SETTINGS_FILE, with_settings
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.domain.business import BusinessSettings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", rich_help_panel="Score")(with_settings(_plan))


def _plan(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    results: Results = None,
    project: Project = None,
    as_of: AsOf = None,
    model: Model = None,
    playbook: Playbook = None,
    out: Annotated[Path | None, typer.Option(help="Folder for plan.md and plan.html.", metavar="DIR")] = None,
    json: Json = False,
    flags: Given,
) -> None:
    """Write the model down: definitions, cut points, segments, SQL and Python, actions, KPIs, limits."""
    if out is None and not json:
        raise SettingsError("out", "say where the plan goes", fix="write --out DIR for a folder, or --json")
    from quintile.jobs.plan import plan_of_result, plan_of_sources, refuse_place

    if out is not None:
        refuse_place(out)
    if results is None and (project is None or sources):
        wish = asked(sources, flags, as_of=as_of, model=model, project=project)
        with job_progress(quiet=json) as on_step:
            content = plan_of_sources(wish, playbook=playbook, on_step=on_step)
    else:
        refuse_settled("a plan", sources, flags, as_of=as_of, model=model)
        content = plan_of_result(_business(project), results, project=project, playbook=playbook)
    _shown(content, out, json=json)


def _business(project: Path | None) -> BusinessSettings:
    """What the settings file of the project, or of the current folder, says of the business."""
    from quintile.config.read import read_settings

    file = (project or Path()) / SETTINGS_FILE
    return read_settings(file if file.is_file() else None, {}).business


def _shown(content: dict[str, Any], out: Path | None, *, json: bool) -> None:
    from quintile.cli.show.plain import short_path
    from quintile.jobs.plan import write_plan

    written = write_plan(content, out) if out is not None else ()
    if json:
        show_json(content)
        return
    for file in written:
        typer.echo(short_path(file))
