"""Rewriting: the files of a store without some of their rows; every snapshot names the new files afterwards.

Each step can be cut off and taken again: new files come first, then each snapshot's lists change in one rename a file,
the old files go last, by ``drop_old``. A reader meets whole files at every moment.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.fail_point import fail_point
from quintile.engine.render import Sql, literal, render
from quintile.jobs.project.kept_orders import as_json, kept_ledger
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.project.sealed import CHECKSUM, digest_of, report_text
from quintile.jobs.workplace.replacing import replacing
from quintile.ledger.month_sums import at_a_glance, sums_by_month
from quintile.ledger.rules.lines import PARTS_VIEW
from quintile.snapshots.disk import sync
from quintile.snapshots.ledger_files import (
    LEDGER_JSON,
    PEOPLE,
    QUARANTINE,
    ROOMS,
    ROWS,
    SUPERSEDED,
    KeptFile,
    LedgerFiles,
)
from quintile.snapshots.order_files import ALL_ROOMS, NAMES, ORDERS, ORDERS_JSON, OrderFiles
from quintile.snapshots.store import SNAPSHOTS
from quintile.sources.files import checksum

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from quintile.jobs.workplace.workplace import Workplace

    # The test of a file's rows that stay, for its columns and its place; None keeps them all.
    Keep = Callable[[Mapping[str, str], Path], Sql | None]

_DROPPED = (ROWS, SUPERSEDED, ORDERS, NAMES, QUARANTINE, PEOPLE)
_SUM_DIGITS = 12
_DRAFT = re.compile(r"\..+\.[a-z]+-[0-9]+")
_COUNT = "SELECT count(*) FROM read_parquet({file}) WHERE NOT ({keep})"
# Of a long list of keys the database makes a join, which need not keep the order of rows.
_KEPT = "SELECT * FROM read_parquet({file}) WHERE {keep} ORDER BY file_row_number"
_ROWS = "SELECT num_rows FROM parquet_file_metadata([{file}])"
_COLUMNS = "SELECT * FROM read_parquet({file})"
_NOTHING = (None, None, 0, Decimal(0), Decimal(0), 0, 0)


@dataclass
class Rewritten:
    """What was rewritten: rows that are gone by room, files written anew, snapshots changed."""

    rows: Counter[str] = field(default_factory=Counter)
    files: int = 0
    snapshots: int = 0


class Rewriting:
    """One pass over a store.

    Args:
        place: May read and write the store.
        store: The store, whose lock the caller holds.
        keeps: For each room the test of the rows that stay, made for the columns of one file; None keeps all.
    """

    def __init__(self, place: Workplace, store: Path, keeps: Mapping[str, Keep]) -> None:
        self._place = place
        self._store = store
        self._keeps = keeps
        self._new: dict[str, KeptFile | None] = {}
        self.done = Rewritten()

    def kept_files(self, named: Collection[str]) -> None:
        """Write the new form of each of the named files beside the snapshots that loses rows."""
        for path in drafts_in(self._store):
            path.unlink()
        for room, keep in self._keeps.items():
            for path in sorted((self._store / room).glob("*.parquet")):
                name = f"{room}/{path.name}"
                if name in named:
                    self._new[name] = self._kept_file(room, path, keep)
        for room in ALL_ROOMS:
            if (self._store / room).is_dir():
                sync(self._store / room)

    def counted(self) -> Counter[str]:
        """How many rows of each room would go; nothing is written."""
        found = Counter[str]()
        for room, keep in self._keeps.items():
            for path in sorted((self._store / room).glob("*.parquet")):
                found[room] += self._gone(path, keep)[0]
        return found

    def rows_of(self, path: Path, keep: Keep) -> tuple[int, Path | None]:
        """How many rows of a Parquet file go, and the file without them; None where all stay."""
        gone, test = self._gone(path, keep)
        if test is None or not gone:
            return 0, None
        kind = "kept" if path.parent.name in ALL_ROOMS else "parquet"
        written = self._place.staging / f"rewritten_{sum(1 for _ in self._place.staging.iterdir()):06}.{kind}"
        self._place.engine.write(render(_KEPT, file=literal(str(path)), keep=test), written)
        return gone, written

    def snapshot(
        self, folder: Path, change: Callable[[Path], bool], note: Callable[[dict[str, Any], Path], None]
    ) -> None:
        """Bring one snapshot up to date: its own files by ``change``, its lists, then the checksums in run.json.

        Args:
            folder: The snapshot.
            change: Rewrites one of its files in place; says whether it did.
            note: Adds to its report what was done.
        """
        changed = [change(path) for path in sorted(folder.iterdir()) if path.name not in _LISTS]
        changed += [self._lists(folder)]
        run_json = folder / RUN_JSON
        report = json.loads(run_json.read_text(encoding="utf-8"))
        sums = {name: checksum(folder / name) for name in report["files"] if (folder / name).exists()}
        if not any(changed) and sums == report["files"]:
            return
        report["files"] = sums
        note(report, folder)
        report[CHECKSUM] = digest_of(report)
        replace_text(run_json, report_text(report))
        self.done.snapshots += 1
        fail_point("rewriting.snapshot")

    def drop_old(self) -> None:
        """Remove the files that no snapshot names any more; those that tell whose the others are go last.

        A file that is not called by its own checksum is none of ours, and stays.
        """
        named = named_by(snapshot_folders(self._store))
        for room in _DROPPED:
            for path in sorted((self._store / room).glob("*.parquet")):
                if f"{room}/{path.name}" not in named and (checksum(path) or "").startswith(path.stem[-_SUM_DIGITS:]):
                    path.unlink()
                    fail_point("rewriting.dropped")
            if (self._store / room).is_dir():
                sync(self._store / room)

    def _gone(self, path: Path, keep: Keep) -> tuple[int, Sql | None]:
        engine, file = self._place.engine, literal(str(path))
        test = keep(engine.columns(render(_COLUMNS, file=file)), path)
        gone = 0 if test is None else engine.rows(render(_COUNT, file=file, keep=test))[0][0]
        return gone, test

    def _kept_file(self, room: str, path: Path, keep: Keep) -> KeptFile | None:
        gone, written = self.rows_of(path, keep)
        before: int = self._place.engine.rows(render(_ROWS, file=literal(str(path))))[0][0]
        if written is None:
            return KeptFile(f"{room}/{path.name}", checksum(path) or "", before)
        self.done.rows[room] += gone
        self.done.files += 1
        if gone == before and room != NAMES:
            return None
        sha256 = checksum(written) or ""
        name = f"{path.stem[:-_SUM_DIGITS]}{sha256[:_SUM_DIGITS]}.parquet"
        replace_bytes(path.with_name(name), written.read_bytes())
        fail_point("rewriting.kept")
        return KeptFile(f"{room}/{name}", sha256, before - gone)

    def _lists(self, folder: Path) -> bool:
        """Let ledger.json and orders.json name the new files."""
        ledger, orders = LedgerFiles.of(folder), OrderFiles.of(folder)
        changed = False
        if ledger is not None:
            rooms: dict[str, Any] = {room: tuple(self._named(getattr(ledger, room))) for room in ROOMS}
            counted = sum(one.rows for one in rooms[ROWS]) - sum(one.rows for one in rooms[SUPERSEDED])
            after = replace(ledger, **rooms)
            if after != ledger:
                after = replace(after, rows=counted)
                changed = replace_text(folder / LEDGER_JSON, after.to_json())
        if orders is not None:
            months, names = tuple(self._named(orders.months)), tuple(self._named(orders.names))
            if (months, names) != (orders.months, orders.names):
                # Not judged by today's rows alone: the next run makes all orders of rows again.
                made = replace(orders, months=months, names=names, judged_by="", sums={})
                changed = replace_text(folder / ORDERS_JSON, (self._told(made) if months else made).to_json())
        return changed

    def _named(self, files: Iterable[KeptFile]) -> Iterator[KeptFile]:
        for file in files:
            new = self._new.get(file.name, file)
            if new is not None:
                yield file if new.name == file.name else new

    def _told(self, orders: OrderFiles) -> OrderFiles:
        """The same, with what is told of the orders that are left."""
        engine = self._place.engine
        ledger = kept_ledger(engine, orders, [self._store])
        sums = sums_by_month(engine, Sql(PARTS_VIEW), Sql(ledger.orders))
        first, last, lines, after_refunds, net, *_ = at_a_glance(_NOTHING, sums.values())
        refunds = sum((month.column_refunds for month in sums.values()), Decimal(0))
        told = replace(
            ledger,
            first_at=first,
            last_at=last,
            lines=lines,
            after_refunds=after_refunds,
            net=net,
            column_refunds=refunds,
        )
        return replace(orders, ledger=orders.ledger | as_json(told), sums=sums)


_LISTS = frozenset({RUN_JSON, LEDGER_JSON, ORDERS_JSON})


def replace_text(path: Path, text: str) -> bool:
    """Put a text in the place of a file, durably and in one step; says True."""
    return replace_bytes(path, text.encode())


def replace_bytes(path: Path, content: bytes) -> bool:
    """Put bytes in the place of a file, durably and in one step; says True."""
    with replacing(path, "the file") as draft:
        draft.write_bytes(content)
        sync(draft)
    sync(path.parent)
    return True


def drafts_in(store: Path) -> list[Path]:
    """What a killed job was writing in the place of a file; only the holder of the store's lock may remove it."""
    return sorted(path for path in store.rglob(".*") if _DRAFT.fullmatch(path.name) and path.is_file())


def snapshot_folders(store: Path) -> list[Path]:
    """The folders of all published snapshots, in order."""
    home = store / SNAPSHOTS
    found = home.iterdir() if home.is_dir() else ()
    return sorted(path for path in found if not path.name.startswith(".") and (path / RUN_JSON).is_file())


def named_by(folders: Iterable[Path]) -> dict[str, KeptFile]:
    """All files beside the snapshots that some snapshots name, by their names."""
    found: dict[str, KeptFile] = {}
    for folder in folders:
        ledger, orders = LedgerFiles.of(folder), OrderFiles.of(folder)
        listed = [file for room in ROOMS for file in getattr(ledger, room)] if ledger is not None else []
        listed += [*orders.months, *orders.names] if orders is not None else []
        found |= {file.name: file for file in listed}
    return found
