"""Measure quintile beside the yardsticks: whole processes in turn, medians, and the ratios first.

This process stays small on purpose: a child's peak memory is never reported below that of the process that started it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import quintile
from quintile.segments.load import load_scheme

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
AS_OF = "2025-01-01"
SCORES = 5
LARGEST_SLOW = 2_000_000
MARKERS = ("<!-- figures -->", "<!-- end of figures -->")
YARDSTICK = "bare_sql"
MEMORY = "1300MB"
RUN_FLAGS = (
    "--window",
    "all",
    "--as-of",
    AS_OF,
    "--grain",
    "line",
    "--formats",
    "parquet",
    "--memory",
    MEMORY,
    "--quiet",
)
# The report page is not among the yardstick's results, so what it takes is shown apart.
MORE_FLAGS: dict[str, tuple[str, ...]] = {
    "quintile": (),
    "quintile_no_report": ("--no-report",),
    "quintile_spark": ("--no-report", "--engine", "local[2]"),
}
CONTENDERS = {
    YARDSTICK: "bare SQL (the yardstick)",
    "quintile": "quintile run",
    "quintile_no_report": "quintile run --no-report",
    "careful_polars": "careful polars, streamed",
    "careful_pandas": "careful pandas",
    "spark_sql": "hand-written Spark SQL, local",
    "quintile_spark": "quintile run --engine local[2]",
    "notebook": "notebook recipe",
    "package_lifetimes": "package lifetimes 0.11 (no scores)",
}
# These take minutes, find something else, and are asked once, at the smallest number of rows.
SLOW = {"notebook": "pandas", "package_lifetimes": "lifetimes"}
# Nor are those asked for more rows that take minutes on one machine.
AT_FEW_ROWS = {*SLOW, "spark_sql", "quintile_spark"}
KIB_A_MIB = 1024
RSS_A_MIB = KIB_A_MIB if sys.platform != "darwin" else KIB_A_MIB * KIB_A_MIB


@dataclass(frozen=True)
class Cost:
    """What one whole process took: seconds on the wall, the peak of its memory in MiB, seconds of the processors."""

    seconds: float
    mib: float
    processor: float = 0.0


@dataclass(frozen=True)
class Job:
    """The data all contenders work on."""

    transactions: Path
    cells: Path
    folder: Path

    def out(self, contender: str) -> Path:
        """The folder a contender writes to."""
        return self.folder / contender

    def command(self, contender: str) -> list[str]:
        """The process of a contender."""
        out = self.out(contender)
        if contender in MORE_FLAGS:
            flags = (*RUN_FLAGS, *MORE_FLAGS[contender])
            # Spark reads the folder of a table; everybody else reads its only file.
            source = self.transactions.parent / self.transactions.stem if contender == "quintile_spark" else None
            named = str(source or self.transactions)
            return [sys.executable, "-m", "quintile", "run", named, "--out", str(out), *flags]
        return [
            sys.executable,
            str(HERE / f"{contender}.py"),
            str(self.transactions),
            str(self.cells),
            str(out),
            AS_OF,
        ]

    def run(self, contender: str) -> Cost:
        """One first run: whatever an earlier one left is gone."""
        shutil.rmtree(self.out(contender), ignore_errors=True)
        self.out(contender).mkdir()
        return measured(self.command(contender))

    def customers(self, contender: str) -> str:
        """The customers that a contender wrote: a file, or the files of Spark's workers."""
        out = self.out(contender)
        found = [*out.glob("customers.parquet/*.parquet"), *out.glob("tables/customers/*/*/*.parquet")]
        return str(found[0].parent / "*.parquet") if found else str(out / "customers.parquet")

    def check(self, contender: str) -> None:
        """Stop where a contender's customers differ from the yardstick's."""
        files = [self.customers(one) for one in (contender, YARDSTICK)]
        measured([sys.executable, str(HERE / "agree.py"), *files])


def measured(command: list[str]) -> Cost:
    """Run a process to its end; its output is not shown unless it fails."""
    with tempfile.TemporaryFile() as output:
        started = perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603 - our own commands
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output.read().decode(errors='replace')}")
    return Cost(seconds, usage.ru_maxrss / RSS_A_MIB, usage.ru_utime + usage.ru_stime)


