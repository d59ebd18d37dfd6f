"""quintile history: the snapshots of past dates, from the orders as they are known now."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from quintile.cli.common import Json, Project, Quiet, Wait, job_progress, show_json
from quintile.cli.flags import SETTINGS_FILE
from quintile.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("history", rich_help_panel="Follow")(_history)


def _history(  # noqa: PLR0913 - parameters of a command line
    *,
    project: Project = None,
    every: Annotated[
        str, typer.Option(help="Distance between the dates.", metavar="day|week|month|quarter|year|10d")
    ] = "month",
    start: Annotated[str | None, typer.Option("--from", help="First analysis date.", metavar="DATE")] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", help="Last analysis date; the last published one by default.", metavar="DATE"),
    ] = None,
    refit: Annotated[
        bool | None, typer.Option(help="Learn the cut points anew at each date.", show_default=False)
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    wait: Wait = False,
) -> None:
    """Publish snapshots of past dates in one pass over the project's orders; the current one stays."""
    from quintile.config.read import read_settings
    from quintile.domain.rhythm import Rhythm
    from quintile.jobs.history import Dates, history

    if project is None:
        raise SettingsError("project", "say which project", fix="write --project DIR")
    first = _day(start, "from")
    if first is None:
        raise SettingsError("from", "say which date is the first", fix="write --from 2024-01-01")
    flags = {} if refit is None else {"refresh": {"refit": refit}}
    file = project / SETTINGS_FILE
    settings = read_settings(file if file.is_file() else None, flags)
    with job_progress(quiet=quiet or json) as on_step:
        dates = Dates(Rhythm.parse(every), first, _day(end, "to"))
        found = history(project, settings, dates, wait=wait, on_step=on_step)
    if json:
        show_json(found)
    elif not quiet:
        from quintile.cli.show.history import show_history

        show_history(found)


def _day(text: str | None, flag: str) -> date | None:
    """A date without a time of day.

    Raises:
        SettingsError: It is something else.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(flag, f"'{text}' is no date", fix=f"write --{flag} 2024-01-01") from error
