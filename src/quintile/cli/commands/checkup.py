"""quintile checkup: what a project needs from its owner from time to time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from quintile.cli.common import Json, Project, asked, job_progress, project_of, show_json
from quintile.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("checkup", rich_help_panel="Keep")(_checkup)


def _checkup(
    *,
    project: Project = None,
    reviewed: Annotated[
        bool, typer.Option("--reviewed", help="The definitions have just been reviewed.", show_default=False)
    ] = False,
    day: Annotated[
        str | None, typer.Option("--date", help="Another day than the shop's today.", metavar="DATE")
    ] = None,
    json: Json = False,
) -> None:
    """Say what is due: new orders, a review of the definitions, a look at ids; with dates."""
    from quintile.jobs.checkup import checkup
    from quintile.jobs.workplace.workplace import today

    home = project_of(project)
    settings = asked([], {}, project=home).settings
    wanted = today(settings.ledger.time_zone) if day is None else _parsed(day)
    with job_progress(quiet=json) as on_step:
        found = checkup(home, settings, wanted, reviewed=reviewed, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.checkup import show_checkup

        show_checkup(found)


def _parsed(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError("date", f"'{text}' is no day", fix="write --date 2025-07-01") from error
