"""quintile init: a settings file to read and change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintile.cli.common import Project, job_progress
from quintile.cli.flags import SETTINGS_FILE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init", rich_help_panel="Begin")(_init)


def _init(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or databases to look at; none writes the defaults.", metavar="SOURCE"),
    ] = None,
    *,
    project: Project = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a settings file.")] = False,
) -> None:
    """Write quintile.toml: every setting with what the sources show or its default, and a comment."""
    from quintile.cli.show.settings import show_draft
    from quintile.config.read import read_settings
    from quintile.domain.settings import Settings
    from quintile.errors import SettingsError
    from quintile.jobs.init import draft_settings, write_settings
    from quintile.jobs.workplace.named import named_sources

    path = (project or Path()) / SETTINGS_FILE
    try:
        before = read_settings(path if path.is_file() else None, {})
    except SettingsError:
        if not force:
            raise
        before = Settings()  # what cannot be read cannot be kept
    chosen = named_sources(sources, before) if sources else []
    with job_progress(quiet=False) as on_step:
        draft = draft_settings(chosen, before, folder=path.parent, on_step=on_step)
    write_settings(path, draft.text, force=force)
    show_draft(path, draft)
