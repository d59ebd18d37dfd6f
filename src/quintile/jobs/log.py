"""log: a project's runs, and its snapshots; the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.errors import SettingsError
from quintile.jobs.project.key import has_state
from quintile.jobs.project.state import open_state
from quintile.snapshots.series import report_of, series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import Settings


def log(project: Path, settings: Settings) -> dict[str, Any]:
    """What happened in a project.

    Returns:
        ``runs``: when, what came in, how it ended; of a run that is going on or was killed ``ended`` is None.
        ``snapshots``: analysis date and what was known, model, customers, whether it is the published one.

    Raises:
        SettingsError: The folder is no project.
        StoreError: The state or a snapshot's report is damaged.
    """
    if not (project / STORE).is_dir():
        fix = "name the folder of quintile run --project"
        raise SettingsError("project", f"'{project}' is no project: it has no {STORE} folder", fix=fix)
    runs = open_state(project, settings).runs() if has_state(project, settings) else []
    found = []
    for one in reversed(series(project / STORE)):
        report = report_of(one)
        customers = sum(line["customers"] for line in report["segments"])
        found.append(
            {
                "snapshot": one.id,
                "as_of": one.as_of,
                "known": one.known,
                "spoken": one.spoken,
                "model": one.model,
                "customers": customers,
                "erased": report.get("erased", 0),
                "current": one.is_current,
            }
        )
    return {"runs": runs, "snapshots": found}
