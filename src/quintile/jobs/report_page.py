"""report: one result as one HTML page, made from its run.json and, in a project, the snapshots before it.

run.json lists the checksums of the snapshot's files; the page is not among them, because it is made from run.json.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from quintile.config.read import SETTINGS_FILE, read_settings
from quintile.domain.snapshot import as_now_known
from quintile.errors import StoreError
from quintile.export.report import report_page
from quintile.jobs.project.one_result import plays_for, read_report, result_home
from quintile.jobs.project.past import past_of
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.results.result import PAGE
from quintile.jobs.workplace.replacing import HTML, replacing
from quintile.jobs.workplace.server import with_storage
from quintile.jobs.workplace.workplace import workplace
from quintile.segments.load import kept_scheme
from quintile.snapshots.series import series
from quintile.snapshots.store import CURRENT, STORE

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.export.past import Past


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
        StoreError: The file cannot be written, or an earlier snapshot is damaged.
    """
    home = result_home(results, project)
    page = _page(home, _past_in(project, home) if project else None, playbook)
    target = out or home / PAGE
    with replacing(target, "the page", HTML) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    if out is None and results is not None and (results / CURRENT).is_symlink():
        with contextlib.suppress(OSError):  # the page is there, if not at the top as well
            return _linked(results)
    return target


def write_page(home: Path, past: Past | None = None) -> None:
    """Put the page beside the run.json of a snapshot that is being written.

    Args:
        home: The snapshot's folder.
        past: What was before it, in a project.
    """
    (home / PAGE).write_text(_page(home, past), encoding="utf-8", newline="\n")


def _page(home: Path, past: Past | None = None, playbook: Path | None = None) -> str:
    found = read_report(home / RUN_JSON)
    scheme = kept_scheme(found["model"]["scheme"], found["model"]["scheme_text"])
    return report_page(found, scheme, plays_for(scheme, playbook), past)


def _past_in(project: Path, home: Path) -> Past | None:
    file = project / SETTINGS_FILE
    settings = read_settings(file if file.is_file() else None, {})
    store = project / STORE
    engine = with_storage(settings.engine, project)
    with workplace((), engine, store, anywhere=True) as place:
        told = read_report(home / RUN_JSON)
        past = past_of(place.engine, home, told, store, settings.alerts.least_customers)
    if past is None:
        return None
    try:
        return _with_reasons(past, project, home, settings)
    except StoreError as error:
        return replace(past, why=[f"This cannot be told: {error.message}."])


def _with_reasons(past: Past, project: Path, home: Path, settings: Settings) -> Past:
    """The same with the missed targets and why customers moved; a page that a run writes does without."""
    from quintile.jobs.alerts import missed_targets  # noqa: PLC0415 - a run does not load it
    from quintile.jobs.migration import migrated  # noqa: PLC0415 - likewise

    dates = as_now_known(series(project / STORE))
    ends = next((pair for pair in pairwise(dates) if pair[1].id == home.name), None)
    if ends is None or past.moves is None:
        return past
    missed = missed_targets(project, settings, ends[1].as_of)
    return replace(past, missed=missed, why=migrated(project / STORE, *ends, settings.engine)["statements"])


def _linked(results: Path) -> Path:
    """The page at the top of a results folder, as a run would have linked it."""
    link = results / PAGE
    if not os.path.lexists(link):
        link.symlink_to(f"{CURRENT}/{PAGE}")
    return link
