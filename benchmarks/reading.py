"""Measure what reading CSV costs: `quintile run` beside DuckDB's own typed reader and the same job.

The job is taken twice: as quintile does it, with nothing but the reader exchanged, and as bare SQL. The process stays
small on purpose, as in run.py, whose job and bare SQL these are.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import run

HERE = Path(__file__).parent
MARKERS = ("<!-- reading -->", "<!-- end of reading -->")
OWN, SAME_JOB = "quintile_no_report", "typed_reader"
BESIDE = {SAME_JOB: "beside the same job after DuckDB's typed reader", run.YARDSTICK: "beside bare SQL after it"}
LARGE_ROWS, LARGE_MEMORY, LARGEST_MIB = 120_000_000, "1GB", 2048  # a CSV of about 5 GB


@dataclass(frozen=True)
class CsvJob(run.Job):
    """The job of run.py over a CSV; ``memory`` is the limit quintile is given."""

    memory: str = run.MEMORY

    def command(self, contender: str) -> list[str]:
        """The process of a contender; bare SQL reads CSV by its ending."""
        command = super().command(OWN if contender == SAME_JOB else contender)
        if contender == SAME_JOB:
            command[1:3] = [str(HERE / f"{SAME_JOB}.py")]  # in the place of -m quintile
            command[command.index("--out") + 1] = str(self.out(SAME_JOB))
        return [self.memory if part == run.MEMORY else part for part in command]


def prepared(rows: int, folder: Path, memory: str = run.MEMORY) -> CsvJob:
    """Write the transactions as CSV, unless the folder holds them already, and the cells of the scheme."""
    job = run.prepare(1_000, folder)
    path = folder / f"transactions_{rows}.csv"
    if not path.exists():
        run.measured([sys.executable, str(HERE / "transactions.py"), str(rows), str(path)])
    return CsvJob(path, job.cells, folder, memory)


def ratios(rows: int, job: CsvJob, turns: int) -> list[str]:
    """Ratios of the same turn, wall and processor time, then the figures of this machine."""
    for contender in (run.YARDSTICK, SAME_JOB, OWN):
        job.run(contender)
    for contender in (SAME_JOB, OWN):
        job.check(contender)
    costs = run.in_turns({one: partial(job.run, one) for one in (*BESIDE, OWN)}, turns)
    size = job.transactions.stat().st_size // 1_000_000
    columns = ("time / yardstick", "processor time / yardstick", "memory / yardstick", "wall s", "peak MiB", "turns")
    heading = f"| CSV of {rows:,} rows, {size} MB: quintile run | {' | '.join(columns)} |"
    lines = [_line(called, costs[OWN], costs[beside]) for beside, called in BESIDE.items()]
    return [heading, "|---" * (len(columns) + 1) + "|", *lines]


def _line(called: str, own: list[run.Cost], beside: list[run.Cost]) -> str:
    pairs = list(zip(own, beside, strict=True))
    figures = [median(a.seconds / b.seconds for a, b in pairs), median(a.processor / b.processor for a, b in pairs)]
    figures += [median(a.mib / b.mib for a, b in pairs), median(cost.seconds for cost in own)]
    cells = [f"{figure:.2f}" for figure in figures] + [f"{median(cost.mib for cost in own):.0f}", str(len(own))]
    return f"| {called} | {' | '.join(cells)} |"


def large(folder: Path) -> list[str]:
    """One run over a CSV of 5 GB under a limit; the file is deleted afterwards."""
    job = prepared(LARGE_ROWS, folder, LARGE_MEMORY)
    size = job.transactions.stat().st_size / 1e9
    try:
        cost = job.run(OWN)
    finally:
        job.transactions.unlink()
        shutil.rmtree(job.out(OWN), ignore_errors=True)
    met = "within" if cost.mib <= LARGEST_MIB else "beyond"
    said = (
        f"A CSV of {size:.1f} GB ({LARGE_ROWS:,} rows) with `--memory {LARGE_MEMORY}`: the whole process peaks at"
        f" {cost.mib:,.0f} MiB, {met} 2 GiB; {cost.seconds:.0f} s on the wall, {cost.processor:.0f} s of processors."
    )
    return [said]


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description="Measure what reading CSV costs.")
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="also read a CSV of 5 GB under a limit of memory")
    parser.add_argument("--folder", type=Path, help="keep the data and the results here")
    parser.add_argument("--record", action="store_true", help="replace the figures in benchmarks/README.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        report = ratios(arguments.rows, prepared(arguments.rows, folder), arguments.turns) if arguments.turns else []
        if arguments.large:
            report += ["", *large(folder)]
    text = "\n".join([*report, ""])
    sys.stdout.write(text)
    if arguments.record:
        run.record(text, MARKERS)


if __name__ == "__main__":
    main()
