"""quintile kpis, alerts and cohorts: the figures of each segment over time, and what about them is worth a look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from quintile.cli.common import Json, Project, asked, job_progress, project_of, show_json
from quintile.cli.flags import mapping
from quintile.errors import SettingsError

ALERTED = 4
_PANEL = "Follow"
_HTML, _CSV = ".html", ".csv"
Engagement = Annotated[
    Path | None, typer.Option(help="Events of the mail programme: customer, event, time.", metavar="FILE")
]
Table = Annotated[Path | None, typer.Option(help="Also write every figure.", metavar="FILE.csv")]
Out = Annotated[
    Path | None,
    typer.Option(help="Also write them: FILE.html is a page with pictures, FILE.csv a table.", metavar="FILE"),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("kpis", rich_help_panel=_PANEL)(_kpis)
    app.command("alerts", rich_help_panel=_PANEL)(_alerts)
    app.command("cohorts", rich_help_panel=_PANEL)(_cohorts)


def _kpis(  # noqa: PLR0913 - parameters of a command line
    *,
    project: Project = None,
    segment: Annotated[str | None, typer.Option(help="Only this one, or all customers: all.", metavar="NAME")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First analysis date; the first there is by default.", metavar="SNAP")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Last one; the last there is by default.", metavar="SNAP")
    ] = None,
    engagement: Engagement = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", help="Which column of that file plays a role; repeat it.", metavar="ROLE=COLUMN"),
    ] = None,
    out: Table = None,
    json: Json = False,
) -> None:
    """Show the KPIs of each segment and whether they reach their targets."""
    from quintile.jobs.kpis import Series, kpis

    home = project_of(project)
    _refuse_out(out, _CSV)
    roles = {f"engagement.{role}": title for role, title in mapping(column or []).items()}
    settings = asked([], {"reading": {"map": roles}} if roles else {}, project=home).settings
    if engagement is not None:
        settings = replace(settings, kpis=replace(settings.kpis, engagement=str(engagement)))
    if roles and settings.kpis.engagement is None:
        message = "--map names columns of the mail programme's file, and no such file is named"
        raise SettingsError("map", message, fix="name it: --engagement FILE; or drop --map")
    with job_progress(quiet=json) as on_step:
        found = kpis(home, settings, Series(start, end, segment), on_step=on_step)
    if out is not None:
        from quintile.jobs.kpi.kpi_file import write_kpis

        write_kpis(found, out)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.kpis import show_kpis

        show_kpis(found, out)


def _alerts(
    *,
    project: Project = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send them to \\[alerts] webhook, each set once.", show_default=False)
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with exit code 4 when there are some.", show_default=False)
    ] = False,
    json: Json = False,
) -> None:
    """Show which targets the last analysis date misses, and which segments moved more than they usually do."""
    from quintile.jobs.alerts import alerts

    home = project_of(project)
    settings = asked([], {}, project=home).settings
    with job_progress(quiet=json) as on_step:
        found = alerts(home, settings, on_step=on_step)
        if send:
            from quintile.jobs.sending import send_alerts

            on_step("sending")
            found["sent"] = send_alerts(home, settings, found)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.kpis import show_alerts

        show_alerts(found)
    if exit_code and found["alerts"]:
        raise typer.Exit(ALERTED)


def _cohorts(
    *,
    project: Project = None,
    snapshot: Annotated[
        str, typer.Option("--at", help="As known there: last, first, a date, DATE@N, or an id.", metavar="SNAP")
    ] = "last",
    out: Out = None,
    json: Json = False,
) -> None:
    """Show customers by the month of their first order: who ordered again, month after month."""
    from quintile.jobs.cohorts import cohorts, write_cohorts

    home = project_of(project)
    _refuse_out(out, _CSV, _HTML)
    with job_progress(quiet=json) as on_step:
        found = cohorts(home, snapshot, on_step=on_step)
    if out is not None:
        write_cohorts(found, out)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.cohorts import show_cohorts

        show_cohorts(found, out)


def _refuse_out(out: Path | None, *suffixes: str) -> None:
    """Refuse a file of another kind than is written, or without a folder, before anything is counted."""
    from quintile.jobs.workplace.replacing import refuse_missing_folder

    if out is None:
        return
    if out.suffix not in suffixes:
        fix = "write " + " or ".join(f"--out FILE{suffix}" for suffix in suffixes)
        raise SettingsError("out", f"'{out.name}' is no name for what is written", fix=fix)
    refuse_missing_folder(out)
