"""quintile run: sources in, scored and segmented customers out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from quintile.cli.common import (
    AsOf,
    Backfill,
    Given,
    Json,
    Model,
    Project,
    Quiet,
    Sources,
    Wait,
    asked,
    job_progress,
    show_json,
)
from quintile.cli.flags import with_settings
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.jobs.workplace.wish import Wish


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", rich_help_panel="Score")(with_settings(_run))


def _run(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    out: Annotated[Path | None, typer.Option(help="Folder for the results.", metavar="DIR")] = None,
    project: Project = None,
    model: Model = None,
    as_of: AsOf = None,
    backfill: Backfill = False,
    json: Json = False,
    quiet: Quiet = False,
    wait: Wait = False,
    flags: Given,
) -> None:
    """Score and segment the customers of one or several sources."""
    wish = replace(asked(sources, flags, as_of=as_of, model=model, project=project, quiet=quiet), backfill=backfill)
    publish(wish, out=out, project=project, json=json, quiet=quiet, wait=wait)


def publish(wish: Wish, *, out: Path | None, project: Path | None, json: bool, quiet: bool, wait: bool = False) -> None:
    """Run the wish, publish its snapshot, show it.

    Raises:
        SettingsError: Neither or both of ``out`` and ``project`` are given.
    """
    from quintile.jobs.run import run

    folder = out or project
    if folder is None or (out is not None and project is not None):
        raise SettingsError(
            "out",
            "say where the results go" if folder is None else "the results can go to one place only",
            fix="write --out DIR for a folder, or --project DIR for a project's store",
        )
    with job_progress(quiet=quiet or json) as on_step:
        report = run(wish, folder, in_project=out is None, wait=wait, on_step=on_step)
    if json:
        show_json({key: value for key, value in report.items() if key not in {"folder", "stopped_runs", "not_logged"}})
    elif not quiet:
        from quintile.cli.show.report import show_report

        show_report(report)
