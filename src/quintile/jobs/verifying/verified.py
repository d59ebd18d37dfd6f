"""Verified: one snapshot, and the files that snapshots share, held against what was written of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import Bridge, BridgeStep
from quintile.engine.render import Sql, literal, render
from quintile.errors import ConservationError, DataError, StoreError
from quintile.jobs.erasing.rewriting import named_by
from quintile.jobs.project.kept_orders import kept_ledger
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.project.sealed import ERASED, is_sealed
from quintile.jobs.project.stored import FILES, GONE, customers_of, stored
from quintile.jobs.results.result import PAGE
from quintile.snapshots.ledger_files import ROWS, SUPERSEDED, LedgerFiles
from quintile.snapshots.order_files import OrderFiles
from quintile.sources.files import checksum

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.engine.base import Engine

_UNREAD = "its rows cannot be read"
_RESTORE = "restore the file from a copy of the project"
_ROWS_OF = "SELECT num_rows FROM parquet_file_metadata([{file}])"
_COUNTED = "SELECT count(*) FROM ({rows})"
_SUMS = "SELECT coalesce(sum(lines), 0), coalesce(sum(gross - refunded), 0), coalesce(sum(net), 0) FROM {orders}"


@dataclass(frozen=True)
class Problem:
    """Something damaged: where, what, and what to do."""

    path: Path
    what: str
    fix: str

    def as_dict(self, project: Path) -> dict[str, str]:
        """As JSON; the file as it is called from the project folder."""
        inside = self.path.is_relative_to(project)
        file = self.path.relative_to(project).as_posix() if inside else str(self.path)
        return {"file": file, "problem": self.what, "fix": self.fix}


@dataclass
class Checked:
    """What was found so far, and how much was looked at."""

    problems: list[Problem]
    files: int = 0
    rows: int = 0

    def add(self, path: Path, what: str, fix: str = _RESTORE) -> None:
        """One more problem."""
        self.problems.append(Problem(path, what, fix))


def check_snapshot(engine: Engine, folder: Path, found: Checked) -> None:
    """Check a snapshot's own files, its seal, and that its sums add up."""
    try:
        report = json.loads((folder / RUN_JSON).read_text(encoding="utf-8"))
        listed: dict[str, str] = report["files"]
    except (OSError, ValueError, KeyError, TypeError):
        found.add(folder / RUN_JSON, "the report cannot be read")
        return
    if not is_sealed(report):
        found.add(folder / RUN_JSON, "the report is not as it was published")
    for name, sha256 in listed.items():
        _check_file(folder / name, sha256, found)
    for path in sorted(folder.iterdir()):
        if path.name not in {*listed, RUN_JSON, PAGE}:
            found.add(path, "nothing names this file", "look whether it is yours; else remove it")
    _check_sums(engine, folder, report, found)


def check_kept(engine: Engine, store: Path, folders: Sequence[Path], found: Checked) -> set[str]:
    """Check every file that some snapshot names, once, and that rows and orders add up in each snapshot.

    Returns:
        The names of these files.
    """
    sound = [folder for folder in folders if _lists(folder, found)]
    named = named_by(sound)
    for name, file in sorted(named.items()):
        path = store / name
        if _check_file(path, file.sha256, found):
            rows = _rows_of(engine, path)
            found.rows += rows
            if rows < 0:
                found.add(path, _UNREAD, _RESTORE if engine.name == FILES else GONE)
            elif rows != file.rows:
                found.add(path, f"it holds {rows:,} rows, {file.rows:,} were written")
    broken = {problem.path for problem in found.problems}
    for folder in sound:
        if not broken & {store / name for name in named_by([folder])}:
            _check_lists(engine, store, folder, found)
    return set(named)


def _check_file(path: Path, sha256: str, found: Checked) -> bool:
    found.files += 1
    if not path.is_file():
        found.add(path, "the file is gone")
    elif checksum(path) != sha256:
        found.add(path, "the file is not as it was written")
    else:
        return True
    return False


def _check_sums(engine: Engine, folder: Path, report: dict[str, Any], found: Checked) -> None:
    """The bridge, the segments, and the customers that are there."""
    try:
        steps = [_step(line) for line in report["bridge"]]
        Bridge(tuple(steps))
        customers = sum(line["customers"] for line in report["segments"])
        revenue = sum((Decimal(line["revenue"]) for line in report["segments"]), Decimal(0))
    except ConservationError as error:
        found.add(folder / RUN_JSON, str(error))
        return
    except (KeyError, TypeError, ArithmeticError, ValueError):
        found.add(folder / RUN_JSON, "the report cannot be read")
        return
    scored = next(iter(steps[-1].amounts.values()), Decimal(0)) if steps else revenue
    if report["model"]["monetary"] == "total" and scored != revenue:
        found.add(folder / RUN_JSON, f"its segments bring {revenue}, its bridge ends with {scored}")
    path = customers_of(folder)
    if path is not None:
        rows = _rows_of(engine, path)
        present = rows + report.get(ERASED, 0)
        if rows < 0 and engine.name != FILES:
            found.add(path, _UNREAD, GONE)
        elif present != customers:
            found.add(path, f"it holds {present:,} customers, its segments {customers:,}")


def _step(line: dict[str, Any]) -> BridgeStep:
    amounts = line.get("amounts") or {line.get("currency") or "": line["amount"]}
    money = {currency: Decimal(amount) for currency, amount in amounts.items()}
    return BridgeStep(line["step"], line["rows"], money, is_total=line["total"], restarts=line["step"] == "converted")


def _lists(folder: Path, found: Checked) -> bool:
    """Whether the lists of a snapshot can be read."""
    try:
        LedgerFiles.of(folder)
        OrderFiles.of(folder)
    except StoreError as error:
        found.add(folder, error.message)
        return False
    return True


def _check_lists(engine: Engine, store: Path, folder: Path, found: Checked) -> None:
    ledger, orders = LedgerFiles.of(folder), OrderFiles.of(folder)
    if ledger is not None and engine.name == FILES:  # elsewhere the orders are kept, not their rows
        rows = sum(file.rows for file in getattr(ledger, ROWS)) - sum(file.rows for file in getattr(ledger, SUPERSEDED))
        if rows != ledger.rows:
            found.add(folder / "ledger.json", f"its files hold {rows:,} rows that count, it says {ledger.rows:,}")
    if orders is not None and orders.months:
        kept = kept_ledger(engine, orders, [store])
        lines, after_refunds, net = engine.rows(render(_SUMS, orders=Sql(kept.orders)))[0]
        told = (orders.ledger["lines"], Decimal(orders.ledger["after_refunds"]), Decimal(orders.ledger["net"]))
        if (int(lines), after_refunds, net) != told:
            found.add(folder / "orders.json", "its orders do not add up to what it says of them")


def _rows_of(engine: Engine, path: Path) -> int:
    """How many rows a file holds, or the table that it points to; -1 where they cannot be read."""
    try:
        if engine.name == FILES:
            return int(engine.rows(render(_ROWS_OF, file=literal(str(path))))[0][0])
        return int(engine.rows(render(_COUNTED, rows=stored(engine, [path])))[0][0])
    except DataError:
        return -1
