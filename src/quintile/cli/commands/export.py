"""quintile export: one result as a workbook, or as a list for each segment."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import Playbook, Project, job_progress
from quintile.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", rich_help_panel="Score")(_export)


def _export(  # noqa: PLR0913 - parameters of a command line
    results: Annotated[
        Path | None, typer.Argument(help="Folder of a run's results.", metavar="[RESULTS]", show_default=False)
    ] = None,
    *,
    project: Project = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write a workbook for Excel: segments, grid, customers, definitions.", metavar="FILE.xlsx"),
    ] = None,
    lists: Annotated[
        Path | None, typer.Option(help="Write a CSV file for each segment, and an index.", metavar="DIR")
    ] = None,
    segment: Annotated[str | None, typer.Option(help="Of the lists only that of this segment.", metavar="NAME")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin the lists with a mark by which Excel knows UTF-8.")] = False,
    playbook: Playbook = None,
) -> None:
    """Write a result for people and their tools: as a workbook, as one list a segment, or both."""
    _refuse_unclear(out, lists, segment, bom=bom, playbook=playbook)
    from quintile.cli.show.plain import several, short_path
    from quintile.jobs.lists import lists as write_lists
    from quintile.jobs.workbook import workbook

    with job_progress(quiet=False) as on_step:
        if out is not None:
            typer.echo(short_path(workbook(out, results, project=project, playbook=playbook, on_step=on_step)))
        if lists is not None:
            found = write_lists(lists, results, project=project, segment=segment, mark=bom, on_step=on_step)
    for one in found if lists is not None else []:
        typer.echo(f"{short_path(one.file)}: {several(one.customers, 'customer')}")


def _refuse_unclear(
    out: Path | None, lists: Path | None, segment: str | None, *, bom: bool, playbook: Path | None
) -> None:
    if out is None and lists is None:
        fix = "write --out FILE.xlsx for a workbook, --lists DIR for a list of each segment, or both"
        raise SettingsError("export", "say what to write", fix=fix)
    if lists is None and (segment is not None or bom):
        flag = "--segment" if segment is not None else "--bom"
        raise SettingsError("export", f"{flag} is about lists", fix="name their folder: --lists DIR")
    if out is None and playbook is not None:
        raise SettingsError("export", "--playbook is about the workbook", fix="name its file: --out FILE.xlsx")
    if out is not None and out.suffix.lower() != ".xlsx":
        raise SettingsError("export", f"'{out.name}' is no name of a workbook", fix="write --out FILE.xlsx")
