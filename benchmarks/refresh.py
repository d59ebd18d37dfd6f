"""Measure a nightly refresh of new rows beside computing everything anew; ratios first.

The project holds all rows but those of the last days; the refresh brings these. The project anew is made from the file
of all rows and leaves behind what the refresh does: that is the yardstick. A run into a results folder, which keeps
nothing for the next night, is measured beside them. All give the same customers, which is checked.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
from agree import differences
from run import RUN_FLAGS, Cost, Job, measured, prepare

SPLIT, AFTER = "2024-12-30", "2025-01-01"
AIM = 0.3
WAYS = ("nightly refresh, published", "the project anew, from all rows", "a run into a folder, from all rows")
_BEFORE = "COPY (FROM '{rows}' WHERE ordered_at < TIMESTAMP '{split}') TO '{file}' (COMPRESSION zstd)"
_SINCE = "COPY (FROM '{rows}' WHERE ordered_at >= TIMESTAMP '{split}') TO '{file}' (COMPRESSION zstd)"
_WITH_IDS = """
COPY (SELECT customer_id, customers.* EXCLUDE (customer_key)
      FROM read_parquet($customers) AS customers JOIN read_parquet($names) USING (customer_key)) TO '{out}'
"""


@dataclass(frozen=True)
class Night:
    """A project before its nightly refresh, and both ways to the same result."""

    job: Job
    scratch: Path

    @property
    def begun(self) -> Path:
        """The project as it was the evening before."""
        return self.scratch / "begun"

    @property
    def new_rows(self) -> Path:
        """What the night brings."""
        return self.scratch / "new.parquet"

    def begin(self) -> float:
        """Split the rows and fill the project; returns the share of new rows."""
        rows, before = self.job.transactions, self.scratch / "before.parquet"
        duckdb.execute(_BEFORE.format(rows=rows, split=SPLIT, file=before))
        duckdb.execute(_SINCE.format(rows=rows, split=SPLIT, file=self.new_rows))
        self._run(before, ["--project", str(self.begun)], SPLIT)
        new, every = (duckdb.read_parquet(str(file)).count("*").fetchall()[0][0] for file in (self.new_rows, rows))
        return float(new / every)

    def refresh(self) -> Cost:
        """The nightly run, on a fresh copy of the project."""
        project = self.scratch / "project"
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(self.begun, project, symlinks=True)
        # The same cut points as everything computed anew.
        return self._run(self.new_rows, ["--project", str(project), "--refit"], AFTER)

    def run_anew(self) -> Cost:
        """The same customers into a results folder."""
        return self._run(self.job.transactions, ["--out", str(self.scratch / "anew")], AFTER)

    def project_anew(self) -> Cost:
        """All that a refresh publishes, from the file of all rows: what it would cost to keep nothing."""
        project = self.scratch / "project_anew"
        shutil.rmtree(project, ignore_errors=True)
        return self._run(self.job.transactions, ["--project", str(project)], AFTER)

    def check(self) -> None:
        """Stop where customers differ."""
        for project in ("project", "project_anew"):
            self._check(self.scratch / project / "store")

    def _check(self, store: Path) -> None:
        named = self.scratch / "named.parquet"
        files = {"customers": str(store / "current" / "customers.parquet"), "names": str(store / "customers" / "*")}
        duckdb.execute(_WITH_IDS.format(out=named), files)
        differing = differences(str(named), str(self.scratch / "anew" / "customers.parquet"))
        if differing:
            sys.exit(f"{len(differing)} customer rows differ, such as {differing[0]}")

    @staticmethod
    def _run(source: Path, where: list[str], as_of: str) -> Cost:
        flags = [*RUN_FLAGS, "--no-report"]
        for flag, value in (("--as-of", as_of), ("--window", "12mo")):
            flags[flags.index(flag) + 1] = value
        return measured([sys.executable, "-m", "quintile", "run", str(source), *where, *flags])


def table(rows: int, share: float, turns: list[tuple[Cost, Cost, Cost]]) -> str:
    """One line for each way, ratios to the project made anew in the same turn before this machine's figures."""
    lines = [
        f"| {rows:,} rows, {share:.2%} of them new | time / anew | processor / anew | wall s | peak MiB | turns |",
        "|---|---|---|---|---|---|",
    ]
    for place, name in enumerate(WAYS):
        time = median(turn[place].seconds / turn[1].seconds for turn in turns)
        processor = median(turn[place].processor / turn[1].processor for turn in turns)
        seconds, mib = (median(getattr(turn[place], key) for turn in turns) for key in ("seconds", "mib"))
        lines.append(f"| {name} | {time:.2f} | {processor:.2f} | {seconds:.2f} | {mib:.0f} | {len(turns)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments, measure, check, print."""
    parser = argparse.ArgumentParser(description="Measure a nightly refresh.")
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the data here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        night = Night(prepare(arguments.rows, folder), Path(scratch))
        share = night.begin()
        turns = [(night.refresh(), night.project_anew(), night.run_anew()) for _ in range(arguments.turns)]
        night.check()
    sys.stdout.write(table(arguments.rows, share, turns))
    project, run = (median(turn[0].seconds / turn[place].seconds for turn in turns) for place in (1, 2))
    sys.stdout.write(f"\n{project:.2f} of the project anew, {run:.2f} of a run into a folder; the aim is {AIM}.\n")


if __name__ == "__main__":
    main()
