"""The KPIs of a project as a CSV table: a row for each date, segment and figure."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from quintile.domain.formulas import neutralised
from quintile.domain.kpi import KPIS
from quintile.jobs.workplace.replacing import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COLUMNS = ("as_of", "snapshot", "segment", "customers", "kpi", "value", "target", "met")
_ALL = "all"


def write_kpis(found: Mapping[str, Any], out: Path) -> None:
    """Write what ``jobs.kpis`` returned; cells that have no figure or no target are empty.

    Raises:
        SettingsError: A file of another kind is there, or no folder.
        StoreError: The file cannot be written.
    """
    title = ",".join(COLUMNS).encode()
    with replacing(out, "the KPIs", title) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for date in found["snapshots"]:
            for line in date["segments"]:
                writer.writerows(_row(date, line, kpi.key) for kpi in KPIS)


def _row(date: Mapping[str, Any], line: Mapping[str, Any], key: str) -> list[object]:
    told = line["targets"].get(key, {"target": None, "met": None})
    segment = _ALL if line["segment"] is None else neutralised(line["segment"])
    shown = [key, line["kpis"][key], told["target"], told["met"] if told["met"] is None else str(told["met"]).lower()]
    return [date["as_of"], date["snapshot"], segment, line["counts"]["customers"], *shown]
