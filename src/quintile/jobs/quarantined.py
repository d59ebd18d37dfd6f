"""Quarantined: writes the rows that are set aside, as they stand in their sources, to be corrected and read again.

One CSV a source: why and where, then the source's own columns. A file that a person has worked on is never overwritten:
a list beside the files remembers what they were like when they were written.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import heapq
import json
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from quintile.domain.fate import QUARANTINED, REASON_OF
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import ConservationError, Place, SettingsError
from quintile.jobs.accounts.scored import accounted_sources
from quintile.jobs.arrivals.arrival import arrive
from quintile.jobs.project.project import Project
from quintile.jobs.workplace.quarantine import column_to_blame, places_set_aside
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.snapshots.disk import full_disk
from quintile.snapshots.store import STORE
from quintile.sources.corrected import COLUMN, KEY, LINE, RAW, REASON, as_written, own_columns
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from quintile.engine.base import Engine
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

ENDING = ".quarantine.csv"
WRITTEN = ".quintile-quarantine.json"
PLACES, ASIDE = "places_set_aside", "rows_set_aside"
_AT_ONCE = 50_000
_LAST = 1 << 62  # a row without a line stands at the end
_ROWS = """
SELECT place.fate, place.has_amount, source.{row} AS row_no, {columns} FROM ({located}) AS source
JOIN {places} AS place ON place.quintile_row_number = source.{row} AND file_no = {file_no}
"""
_BATCH = "SELECT * FROM {rows} WHERE row_no > {after} ORDER BY row_no LIMIT {most}"


class _Row(NamedTuple):
    """One row to write: its place for the order, why and where, its raw text if it has no cells, its cells."""

    place: int
    reason: str
    where: str
    column: str | None
    raw: str
    cells: Sequence[str | None]


@dataclass(frozen=True)
class _Written:
    """One file that was written into a temporary folder."""

    source: str
    path: Path
    reasons: Mapping[str, int]
    sha256: str


def write_quarantine(wish: Wish, out: Path, *, on_step: Callable[[str], None] = silent) -> dict[str, Any]:
    """Write the rows that are set aside, one CSV a source, to be corrected and read again.

    Args:
        wish: Sources, settings; of a project, its ledger decides too. However many rows are bad, all are written.
        out: The folder for the files; not made when nothing is set aside.
        on_step: Told the name of each step as it begins.

    Returns:
        ``rows``, and of each file in ``files`` its source, path, rows and rows by reason; ``read_with`` are settings
        that were told from all rows and may not be told from these few.

    Raises:
        DataError: The sources cannot be read.
        SettingsError: ``out``, a file there was changed since it was written, or is none of ours; nothing was written.
        ConservationError: Not every row that was counted was found.
    """
    reading = replace(wish.settings.reading, max_bad_share=1.0)
    wish = replace(wish, settings=replace(wish.settings, reading=reading))
    store = wish.project / STORE if wish.project is not None else None
    with workplace(wish.files, wish.settings.engine, store, on_step=on_step) as place:
        accounted = _accounted(place, wish)
        counted = {
            REASON_OF[fate]: tally.rows
            for fate, tally in accounted.ledger.fates.items()
            if fate in QUARANTINED.values()
        }
        if not counted:
            return {"rows": 0, "files": [], "read_with": {}}
        on_step("writing the rows set aside")
        files = _write(place.engine, accounted, counted, out)
    return {"rows": sum(counted.values()), "files": files, "read_with": _read_with(accounted)}


def _accounted(place: Workplace, wish: Wish) -> Accounted:
    """The sources alone, but for what the project's ledger knows; a source of its own is looked at afresh."""
    if wish.project is None:
        return accounted_sources(place, wish)
    arrival = arrive(place, wish, Project.at(wish.project / STORE))
    return accounted_sources(place, wish) if arrival.is_known else arrival.alone


def _read_with(accounted: Accounted) -> dict[str, str]:
    """What all sources have in common and a few rows may not show."""
    assumed = [file.assumed for file in accounted.transactions.files]
    return {
        key: assumed[0][key]
        for key in ("date_order", "decimal")
        if assumed[0].get(key) and all(one.get(key) == assumed[0][key] for one in assumed)
    }


