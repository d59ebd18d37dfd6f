"""quintile retention: remove what is older than the settings allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from quintile.cli.common import Json, Project, Wait, asked, job_progress, project_of, show_json
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection

    from quintile.domain.keeping import RetentionSettings

_LENGTH = "24mo|365d"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retention", rich_help_panel="Keep")(_retention)


def _retention(  # noqa: PLR0913 - parameters of a command line
    *,
    project: Project = None,
    snapshots: Annotated[str | None, typer.Option(help="Keep snapshots so long.", metavar=_LENGTH)] = None,
    rows: Annotated[str | None, typer.Option(help="Keep rows and orders so long.", metavar=_LENGTH)] = None,
    quarantine: Annotated[str | None, typer.Option(help="Keep rows set aside so long.", metavar=_LENGTH)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.", show_default=False)] = False,
    wait: Wait = False,
    json: Json = False,
) -> None:
    r"""Remove snapshots, rows and rows set aside that are too old; \[retention] in quintile.toml says the same."""
    from quintile.jobs.retention import retention

    home = project_of(project)
    given: dict[str, Any] = {"snapshots": snapshots, "rows": rows, "quarantine": quarantine}
    flags = {key: value for key, value in given.items() if value is not None}
    settings = asked([], {"retention": flags} if flags else {}, project=home).settings
    _refuse_no_length(settings.retention, flags)
    with job_progress(quiet=json) as on_step:
        found = retention(home, settings, dry_run=dry_run, wait=wait, on_step=on_step)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.keeping import show_retention

        show_retention(found)


def _refuse_no_length(chosen: RetentionSettings, flags: Collection[str]) -> None:
    """Refuse what is no length of time, under the name by which it was given."""
    from quintile.domain.window import WindowLength

    for key, text in vars(chosen).items():
        try:
            WindowLength.parse(text or "all")
        except SettingsError as error:
            flag, setting = f"--{key} ", f"{key} = "
            named = flag if key in flags else f"[retention] {setting}"
            example = f"{flag}24mo" if key in flags else f'{setting}"24mo"'
            fix = f"write for example {example}; in days 365d, in weeks 8w, in years 2y"
            raise SettingsError("retention", f"{named}'{text}' is no length of time", fix=fix) from error
