"""Movers: the file with the customers whose segment would change; it never replaces a file of another kind."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from quintile.jobs.results.for_people import for_people
from quintile.jobs.workplace.replacing import refuse_other_list, replacing

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.engine.render import Sql
    from quintile.jobs.workplace.workplace import Workplace

HEADER = "customer_id,from,to,code_before,code_after"


def refuse_foreign(out: Path) -> None:
    """Refuse a place that is no CSV file, has no folder, or where something else than an older list of movers lies.

    Raises:
        SettingsError: ``out``.
    """
    refuse_other_list(out, HEADER, "list of movers", "movers.csv")


def write_movers(place: Workplace, movers: Sql, out: Path) -> None:
    """Write the list beside its place and move it there in one step.

    No cell is one that a spreadsheet would take for a formula.

    Raises:
        StoreError: The file cannot be written.
    """
    staged = place.staging / "movers.csv"
    place.engine.write(for_people(movers, ("customer_id", "from", "to")), staged)
    with replacing(out, "the list of movers") as draft:
        shutil.copyfile(staged, draft)
