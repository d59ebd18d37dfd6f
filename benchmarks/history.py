"""Measure 24 monthly snapshots made in one pass beside 24 bare SQL runs and beside one run; ratios first.

Cut points are learned at each date, as the yardstick does. The last date is held against the yardstick's customers; at
the earlier ones the yardstick does not know refunds that came later, which quintile nets against their orders.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

import duckdb
from agree import differences
from run import HERE, MEMORY, RUN_FLAGS, Cost, Job, measured, prepare

MONTHS = [date(2023 + month // 12, month % 12 + 1, 1) for month in range(1, 25)]
AFTER = "2025-02-01"  # later than every past date
AIM = 0.4
_WITH_IDS = """
COPY (SELECT customer_id, customers.* EXCLUDE (customer_key)
      FROM read_parquet($customers) AS customers JOIN read_parquet($names) USING (customer_key)) TO '{out}'
"""


@dataclass(frozen=True)
class Past:
    """One project over the job's transactions, and the ways to its past."""

    job: Job

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.job.out("project")

    def run(self) -> Cost:
        """One run into a new project."""
        shutil.rmtree(self.project, ignore_errors=True)
        flags = [*RUN_FLAGS]
        flags[flags.index("--as-of") + 1] = AFTER
        flags += ["--no-report"]
        command = [sys.executable, "-m", "quintile", "run", str(self.job.transactions), "--project", str(self.project)]
        cost = measured([*command, *flags])
        self.project.joinpath("quintile.toml").write_text(f'[engine]\nmemory = "{MEMORY}"\n', encoding="utf-8")
        return cost

    def history(self) -> Cost:
        """All past snapshots at once; those of an earlier turn are gone."""
        store = self.project / "store"
        current = (store / "current").resolve()
        for folder in (store / "snapshots").iterdir():
            if folder.is_dir() and folder != current:
                shutil.rmtree(folder)
        dates = ["--from", MONTHS[0].isoformat(), "--to", MONTHS[-1].isoformat(), "--refit", "--quiet"]
        return measured([sys.executable, "-m", "quintile", "history", "--project", str(self.project), *dates])

    def bare(self, day: date) -> Cost:
        """The yardstick for one date."""
        out = self.job.out("bare_sql")
        out.mkdir(exist_ok=True)
        files = [str(self.job.transactions), str(self.job.cells), str(out)]
        return measured([sys.executable, str(HERE / "bare_sql.py"), *files, day.isoformat()])

    def check(self, day: date, scratch: Path) -> None:
        """Stop where a snapshot's customers differ from the yardstick's."""
        self.bare(day)
        store = self.project / "store"
        found = next((store / "snapshots").glob(f"{day}-*"))
        customers, names = str(found / "customers.parquet"), str(store / "customers" / "*")
        named = scratch / "named.parquet"
        duckdb.execute(_WITH_IDS.format(out=named), {"customers": customers, "names": names})
        differing = differences(str(named), str(self.job.out("bare_sql") / "customers.parquet"))
        if differing:
            sys.exit(f"{day}: {len(differing)} customer rows differ, such as {differing[0]}")


def total(costs: list[Cost]) -> Cost:
    """What several processes, one after the other, took."""
    seconds, processor = sum(cost.seconds for cost in costs), sum(cost.processor for cost in costs)
    return Cost(seconds, max(cost.mib for cost in costs), processor)


def table(rows: int, turns: list[tuple[Cost, Cost, Cost]]) -> str:
    """One line for each way, ratios to the 24 bare SQL runs of the same turn before the figures of this machine."""
    names = (
        f"{len(MONTHS)} bare SQL runs (the yardstick)",
        f"quintile history, {len(MONTHS)} dates",
        "one quintile run",
    )
    lines = [
        f"| {rows:,} rows | time / yardstick | processor / yardstick | wall s | peak MiB | turns |",
        "|---|---|---|---|---|---|",
    ]
    for place, name in enumerate(names):
        time = median(turn[place].seconds / turn[0].seconds for turn in turns)
        processor = median(turn[place].processor / turn[0].processor for turn in turns)
        seconds, mib = (median(getattr(turn[place], key) for turn in turns) for key in ("seconds", "mib"))
        lines.append(f"| {name} | {time:.2f} | {processor:.2f} | {seconds:.2f} | {mib:.0f} | {len(turns)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the arguments, check, measure, print."""
    parser = argparse.ArgumentParser(description="Measure past snapshots made in one pass.")
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the data and the results here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        past = Past(prepare(arguments.rows, folder))
        past.run()
        past.history()
        past.check(MONTHS[-1], Path(scratch))
        turns = [
            (total([past.bare(day) for day in MONTHS]), past.history(), past.run()) for _ in range(arguments.turns)
        ]
    sys.stdout.write(table(arguments.rows, turns))
    ratio = median(turn[1].seconds / turn[0].seconds for turn in turns)
    sys.stdout.write(f"\n{ratio:.2f} of {len(MONTHS)} bare SQL runs; the aim is {AIM}.\n")


if __name__ == "__main__":
    main()
