"""quintile report: one result as one page for a browser."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import Playbook, Project, refuse_no_page


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", rich_help_panel="Score")(_report)


def _report(
    results: Annotated[
        Path | None, typer.Argument(help="Folder of a run's results.", metavar="[RESULTS]", show_default=False)
    ] = None,
    *,
    project: Project = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write. Default: report.html beside run.json.", metavar="FILE.html")
    ] = None,
    playbook: Playbook = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write a result as one HTML page that needs no network and names no customer."""
    from quintile.cli.show.plain import short_path
    from quintile.jobs.report_page import report

    refuse_no_page(out)
    written = report(results, project=project, out=out, playbook=playbook)
    typer.echo(short_path(written))
    if show:
        typer.launch(str(written.absolute()))