def _write(engine: Engine, accounted: Accounted, counted: Mapping[str, int], out: Path) -> list[dict[str, Any]]:
    engine.table(PLACES, places_set_aside(engine, accounted))
    try:
        with full_disk(out), _beside(out) as folder:
            before = _remembered(out / WRITTEN)
            written = [one for one in _files(engine, accounted, folder) if one.reasons]
            if sum((Counter(one.reasons) for one in written), Counter[str]()) != counted:
                message = f"{dict(counted)} rows are set aside, of them {[one.reasons for one in written]} were found"
                raise ConservationError(message)
            for one in written:
                _refuse_changed(out / one.path.name, {before.get(one.path.name), one.sha256})
            now = {**before, **{one.path.name: one.sha256 for one in written}}
            (folder / WRITTEN).write_text(json.dumps(now, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            for path in (*(one.path for one in written), folder / WRITTEN):  # what was there before stays until now
                path.replace(out / path.name)
    except OSError as error:
        message = f"the files cannot be written: {error.strerror}"
        raise SettingsError("out", message, fix="choose another --out", place=Place(str(out))) from error
    return [
        {
            "source": one.source,
            "file": str(out / one.path.name),
            "rows": sum(one.reasons.values()),
            "reasons": {reason: one.reasons[reason] for reason in QUARANTINED if reason in one.reasons},
        }
        for one in written
    ]


@contextlib.contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder for drafts inside another, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".quintile-", dir=out) as folder:
        yield Path(folder)


def _remembered(path: Path) -> dict[str, str]:
    """The checksums of the files that were written before."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse_changed(path: Path, ours: set[str | None]) -> None:
    if not path.is_symlink() and not path.exists():
        return
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() not in ours:
        raise SettingsError(
            "out",
            f"{path.name} is there already, and is not as quintile wrote it",
            fix="keep your corrections: choose another --out, or move the file away",
            place=Place(str(path)),
        )


def _files(engine: Engine, accounted: Accounted, folder: Path) -> Iterator[_Written]:
    taken: set[str] = set()
    for number, table in enumerate(accounted.tables):
        path = folder / _file_name(table.name, taken)
        reasons = Counter[str]()
        where = LINE if table.keys is None else KEY
        leading = [REASON, where, COLUMN, *([RAW] if table.rejected else [])]
        own = own_columns(table.columns)
        with path.open("w", newline="", encoding="utf-8-sig") as file:  # the mark tells a spreadsheet the encoding
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*leading, *map(as_written, own)])
            for row in _rows(engine, accounted, number):
                reasons[row.reason] += 1
                told = [row.reason, row.where, row.column, *([row.raw] if table.rejected else [])]
                cells = [*told, *(row.cells or [""] * len(own))]
                writer.writerow([as_written(cell or "") for cell in cells])
        yield _Written(table.name, path, reasons, hashlib.sha256(path.read_bytes()).hexdigest())


def _file_name(source: str, taken: set[str]) -> str:
    """A name that no file system minds, and no other source has."""
    stem = re.sub(r"[^\w.-]+", "-", Path(source).stem if ": " not in source else source).strip("-.") or "source"
    names = (f"{stem}{ENDING}" if number == 1 else f"{stem}-{number}{ENDING}" for number in count(1))
    found = next(one for one in names if one.casefold() not in taken)
    taken.add(found.casefold())
    return found


def _rows(engine: Engine, accounted: Accounted, number: int) -> Iterator[_Row]:
    """One source's rows in its own order."""
    damaged = _damaged(accounted, number)
    return heapq.merge(_typed(engine, accounted, number), damaged, key=lambda row: row.place)


def _typed(engine: Engine, accounted: Accounted, number: int) -> Iterator[_Row]:
    table = accounted.tables[number]
    columns = [
        render("CAST(source.{column} AS VARCHAR) AS {column}", column=name(column))
        for column in own_columns(table.columns)
    ]
    query = render(
        _ROWS,
        row=Sql(ROW_NUMBER),
        columns=joined(columns),
        located=table.located,
        places=name(PLACES),
        file_no=literal(number),
    )
    rows, after = engine.table(ASIDE, query), 0
    while batch := engine.rows(render(_BATCH, rows=rows, after=literal(after), most=literal(_AT_ONCE))):
        places = [place for _, _, place, *_ in batch]
        keys: Mapping[int, str | int] = table.lines(places) if table.keys is None else table.keys(places)
        for fate, has_amount, place, *cells in batch:
            reason, where = REASON_OF[fate], keys[place]
            line = where if isinstance(where, int) else place
            column = column_to_blame(accounted, number, reason, has_amount=has_amount)
            yield _Row(line, reason, str(where), column, "", cells)
        after = places[-1]


def _damaged(accounted: Accounted, number: int) -> Iterator[_Row]:
    """The records that could not be taken apart, or hold what no text may hold."""
    table = accounted.tables[number]
    # Of a source that its project knows already they count as repeats, under another reason.
    counts = bool(table.rejected) and table.rejected[0] in accounted.transactions.rejected
    for row, cells in table.damaged() if counts and table.damaged is not None else ():
        where = row.key or "" if row.line is None else str(row.line)
        yield _Row(row.line or _LAST, row.reason, where, row.column, "" if cells else row.raw, cells)
