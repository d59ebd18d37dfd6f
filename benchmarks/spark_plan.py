"""What a run on Spark shuffles, by stage, and what that means for more rows: counted from the run's own events."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from run import AS_OF, prepare

_SETTINGS = """\
spark.eventLog.enabled true
spark.eventLog.dir {events}
spark.eventLog.compress false
spark.ui.showConsoleProgress false
"""
_SCALED = 10_000_000_000
_FEWEST = 0.01  # of all that is shuffled: smaller stages are not shown


def shuffled(events: Path) -> list[tuple[str, int, int]]:
    """The stages that write a shuffle: what they are, rows and bytes written."""
    names: dict[int, str] = {}
    rows: dict[int, int] = defaultdict(int)
    written: dict[int, int] = defaultdict(int)
    for file in events.rglob("*"):
        if not file.is_file() or file.name.startswith("."):  # checksums
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerStageCompleted":
                names[event["Stage Info"]["Stage ID"]] = event["Stage Info"]["Stage Name"]
            if event["Event"] == "SparkListenerTaskEnd" and "Task Metrics" in event:
                metrics = event["Task Metrics"]["Shuffle Write Metrics"]
                rows[event["Stage ID"]] += metrics["Shuffle Records Written"]
                written[event["Stage ID"]] += metrics["Shuffle Bytes Written"]
    return [(names.get(stage, ""), rows[stage], written[stage]) for stage in sorted(written) if written[stage]]


def main() -> None:
    """Run once, count, scale, print."""
    parser = argparse.ArgumentParser(description="Count what a run on Spark shuffles.")
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        job = prepare(arguments.rows, folder)
        events, settings = Path(scratch) / "events", Path(scratch) / "conf"
        events.mkdir()
        settings.mkdir()
        (settings / "spark-defaults.conf").write_text(_SETTINGS.format(events=events.as_uri()))
        command = [sys.executable, "-m", "quintile", "run", str(folder / job.transactions.stem), "--engine", "local[2]"]
        flags = ["--out", str(Path(scratch) / "out"), "--grain", "line", "--window", "all", "--as-of", AS_OF, "--quiet"]
        environment = {**os.environ, "SPARK_CONF_DIR": str(settings)}
        subprocess.run([*command, *flags], check=True, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603
        stages = shuffled(events)
    whole = sum(written for _, _, written in stages)
    factor = _SCALED / arguments.rows
    lines = [
        f"| stage that shuffles ({arguments.rows:,} rows read) | rows | MB | at {_SCALED:,} rows, GB |",
        "|---|---|---|---|",
    ]
    for place, (_, rows, written) in enumerate(stages, 1):
        if written >= _FEWEST * whole:
            lines.append(f"| {place} | {rows:,} | {written / 1e6:.1f} | {written * factor / 1e9:,.0f} |")
    lines.append(f"| all {len(stages)} | | {whole / 1e6:.1f} | {whole * factor / 1e9:,.0f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
