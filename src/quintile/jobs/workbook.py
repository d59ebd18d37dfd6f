"""workbook: a result as one Excel file, made from its run.json and its customers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quintile.domain.engine_settings import EngineSettings
from quintile.export.workbook import Told, write_workbook
from quintile.jobs.project.one_result import customers_of, plays_for, read_report, readable, result_home
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.workplace.replacing import ZIPPED, replacing
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.segments.load import kept_scheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_DECIMALS = re.compile(r"DECIMAL\(\d+,\s*(\d+)\)")


def workbook(
    out: Path,
    results: Path | None = None,
    *,
    project: Path | None = None,
    playbook: Path | None = None,
    on_step: Callable[[str], None] = silent,
) -> Path:
    """Write a result as a workbook.

    Args:
        out: The file to write.
        results: A results folder, or the folder of one snapshot.
        project: A project; its current snapshot is taken.
        playbook: A playbook of the user's own; None takes the one that comes with the scheme.
        on_step: Told the name of each step as it begins.

    Returns:
        The file that was written.

    Raises:
        SettingsError: There is no result, it is not one, or the playbook does not fit.
        DataError: It has more customers than a sheet has rows, or a text that no cell can hold.
        StoreError: The file cannot be written.
    """
    home = result_home(results, project)
    report = read_report(home / RUN_JSON)
    scheme = kept_scheme(report["model"]["scheme"], report["model"]["scheme_text"])
    told = Told(report, scheme, plays_for(scheme, playbook))
    with (
        workplace([], EngineSettings(), readable(home), on_step=on_step) as place,
        replacing(out, "the workbook", ZIPPED) as draft,
    ):
        on_step("writing the workbook")
        customers = customers_of(place.engine, home)
        money = _DECIMALS.fullmatch(place.engine.columns(customers)["monetary"])
        batches = place.files.batches(customers)
        write_workbook(draft, place.staging, told, batches, decimals=int(money[1]) if money else 0)
    return out
