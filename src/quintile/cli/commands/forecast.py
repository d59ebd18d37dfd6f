"""quintile forecast: who will leave which segment, and when, if nobody buys."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import Json, Project, job_progress, project_of, show_json
from quintile.cli.flags import SETTINGS_FILE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forecast", rich_help_panel="Follow")(_forecast)


def _forecast(
    *,
    project: Project = None,
    days: Annotated[int, typer.Option(help="How many days to look ahead.", metavar="N")] = 90,
    segment: Annotated[
        str | None, typer.Option(help="Only customers who leave this segment.", metavar="SEGMENT")
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="Snapshot: a date, DATE@N, an id, first or last.", metavar="SNAP")
    ] = "last",
    out: Annotated[
        Path | None, typer.Option(help="Also write every move with date and customer id.", metavar="FILE.csv")
    ] = None,
    json: Json = False,
) -> None:
    """Show how many customers leave which segment on which day if nobody buys; nothing is published."""
    from quintile.config.read import read_settings
    from quintile.jobs.forecast import Horizon, forecast

    home = project_of(project)
    file = home / SETTINGS_FILE
    settings = read_settings(file if file.is_file() else None, {})
    with job_progress(quiet=json) as on_step:
        found = forecast(home, settings.engine, Horizon(days, segment, as_of), out=out, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.forecast import show_forecast

        show_forecast(found, out)
