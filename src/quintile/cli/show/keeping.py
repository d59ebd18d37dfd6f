"""Keeping: what happened in a project, whether all of it is sound, who was erased, what was too old."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import number, several, short_path

if TYPE_CHECKING:
    from rich.console import Console, Group

_MOST = 50
_ROOMS = {
    "ledger": "row",
    "superseded": "replaced row",
    "identity": "person",
    "quarantine": "row set aside",
    "orders": "kept order",
    "customers": "customer id",
}
_PLURALS = {"person": "people", "row set aside": "rows set aside"}


def show_log(found: dict[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.log`` returns."""
    put(console or stdout(), [_runs(found["runs"]), _snapshots(found["snapshots"])])


def _runs(runs: list[dict[str, Any]]) -> Group:
    table = grid("rllrrl")
    table.add_row(*quiet("run", "began", "outcome", "rows", "new", "snapshot"))
    for run in runs[:_MOST]:
        outcome = " ".join(filter(None, (run["outcome"], run["code"] and f"({run['code']})")))
        style = GOOD if run["outcome"] in {"published", "added", "unchanged"} else DOUBTFUL
        rows = ["" if run[key] is None else number(run[key]) for key in ("rows_in", "rows_new")]
        cells = (str(run["id"]), run["started"], outcome, *rows, run["snapshot"] or "")
        table.add_row(*(said(cell, style if place == 2 else "") for place, cell in enumerate(cells)))  # noqa: PLR2004
    return section("Runs", table if runs else said("none yet", QUIET), _more(len(runs)))


def _snapshots(snapshots: list[dict[str, Any]]) -> Group:
    table = grid("lrlll")
    table.add_row(*quiet("date@known", "customers", "model", "snapshot", ""))
    for one in snapshots[:_MOST]:
        notes = ["published"] if one["current"] else []
        notes += [f"{several(one['erased'], 'customer')} erased"] if one["erased"] else []
        cells = (one["spoken"], number(one["customers"]), one["model"][:12], one["snapshot"], ", ".join(notes))
        table.add_row(*(said(cell, HEADING if one["current"] else "") for cell in cells))
    return section("Snapshots", table if snapshots else said("none yet", QUIET), _more(len(snapshots)))


def _more(count: int) -> Any:  # noqa: ANN401 - a line of rich text, or nothing
    return said(f"and {number(count - _MOST)} more; all of them: --json", QUIET) if count > _MOST else None


def show_verified(found: dict[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.verify`` returns."""
    problems = found["problems"]
    looked = f"{several(found['snapshots'], 'snapshot')}, {several(found['files'], 'file')} checked"
    looked += ", the current snapshot made anew" if found["recomputed"] else ""
    title = f"{several(len(problems), 'problem')} found" if problems else "Everything is as it was written"
    table = grid("ll")
    for problem in problems:
        table.add_row(said(problem["file"], HEADING), said(problem["problem"]))
        table.add_row(said(""), said(f"Fix: {problem['fix']}", QUIET))
    again = found["erased_again"]
    note = None
    if again is not None:
        note = said("Persons erased before stood in the project again; they were erased again", DOUBTFUL)
    style = DOUBTFUL if problems else GOOD
    put(
        console or stdout(),
        [said(title, f"{HEADING} {style}"), said(looked, QUIET), note, section("Damaged", table) if problems else None],
    )


def show_certificate(found: dict[str, Any], console: Console | None = None) -> None:
    """Show the certificate of an erasure; it names nobody."""
    table = grid("lr")
    for key, what in (
        ("ledger_rows", "rows of the ledger"),
        ("quarantined_rows", "rows set aside"),
        ("snapshots", "snapshots"),
        ("files_rewritten", "files rewritten"),
        ("tombstones", "tombstones"),
    ):
        table.add_row(said(what), said(number(found[key])))
    notes = []
    if not found["second_copy"]:
        text = "The second copy of the tombstones could not be written: name a place with [state] tombstones"
        notes.append(said(text, DOUBTFUL))
    if found["shared_contacts"]:
        contacts = several(found["shared_contacts"], "contact")
        notes.append(said(f"{contacts} stay, because other customers have the same: name them too to erase", DOUBTFUL))
    if found["sent"]["messages"]:
        sent = several(found["sent"]["messages"], "message")
        notes.append(said(f"{sent} of alerts had been sent: they name nobody, so nothing is to be called back", QUIET))
    left = [said(file, HEADING) for file in found["left"]]
    fix = said("Fix: remove these files, or make them anew", QUIET)
    put(
        console or stdout(),
        [
            said(f"Erased: certificate {found['certificate']:06}", f"{HEADING} {GOOD}"),
            section("What was done", table, *notes),
            section("Files that still name the person", *left, fix, style=DOUBTFUL) if left else None,
            said(f"Certificate: {short_path(Path(found['file']))}", QUIET),
        ],
    )


def show_retention(found: dict[str, Any], console: Console | None = None) -> None:
    """Show what was, or would be, removed."""
    table = grid("lr")
    if found["snapshots"]:
        table.add_row(said("snapshots"), said(number(len(found["snapshots"]))))
    for room, rows in found["rows"].items():
        one = _ROOMS[room]
        table.add_row(said(_PLURALS.get(one, f"{one}s")), said(number(rows)))
    nothing = not (found["snapshots"] or found["rows"])
    title = "Nothing is too old" if nothing else "Would be removed" if found["dry_run"] else "Removed"
    limits = ", ".join(f"{kind} from {day} on" for kind, day in found["from"].items() if day)
    put(console or stdout(), [section(title, None if nothing else table, said(f"Kept: {limits}", QUIET))])
