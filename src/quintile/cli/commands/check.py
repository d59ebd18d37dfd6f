"""quintile check: what would be read, and what is the matter with it."""

from __future__ import annotations

from dataclasses import replace

import typer

from quintile.cli.common import AsOf, Backfill, Given, Json, Project, Sources, asked, job_progress, show_json
from quintile.cli.flags import with_settings

REJECTED = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", rich_help_panel="Begin")(with_settings(_check))


def _check(
    sources: Sources = None,
    *,
    project: Project = None,
    as_of: AsOf = None,
    backfill: Backfill = False,
    json: Json = False,
    flags: Given,
) -> None:
    """Read the sources and account for every row; publish nothing. Exit code 2 when they would be rejected."""
    from quintile.jobs.isolated import check_apart

    wish = replace(asked(sources, flags, as_of=as_of, project=project), backfill=backfill)
    with job_progress(quiet=json) as on_step:
        found = check_apart(wish, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.check import show_check

        show_check(found)
    if found["outcome"] == "reject":
        raise typer.Exit(REJECTED)
