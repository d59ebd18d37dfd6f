"""Sweeping: every file of a project without some persons; and who they are, where only their digests are known."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.fail_point import fail_point
from quintile.domain.mentions import IDENTITY_COLUMNS, Mentions
from quintile.domain.settings import Settings
from quintile.domain.tombstone import KINDS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.jobs.erasing.cleansing import Cleansing
from quintile.jobs.erasing.erased_rows import known_again, mentioned
from quintile.jobs.erasing.person import PEOPLE_ON_DISK, keys_of_names, people_on_disk, resolved
from quintile.jobs.erasing.rewriting import Rewriting, named_by, snapshot_folders
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.project.sealed import ERASED
from quintile.snapshots.ledger_files import PEOPLE, QUARANTINE, ROWS, SUPERSEDED
from quintile.snapshots.order_files import NAMES, ORDERS
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from quintile.jobs.erasing.rewriting import Keep, Rewritten
    from quintile.jobs.project.tombstones import Tombstones
    from quintile.jobs.workplace.workplace import Workplace

GONE_ROWS = "gone_rows"
_IDENTITY = ("customer", "email", "phone", "name", "account")
_ROW_KEYS = """
SELECT row_key, {order_id} AS order_id, person_key IN ({keys}) AS is_gone
FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)
"""
_SUPERSEDED = "row_key NOT IN (SELECT row_key FROM {gone} WHERE is_gone)"
# A part of an order without a customer is known by its order id, if no other row has that.
_ORDERS = """
coalesce(customer_key NOT IN ({keys}), true) AND NOT (customer_key IS NULL AND coalesce(CAST(order_id AS VARCHAR) IN (
    SELECT order_id FROM {gone} WHERE order_id IS NOT NULL GROUP BY order_id HAVING bool_and(is_gone)
), false))
"""
_ALL = "SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
_TOLD = "SELECT row_number() OVER () AS place, concat_ws(chr(31), {cells}) AS told FROM ({rows})"
_PRESENT = "SELECT num_rows FROM parquet_file_metadata([{file}])"


@dataclass
class Swept:
    """What a sweep did; ``drop_old`` removes the files it replaced."""

    rewriting: Rewriting
    left: list[Path]
    files: int

    def told(self, project: Path) -> dict[str, Any]:
        """Counts for a certificate."""
        done: Rewritten = self.rewriting.done
        rooms = {"ledger_rows": ROWS, "people": PEOPLE, "quarantined_rows": QUARANTINE, "kept_orders": ORDERS}
        counted = {key: done.rows[room] for key, room in rooms.items()}
        left = sorted(path.relative_to(project).as_posix() for path in self.left)
        return {**counted, "snapshots": done.snapshots, "files_rewritten": done.files + self.files, "left": left}

    def drop_old(self) -> None:
        """Remove the replaced files; last, because an interrupted sweep finds the persons in them again."""
        self.rewriting.drop_old()


def sweep(place: Workplace, project: Path, mentions: Mentions, ours: Sequence[str]) -> Swept:
    """Rewrite every file of a project that holds one of the persons.

    Args:
        place: May read and write the project's store.
        project: The project folder, whose lock the caller holds.
        mentions: The persons.
        ours: What in the folder is not to be looked at: the store, which has a way of its own, and what holds digests.
    """
    store = project / STORE
    mentions = replace(mentions, keys=mentions.keys | keys_of_names(place.engine, store, mentions))
    cleansing = Cleansing(mentions, _source_columns(store))
    rewriting = Rewriting(place, store, _keeps(place, store, mentions, cleansing))
    folders = snapshot_folders(store)
    rewriting.kept_files(named_by(folders))

    def note(report: dict[str, Any], folder: Path) -> None:
        told = {key: report[key] for key in ("inputs", "warnings") if key in report}
        report |= mentions.pruned(told) | {ERASED: _missing(place, folder, report)}

    def change(path: Path) -> bool:
        return cleansing.cleanse(path, rewriting)

    for folder in folders:
        rewriting.snapshot(folder, change, note)
    for path in _beside(project, ours):
        cleansing.cleanse(path, rewriting)
    fail_point("erase.swept")
    return Swept(rewriting, cleansing.left, cleansing.files)


def known_by_digest(place: Workplace, store: Path, pending: Tombstones) -> Mentions:
    """The persons of some tombstones, as far as any file of the store still holds them."""
    if not pending:
        return Mentions()
    engine, found = place.engine, set[str]()
    if people_on_disk(engine, store):
        for role in ("customer", "email", "phone"):
            found |= set(known_again(engine, name(PEOPLE_ON_DISK), role, role, pending))
    names = _names(store)
    if names is not None:
        found |= set(known_again(engine, render("({rows})", rows=names), "customer_id", "customer", pending))
    columns = _source_columns(store) | IDENTITY_COLUMNS
    for path in sorted((store / QUARANTINE).glob("*.parquet")):
        rows = render(_ALL, files=literal(str(path)))
        texts = [column for column, kind in engine.columns(rows).items() if kind == "VARCHAR"]
        told = render(_TOLD, cells=joined(map(name, texts)), rows=rows)
        found |= {word for _, word in mentioned(engine, told, pending)}
        for column in (one for one in texts if one in columns):
            found |= set(known_again(engine, render("({rows})", rows=rows), column, "customer", pending))
    mentions, _ = resolved(place, store, _by_kind(found, pending), Settings())
    return mentions


def _by_kind(found: set[str], pending: Tombstones) -> Mentions:
    """Texts that digests were made of, each as what it was."""
    digests = {kind: set(pending.digests(kind)) for kind in KINDS}
    of_kind = {
        kind: frozenset(one for one in found if pending.key.digest(kind, one) in digests[kind]) for kind in KINDS
    }
    return Mentions(of_kind["id"], of_kind["email"], of_kind["phone"], of_kind["name"])


def _keeps(place: Workplace, store: Path, mentions: Mentions, cleansing: Cleansing) -> dict[str, Keep]:
    """For each room the test of the rows that stay."""
    keys = joined(literal(key) for key in sorted(mentions.keys)) if mentions.keys else None
    found: dict[str, Keep] = {QUARANTINE: cleansing.keep}
    if keys is None:
        return found
    files = sorted((store / ROWS).glob("*.parquet"))
    if files:
        paths = joined(literal(str(path)) for path in files)
        columns = place.engine.columns(render(_ALL, files=paths))
        order_id = Sql("CAST(order_id AS VARCHAR)" if "order_id" in columns else "CAST(NULL AS VARCHAR)")
        gone = place.engine.table(GONE_ROWS, render(_ROW_KEYS, files=paths, keys=keys, order_id=order_id))
        found[SUPERSEDED] = always(render(_SUPERSEDED, gone=gone))
        found[ORDERS] = always(render(_ORDERS, gone=gone, keys=keys))
    for room, key in ((ROWS, "person_key"), (PEOPLE, "person_key"), (NAMES, "customer_key")):
        test = "coalesce({key} NOT IN ({keys}), true)"
        found[room] = always(render(test, key=name(key), keys=keys))
    return found


def always(test: Sql) -> Keep:
    """A test that is the same for every file."""

    def keep(_columns: Mapping[str, str], _path: Path) -> Sql:
        return test

    return keep


def _source_columns(store: Path) -> frozenset[str]:
    """What the sources of all snapshots called the columns that name people."""
    found = set[str]()
    for folder in snapshot_folders(store):
        report = json.loads((folder / RUN_JSON).read_text(encoding="utf-8"))
        for source in report.get("inputs", []):
            columns = source.get("assumed", {}).get("columns", {})
            found |= {str(columns[role]) for role in _IDENTITY if columns.get(role)}
    return frozenset(found)


def _missing(place: Workplace, folder: Path, report: dict[str, Any]) -> int:
    """How many of the customers that a snapshot was published with are gone."""
    path = folder / "customers.parquet"
    published = sum(line["customers"] for line in report["segments"])
    if path.exists():
        present = place.engine.rows(render(_PRESENT, file=literal(str(path))))[0][0]
    elif (path := folder / "customers.csv").exists():
        with path.open(encoding="utf-8", newline="") as file:
            present = sum(1 for _ in file) - 1
    else:
        return int(report.get(ERASED, 0))
    return int(published - present)


def _names(store: Path) -> Sql | None:
    """The query of all lists of ids."""
    files = sorted((store / NAMES).glob("*.parquet"))
    return render(_ALL, files=joined(literal(str(path)) for path in files)) if files else None


def _beside(project: Path, ours: Sequence[str]) -> Iterator[Path]:
    """All other files of the project folder; what a link leads to lies elsewhere."""
    for top in sorted(project.iterdir()):
        if top.name in ours or top.is_symlink() or top.suffix == ".toml":
            continue
        paths = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (path for path in paths if path.is_file() and not path.is_symlink())
