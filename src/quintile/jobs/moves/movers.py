"""Movers: the file with the customers whose segment would change; it never replaces a file of another kind."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from quintile.errors import Place, SettingsError
from quintile.jobs.results.for_people import for_people
from quintile.jobs.workplace.replacing import refuse_missing_folder, replacing

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
    place = Place(str(out))
    if out.suffix != ".csv":
        raise SettingsError("out", "the list of movers is a CSV file", fix="write --out movers.csv", place=place)
    refuse_missing_folder(out)
    if not out.exists():
        return
    with contextlib.suppress(OSError, UnicodeDecodeError), out.open(encoding="utf-8") as opened:
        if opened.readline(len(HEADER) + 1).rstrip() == HEADER:
            return
    message = "the file is there already and is no list of movers"
    raise SettingsError("out", message, fix="choose another --out", place=place)


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
