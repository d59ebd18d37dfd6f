"""report: one result as one HTML page, made from its run.json and, in a project, that of the snapshot before it.

run.json lists the checksums of the snapshot's files; the page is not among them, because it is made from run.json.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.errors import Place, SettingsError, StoreError
from quintile.export.report import report_page
from quintile.jobs.project import RUN_JSON, STORE
from quintile.playbook.load import plays_of
from quintile.segments.load import kept_scheme
from quintile.snapshots.store import CURRENT, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Scheme

PAGE = "report.html"
_NEEDED = frozenset(
    ("snapshot", "as_of", "window", "counts", "model", "segments", "grid", "tie_receipt", "bridge", "inputs", "assumed")
)
_DAY = len("2025-07-01")


def report(results: Path | None = None, *, project: Path | None = None, out: Path | None = None) -> Path:
    """Write the page of a result.

    Args:
        results: A results folder, or the folder of one snapshot.
        project: A project; its current snapshot is taken.
        out: The file to write; None puts it beside run.json, where a run puts it too.

    Returns:
        The file that was written.

    Raises:
        SettingsError: There is no result, it is not one, or not exactly one of the two is named.
        StoreError: The file cannot be written.
    """
    if (results is None) == (project is None):
        message = "say which result to show" if results is None else "one result can be shown at a time"
        raise SettingsError("results", message, fix="name a results folder, or a project: --project DIR")
    home = _home(results or Path(), project)
    page = _page(home, history=home.parent if project else None)
    target = out or home / PAGE
    try:
        _replace(target, page)
        if out is None and results is not None and (results / CURRENT).is_symlink():
            target = _linked(results)
    except OSError as error:
        message = f"the page cannot be written ({error.strerror})"
        raise StoreError("output", message, fix="name another file: --out FILE", place=Place(str(target))) from error
    return target


def write_page(home: Path, *, history: Path | None = None) -> None:
    """Put the page beside the run.json of a snapshot that is being written.

    Args:
        home: The snapshot's folder.
        history: The folder of the snapshots before it, if any.
    """
    (home / PAGE).write_text(_page(home, history=history), encoding="utf-8", newline="\n")


def _home(results: Path, project: Path | None) -> Path:
    """The folder of the snapshot, so that a run that publishes meanwhile changes nothing under our hands."""
    root = project / STORE if project else results
    current = Store(root).current() if root.is_dir() else None
    if current is None and project is not None:
        fix = f"publish one: quintile run SOURCE --project {project}"
        raise SettingsError("project", "the project has no snapshot yet", fix=fix, place=Place(str(project)))
    return current or root


def _page(home: Path, *, history: Path | None) -> str:
    found = _read(home / RUN_JSON)
    scheme = kept_scheme(found["model"]["scheme"], found["model"]["scheme_text"])
    return report_page(found, scheme, _playbook(scheme), None if history is None else _before(history, found))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        fix = "name the folder that a run wrote: quintile run SOURCE --out DIR"
        raise SettingsError("results", "the results cannot be read", fix=fix, place=Place(str(path))) from error
    if not isinstance(found, dict) or not _NEEDED.issubset(found):
        message, fix = "the file is no report of a run", "write it anew: quintile run SOURCE --out DIR"
        raise SettingsError("results", message, fix=fix, place=Place(str(path)))
    return found


def _playbook(scheme: Scheme | None) -> Playbook | None:
    """What comes with the scheme; a scheme of the user's own has no playbook, and needs none to be shown."""
    try:
        return plays_of(scheme) if scheme else None
    except SettingsError:
        return None


def _before(history: Path, found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last snapshot of an earlier analysis date, if the same scheme made it: its date and its segments."""
    names = sorted((path.name for path in history.iterdir() if path.name[:_DAY] <= found["as_of"][:_DAY]), reverse=True)
    for name in names:
        run = history / name / RUN_JSON
        if not run.is_file():
            continue
        other = _read(run)
        if other["as_of"] < found["as_of"]:
            same = all(other["model"][key] == found["model"][key] for key in ("scheme", "scheme_text", "scale"))
            return {"as_of": other["as_of"], "segments": other["segments"]} if same else None
    return None


def _replace(target: Path, page: str) -> None:
    """All of the page or none of it, also where the one before is being read."""
    draft = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        draft.write_text(page, encoding="utf-8", newline="\n")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _linked(results: Path) -> Path:
    """The page at the top of a results folder, as a run would have linked it."""
    link = results / PAGE
    if not os.path.lexists(link):
        link.symlink_to(f"{CURRENT}/{PAGE}")
    return link