def prepare(rows: int, folder: Path) -> Job:
    """Write the transactions, unless the folder holds them already, and the cells of the scheme."""
    job = Job(folder / f"transactions_{rows}.parquet", folder / "cells.csv", folder)
    if not job.transactions.exists():
        measured([sys.executable, str(HERE / "transactions.py"), str(rows), str(job.transactions)])
    folder_of = job.transactions.parent / job.transactions.stem
    folder_of.mkdir(exist_ok=True)
    (folder_of / "part.parquet").unlink(missing_ok=True)
    (folder_of / "part.parquet").hardlink_to(job.transactions)
    cells = load_scheme("rfm-9").cells(SCORES).items()
    job.cells.write_text("r,f,m,segment\n" + "".join(f"{r},{f},{m},{segment}\n" for (r, f, m), segment in cells))
    measured([sys.executable, "-m", "compileall", "-q", str(Path(quintile.__file__).parent), str(HERE)])
    return job


def check(job: Job, contenders: list[str]) -> None:
    """Run everyone once, which also warms the disk's cache, and stop where an answer differs from the yardstick's."""
    for contender in contenders:
        if contender in SLOW:
            continue
        job.run(contender)
        if contender != YARDSTICK:
            job.check(contender)


def in_turns(runs: dict[str, Callable[[], Cost]], turns: int) -> dict[str, list[Cost]]:
    """Everyone once a turn, one after the other; those that take minutes in the first turn only."""
    costs: dict[str, list[Cost]] = {contender: [] for contender in runs}
    for turn in range(turns):
        for contender, run in runs.items():
            if contender not in SLOW or turn == 0:
                costs[contender].append(run())
    return costs


def table(rows: int, costs: dict[str, list[Cost]]) -> list[str]:
    """One line a contender, ratios to the yardstick of the same turn before the figures of this machine."""
    yardstick = costs[YARDSTICK]
    lines = [
        f"| {rows:,} rows | time / yardstick | memory / yardstick | wall s | peak MiB | turns |",
        "|---|---|---|---|---|---|",
    ]
    for contender, own in costs.items():
        pairs = list(zip(own, yardstick, strict=False))
        time = median(cost.seconds / bare.seconds for cost, bare in pairs)
        memory = median(cost.mib / bare.mib for cost, bare in pairs)
        seconds, mib = median(cost.seconds for cost in own), median(cost.mib for cost in own)
        lines.append(
            f"| {CONTENDERS[contender]} | {time:.2f} | {memory:.2f} | {seconds:.2f} | {mib:.0f} | {len(own)} |"
        )
    return lines


def is_there(contender: str) -> bool:
    """Whether the package of a contender is installed; those that are measured alone are no part of any extra."""
    command = [sys.executable, "-c", f"import {SLOW[contender]}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - our own


def start_up(turns: int) -> str:
    """What ``quintile --help`` takes more than an empty Python."""
    empty, help_page = [sys.executable, "-c", ""], [sys.executable, "-m", "quintile", "--help"]
    costs = in_turns({"empty": partial(measured, empty), "help": partial(measured, help_page)}, turns)
    more = median(own.seconds - bare.seconds for own, bare in zip(costs["help"], costs["empty"], strict=True))
    return f"`quintile --help` takes {more:.2f} s more than an empty Python."


def record(report: str, markers: tuple[str, str] = MARKERS) -> None:
    """Put the report between the markers of the README."""
    readme = HERE / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(markers[0])
    after = rest.split(markers[1])[1]
    readme.write_text(f"{before}{markers[0]}\n{report}{markers[1]}{after}", encoding="utf-8")


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description="Measure quintile beside the yardsticks.")
    parser.add_argument("rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), help="beside the yardstick")
    parser.add_argument("--folder", type=Path, help="keep the data and the results here")
    parser.add_argument("--record", action="store_true", help="replace the figures in benchmarks/README.md")
    arguments = parser.parse_args()
    report = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for rows in arguments.rows:
            job = prepare(rows, folder)
            contenders = [one for one in CONTENDERS if one == YARDSTICK or one in arguments.only]
            contenders = [one for one in contenders if rows <= LARGEST_SLOW or one not in AT_FEW_ROWS]
            contenders = [one for one in contenders if one not in SLOW or is_there(one)]
            check(job, contenders)
            report += [*table(rows, in_turns({one: partial(job.run, one) for one in contenders}, arguments.turns)), ""]
    if "quintile" in arguments.only:
        report += [start_up(arguments.turns), ""]
    text = "\n".join(report)
    sys.stdout.write(text)
    if arguments.record:
        record(text)


if __name__ == "__main__":
    main()
