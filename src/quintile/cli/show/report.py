"""Report: the page after run, score and demo, and the shorter one after fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from quintile.cli.show.assumed import shown_assumptions
from quintile.cli.show.bridge import bridge
from quintile.cli.show.drift import held_and_moved
from quintile.cli.show.page import grid, put, said, section, stdout, warnings
from quintile.cli.show.palette import GOOD, HEADING, QUIET
from quintile.cli.show.pictures import concentration, spread
from quintile.cli.show.plain import several, short_path
from quintile.cli.show.refresh import accepted_drifts, refreshed
from quintile.cli.show.scores import scores
from quintile.cli.show.segments import heat_grid, segments
from quintile.domain.settings import NO_SCHEME
from quintile.export.assumed import of_model, of_money, of_reading, of_second, sources

if TYPE_CHECKING:
    from rich.console import Console

_FILES = {
    "customers.parquet": "one row a customer: R, F, M, scores, segment",
    "customers.csv": "the same as text",
    "customers.table": "says where the customers are",
    "segments.csv": "one row a segment",
    "model.json": "the model with its cut points: quintile score --model",
    "report.html": "the page to read and to show: open it in a browser",
    "run.json": "this report, and checksums of all files",
}


def show_report(report: dict[str, Any], console: Console | None = None) -> None:
    """Show what a run found and where its files are.

    Args:
        report: What ``jobs.run`` returns.
        console: Where to show it; the standard output if None.
    """
    console = console or stdout()
    counts = report["counts"]
    title = f"{several(counts['customers'], 'customer')} scored as of {report['as_of']}"
    put(
        console,
        [
            said(title, f"{HEADING} {GOOD}"),
            refreshed(report.get("refresh")),
            held_and_moved(report),
            *_read(report),
            *segments(report, console),
            heat_grid(report),
            concentration(report, console),
            scores(report),
            spread(report, console),
            _files(report),
        ],
    )


def show_fit(report: dict[str, Any], out: Path, console: Console | None = None) -> None:
    """Show what a model was learned from, its cut points, and where it was written.

    Args:
        report: The report of the run that the model was learned in.
        out: The model's file.
        console: Where to show it; the standard output if None.
    """
    path = short_path(out)
    title = f"Cut points learned from {several(report['counts']['customers'], 'customer')} as of {report['as_of']}"
    kept = grid("ll")
    kept.add_row(said(path, HEADING), said(f"quintile score SOURCE --model {path} --out DIR", QUIET))
    put(
        console or stdout(),
        [said(title, f"{HEADING} {GOOD}"), *_read(report), scores(report), section("The model", kept)],
    )


def _read(report: dict[str, Any]) -> list[Group | Text | None]:
    lines = [
        ("Source", sources(report["inputs"]), ""),
        *of_reading(report["assumed"]),
        of_money(report),
        *of_second(report.get("second_tables", [])),
        *of_model(report),
    ]
    return [
        shown_assumptions(lines),
        warnings(report["warnings"]),
        accepted_drifts(report.get("refresh")),
        bridge(report["bridge"]),
        _set_aside(report),
    ]


def _set_aside(report: dict[str, Any]) -> Text | None:
    rows = report["counts"]["rows_quarantined"]
    if not rows:
        return None
    verb = "is" if rows == 1 else "are"
    return said(f"{several(rows, 'row')} {verb} set aside. Which and why: quintile check SOURCE", QUIET)


def _files(report: dict[str, Any]) -> Group:
    """The results folder where it has links to this snapshot, else the snapshot's own folder."""
    folder = Path(report["folder"])
    top = folder.parent.parent
    home = top if (top / "run.json").exists() else folder
    table = grid("ll")
    for name, meaning in _FILES.items():
        if name in report["files"] or name == "run.json" or (folder / name).exists():
            table.add_row(said(name, HEADING), said(meaning, QUIET))
    stopped = [said(f"Removed what a killed run had left: {run}", QUIET) for run in report["stopped_runs"]]
    if "not_logged" in report:
        stopped.append(said(f"The run could not be written into the project's state: {report['not_logged']}", QUIET))
    files = section(f"Files in {short_path(home)}", table, *stopped, said(f"Snapshot {report['snapshot']}", QUIET))
    if report["model"]["scheme"] == NO_SCHEME:
        return files
    return Group(files, Text(), said(f"What to do: quintile playbook --results {short_path(home)}", QUIET))
