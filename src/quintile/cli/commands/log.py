"""quintile log: a project's runs and snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.cli.common import Json, Project, asked, project_of, show_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("log", rich_help_panel="Keep")(_log)


def _log(*, project: Project = None, json: Json = False) -> None:
    """List a project's runs and snapshots, the newest first."""
    from quintile.jobs.log import log

    home = project_of(project)
    found = log(home, asked([], {}, project=home).settings)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.keeping import show_log

        show_log(found)
