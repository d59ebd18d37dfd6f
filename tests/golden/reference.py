"""What the golden tests share: customers of a result and of a published table, and the command line as users run it."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.forked import completed

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from quintile import Result

    Rfm = tuple[int, int, Decimal]
    Scores = tuple[int, int, int]
    Settings = Mapping[str, Mapping[str, object]]

RFM = ("recency_days", "frequency", "monetary")
SCORES = ("r", "f", "m")


def rfm_of(result: Result) -> dict[str, Rfm]:
    """Customer -> recency, frequency, monetary."""
    rows = result.to_arrow().select(["customer_id", *RFM]).to_pydict()
    return {customer: (r, f, m) for customer, r, f, m in zip(*rows.values(), strict=True)}


def scores_of(result: Result) -> dict[str, Scores]:
    """Customer -> the three scores."""
    rows = result.to_arrow().select(["customer_id", *SCORES]).to_pydict()
    return {customer: (r, f, m) for customer, r, f, m in zip(*rows.values(), strict=True)}


def segments_of(result: Result) -> dict[str, str]:
    """Customer -> segment."""
    rows = result.to_arrow().select(["customer_id", "segment"]).to_pydict()
    return dict(zip(*rows.values(), strict=True))


def published_rfm(file: Path) -> dict[str, Rfm]:
    """A reference table (customer_id, r, f, m); money as it is written there, never through a float."""
    return {row["customer_id"]: (int(row["r"]), int(row["f"]), Decimal(row["m"])) for row in records(file)}


def records(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, all text."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def steps_of(result: Result) -> list[tuple[str, int, object]]:
    """The bridge as (step, rows, amount), the amount by currency where there are several."""
    return [(line["step"], line["rows"], line.get("amounts", line["amount"])) for line in result.report["bridge"]]


def quintile_command(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``quintile``, the one that the tests import, in a folder where no other settings file is met."""
    return completed(folder, [str(argument) for argument in arguments])
