"""report: one result as one HTML page, made from its run.json and, in a project, that of the snapshot before it.

run.json lists the checksums of the snapshot's files; the page is not among them, because it is made from run.json.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from quintile.export.report import report_page
from quintile.jobs.one_result import plays_for, read_report, result_home
from quintile.jobs.project import RUN_JSON
from quintile.jobs.replacing import replacing
from quintile.segments.load import kept_scheme
from quintile.snapshots.store import CURRENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PAGE = "report.html"
_DAY = len("2025-07-01")


def report(
    results: Path | None = None,
    *,
    project: Path | None = None,
    out: Path | None = None,
    playbook: Path | None = None,
) -> Path:
    """Write the page of a result.

    Args:
        results: A results folder, or the folder of one snapshot.
        project: A project; its current snapshot is taken.
        out: The file to write; None puts it beside run.json, where a run puts it too.
        playbook: A playbook of the user's own; None takes the one that comes with the scheme.

    Returns:
        The file that was written.

    Raises:
        SettingsError: There is no result, it is not one, not exactly one of the two is named, or the playbook does
            not fit the result's scheme.
        StoreError: The file cannot be written.
    """
    home = result_home(results, project)
    page = _page(home, history=home.parent if project else None, playbook=playbook)
    target = out or home / PAGE
    with replacing(target, "the page") as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    if out is None and results is not None and (results / CURRENT).is_symlink():
        with contextlib.suppress(OSError):  # the page is there, if not at the top as well
            return _linked(results)
    return target


def write_page(home: Path, *, history: Path | None = None) -> None:
    """Put the page beside the run.json of a snapshot that is being written.

    Args:
        home: The snapshot's folder.
        history: The folder of the snapshots before it, if any.
    """
    (home / PAGE).write_text(_page(home, history=history), encoding="utf-8", newline="\n")


def _page(home: Path, *, history: Path | None, playbook: Path | None = None) -> str:
    found = read_report(home / RUN_JSON)
    scheme = kept_scheme(found["model"]["scheme"], found["model"]["scheme_text"])
    before = None if history is None else _before(history, found)
    return report_page(found, scheme, plays_for(scheme, playbook), before)


def _before(history: Path, found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last snapshot of an earlier analysis date, if the same scheme made it: its date and its segments."""
    names = sorted((path.name for path in history.iterdir() if path.name[:_DAY] <= found["as_of"][:_DAY]), reverse=True)
    for name in names:
        run = history / name / RUN_JSON
        if not run.is_file():
            continue
        other = read_report(run)
        if other["as_of"] < found["as_of"]:
            same = all(other["model"][key] == found["model"][key] for key in ("scheme", "scheme_text", "scale"))
            return {"as_of": other["as_of"], "segments": other["segments"]} if same else None
    return None


def _linked(results: Path) -> Path:
    """The page at the top of a results folder, as a run would have linked it."""
    link = results / PAGE
    if not os.path.lexists(link):
        link.symlink_to(f"{CURRENT}/{PAGE}")
    return link
