"""quintile migration and quintile delta: who moved between the snapshots of a project, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quintile.cli.common import Json, Project, job_progress, show_json
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.jobs.moves.movements import Wanted

_PANEL = "Follow"
_CSV, _HTML = ".csv", ".html"
Out = Annotated[
    Path | None,
    typer.Option(
        help="Also write it: FILE.html is a page with the flow, FILE.csv the customers who moved.", metavar="FILE"
    ),
]
Pair = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--list",
        help="Write only the customers of these two segments to --out FILE.csv; 'new' or 'lost' for either end.",
        metavar="FROM TO",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("migration", rich_help_panel=_PANEL)(_migration)
    app.command("delta", rich_help_panel=_PANEL)(_delta)


def _migration(  # noqa: PLR0913 - parameters of a command line
    *,
    project: Project = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Snapshot: a date, DATE@N, an id, or first.", metavar="SNAP")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Snapshot; the last by default.", metavar="SNAP")] = None,
    series: Annotated[bool, typer.Option("--series", help="From each date to the next.", show_default=False)] = False,
    pair: Pair = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Show who moved between segments from one snapshot to another, and why; nothing is published."""
    from quintile.jobs.migration import Between, migration, migration_series

    folder, wanted, between = _folder(project), _wanted(out, pair), Between(start, end)
    if series and out is not None:
        fix = "write --from and --to with it, or drop it: --series --json"
        raise SettingsError("out", "a series has no list and no page", fix=fix)
    with job_progress(quiet=json) as on_step:
        if series:
            found = migration_series(folder, between, on_step=on_step)
        else:
            found = migration(folder, between, wanted=wanted, on_step=on_step)
    _show(found, out, json=json)


def _delta(  # noqa: PLR0913 - parameters of a command line
    *,
    project: Project = None,
    as_of: Annotated[
        str | None, typer.Option(help="The date; the latest known in two versions by default.", metavar="DATE")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Ledger number; the first by default.", metavar="N")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Ledger number; the last by default.", metavar="M")] = None,
    pair: Pair = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Show what late rows and refunds changed about one analysis date since it was first published."""
    from quintile.jobs.delta import delta
    from quintile.jobs.migration import Between

    folder, wanted = _folder(project), _wanted(out, pair)
    with job_progress(quiet=json) as on_step:
        found = delta(folder, as_of, Between(start, end), wanted=wanted, on_step=on_step)
    _show(found, out, json=json)


def _folder(project: Path | None) -> Path:
    if project is None:
        raise SettingsError("project", "say which project", fix="write --project DIR")
    return project


def _wanted(out: Path | None, pair: tuple[str, str] | None) -> Wanted | None:
    """The list to write, if one is asked for."""
    from quintile.jobs.moves.movements import Wanted
    from quintile.jobs.workplace.replacing import refuse_missing_folder

    if out is None and pair is None:
        return None
    if out is None or (out.suffix not in {_CSV, _HTML}) or (pair is not None and out.suffix != _CSV):
        fix = "write --out FILE.csv" if pair is not None else "write --out FILE.csv for a list, FILE.html for a page"
        raise SettingsError("out", "say what to write", fix=fix)
    refuse_missing_folder(out)
    return Wanted(out, pair) if out.suffix == _CSV else None


def _show(found: dict[str, Any], out: Path | None, *, json: bool) -> None:
    if out is not None and out.suffix == _HTML:
        from quintile.jobs.migration_page import write_migration

        write_migration(found, out)
    if json:
        show_json(found)
        return
    from quintile.cli.show.migration import show_migration, show_series

    if "steps" in found:
        show_series(found)
    else:
        show_migration(found, out)
