"""All measurements by one command: one table, the ratios first, and a drawing of the cost of a row against rows.

    python benchmarks/everything.py --folder /big/disk            # up to 10 million rows, an hour
    python benchmarks/everything.py --folder /big/disk --large    # and 100 million
    python benchmarks/everything.py --draw                        # only the drawing, of the recorded figures

Each measurement is a script of its own, which prints a table; here they run one after the other.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DRAWING = HERE / "cost.svg"
MARKERS = ("<!-- everything -->", "<!-- end of everything -->")
COLOURS = ("#1b6e53", "#4c78a8", "#b1592a", "#7b5ea7", "#888888")
_WIDTH, _HEIGHT, _EDGE, _LINE = 720, 360, 60, 14


@dataclass(frozen=True)
class Line:
    """One line of a script's table: what was measured, the ratio, and the figures behind it."""

    heading: str
    name: str
    cells: tuple[str, ...]

    def cell(self, wanted: str) -> str:
        """The cell of a column, by a word of its heading."""
        columns = [column.strip() for column in self.heading.strip("|").split("|")][1:]
        return next((cell for column, cell in zip(columns, self.cells, strict=True) if wanted in column), "")


@dataclass(frozen=True)
class Goal:
    """What a line of a script's table has to reach."""

    what: str
    script: str
    name: str
    most: float
    by: str = "time"


GOALS = (
    Goal("first run, against bare SQL", "run.py", "quintile run --no-report", 1.2),
    Goal("first run, memory against bare SQL", "run.py", "quintile run --no-report", 1.3, "memory"),
    Goal("CSV, against DuckDB's typed reader and the same job", "reading.py", "beside the same job", 1.3),
    Goal("CSV, against DuckDB's typed reader and bare SQL", "reading.py", "beside bare SQL", 1.3),
    Goal("24 months in one pass, against 24 runs of bare SQL", "history.py", "quintile history", 0.4, "processor"),
    Goal("nightly refresh, against the project made anew", "refresh.py", "nightly refresh", 0.3, "processor"),
)


def lines_of(script: str, *arguments: str) -> list[Line]:
    """Run a script and take its table apart."""
    sys.stderr.write(f"{script} {' '.join(arguments)}\n")
    command = [sys.executable, str(HERE / script), *arguments]
    return lines_in(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)  # noqa: S603 - our own


def lines_in(printed: str) -> list[Line]:
    """The lines of all tables in a text."""
    found, heading = [], ""
    for line in printed.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or set(line) <= set("|-"):
            continue
        if " rows" in cells[0] and "/" in cells[1]:
            heading = line
        else:
            found.append(Line(heading, cells[0], tuple(cells[1:])))
    return found


def rows_of(line: Line) -> int:
    """How many rows a line was measured with."""
    digits = line.heading.split(" rows")[0].split()[-1]
    return int("".join(letter for letter in digits if letter.isdigit()))


def table(found: dict[str, list[Line]]) -> list[str]:
    """The one table: first what has a goal, then everybody else of the first run."""
    told = ["| what | rows | ratio | goal | wall s | peak MiB |", "|---|---|---|---|---|---|"]
    for goal in GOALS:
        for line in found[goal.script]:
            if line.name.startswith(goal.name):
                ratio = line.cell(f"{goal.by} /") or line.cell(goal.by)
                told.append(f"| {goal.what} | {rows_of(line):,} | {ratio} | {goal.most} | {_figures(line)} |")
    told += [
        f"| {line.name}, against bare SQL | {rows_of(line):,} | {line.cell('time')} | | {_figures(line)} |"
        for line in found["run.py"]
    ]
    return told


def _figures(line: Line) -> str:
    return f"{line.cell('wall')} | {line.cell('peak')}"


def drawing(lines: list[Line]) -> str:
    """The seconds that a million rows cost, against the number of rows, as SVG."""
    points: dict[str, list[tuple[int, float]]] = {}
    for line in lines:
        points.setdefault(line.name, []).append((rows_of(line), float(line.cell("wall")) * 1e6 / rows_of(line)))
    points = {name: sorted(where) for name, where in points.items() if len(where) > 1}
    every = [point for where in points.values() for point in where]
    low, high = (math.log10(end) for end in (min(rows for rows, _ in every), max(rows for rows, _ in every)))
    top = max(cost for _, cost in every) * 1.1

    def place(rows: int, cost: float) -> tuple[float, float]:
        across = _EDGE + (math.log10(rows) - low) / (high - low) * (_WIDTH - 4 * _EDGE)
        return across, _HEIGHT - _EDGE - cost / top * (_HEIGHT - 2 * _EDGE)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_EDGE}" y="24" font-size="15">Seconds a million rows, whole process</text>',
    ]
    for rows in sorted({rows for rows, _ in every}):
        across, floor = place(rows, 0)
        parts.append(f'<text x="{across:.0f}" y="{floor + 20:.0f}" text-anchor="middle">{rows:,} rows</text>')
    for share in (0, 0.5, 1):
        _, height = place(10**7, top * share)
        parts.append(f'<path d="M{_EDGE} {height:.0f}H{_WIDTH - 3 * _EDGE}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_EDGE - 6}" y="{height + 4:.0f}" text-anchor="end">{top * share:.2f}</text>')
    ends: list[float] = []
    for number, (name, where) in enumerate(points.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{across:.0f},{height:.0f}" for across, height in (place(*point) for point in where))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        height = place(*where[-1])[1]
        while any(abs(height - other) < _LINE for other in ends):
            height -= _LINE
        ends.append(height)
        parts.append(f'<text x="{_WIDTH - 3 * _EDGE + 8}" y="{height + 4:.0f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    """Measure everything, print the table, draw."""
    parser = argparse.ArgumentParser(description="Measure everything, one table.")
    parser.add_argument("--folder", type=Path, help="keep the data and the results here")
    parser.add_argument("--draw", action="store_true", help="measure nothing, draw the figures of benchmarks/README.md")
    parser.add_argument("--large", action="store_true", help="also 100 million rows")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--record", action="store_true", help="replace the table in benchmarks/README.md")
    arguments = parser.parse_args()
    from run import MARKERS as FIGURES  # noqa: PLC0415 - beside this file, found when it is run as a script
    from run import record  # noqa: PLC0415 - likewise

    if arguments.draw:
        begin, end = FIGURES
        told = (HERE / "README.md").read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]
        DRAWING.write_text(drawing(lines_in(told)), encoding="utf-8")
        return
    if arguments.folder is None:
        parser.error("--folder says where the data goes")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    shared = ("--folder", str(arguments.folder), "--turns", str(arguments.turns))
    found = {
        "run.py": lines_of("run.py", "1000000", "10000000", *shared),
        "reading.py": lines_of("reading.py", "10000000", *shared),
        "refresh.py": lines_of("refresh.py", "10000000", *shared),
        "history.py": lines_of("history.py", "10000000", "--folder", str(arguments.folder), "--turns", "1"),
    }
    if arguments.large:
        found["run.py"] += lines_of("run.py", "100000000", *shared, "--only", "quintile_no_report")
        found["refresh.py"] += lines_of("refresh.py", "100000000", *shared)
    text = "\n".join(table(found)) + "\n"
    sys.stdout.write(text)
    DRAWING.write_text(drawing(found["run.py"]), encoding="utf-8")
    if arguments.record:
        record(text, MARKERS)


if __name__ == "__main__":
    main()
