"""lists: the customers of each segment of a result as a CSV file of their own, and an index of the files."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.columns import CUSTOMERS
from quintile.domain.engine_settings import EngineSettings
from quintile.domain.formulas import neutralised
from quintile.domain.toml_keys import near
from quintile.engine.render import joined, literal, name, render
from quintile.errors import Place, SettingsError
from quintile.export.cards import ranking
from quintile.export.file_names import file_names
from quintile.jobs.project.one_result import customers_of, read_report, readable, result_home
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.results.for_people import for_people
from quintile.jobs.results.result import TEXTS
from quintile.jobs.workplace.replacing import replacing
from quintile.jobs.workplace.workplace import silent, workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.engine.render import Sql
    from quintile.jobs.workplace.workplace import Workplace

INDEX = "index.csv"
INDEX_COLUMNS = ("segment", "file", "customers", "as_of", "snapshot")
MARK = "\ufeff"
_OF_SEGMENT = "SELECT * FROM ({customers}) WHERE segment = {segment}"
# A mark before the first title is one at the beginning of the file.
_SHOWN = "SELECT {columns} FROM ({rows})"


@dataclass(frozen=True)
class Listed:
    """One list: its segment, its file, how many customers stand in it."""

    segment: str
    file: Path
    customers: int


def lists(
    folder: Path,
    results: Path | None = None,
    *,
    project: Path | None = None,
    segment: str | None = None,
    mark: bool = False,
    on_step: Callable[[str], None] = silent,
) -> list[Listed]:
    """Write a CSV file for each segment, columns as in customers.csv, and ``index.csv``, which names them.

    A list of an earlier time is replaced; those of segments that are no more are removed. With ``segment`` only that
    list is written, and the others stay. No cell is one that a spreadsheet would take for a formula.

    Args:
        folder: Where they go; made if it is not there.
        results: A results folder, or the folder of one snapshot.
        project: A project; its current snapshot is taken.
        segment: The only segment to write, in capital letters or small.
        mark: Begin each file with a byte order mark, by which Excel knows UTF-8.
        on_step: Told the name of each step as it begins.

    Returns:
        The lists that were written, the best segment first.

    Raises:
        SettingsError: There is no result, it is not one, it has no such segment, or a file of the user's own is in the
            way.
        StoreError: A file cannot be written.
    """
    home = result_home(results, project)
    report = read_report(home / RUN_JSON)
    names = file_names(ranking(report), taken=[INDEX.removesuffix(".csv")])
    wanted = list(names) if segment is None else [_found(segment, list(names))]
    index = folder / INDEX
    known = _read_index(index)
    counts = {line["segment"]: line["customers"] for line in report["segments"]}
    written = [Listed(one, folder / f"{names[one]}.csv", counts[one]) for one in wanted]
    _refuse_foreign([one.file for one in written], known)
    with replacing(index, "the lists") as draft:
        folder.mkdir(parents=True, exist_ok=True)
        with workplace([], EngineSettings(), readable(home), on_step=on_step) as place:
            on_step("writing the lists")
            customers = customers_of(place.engine, home)
            for one in written:
                _write(place, customers, one, mark=mark)
        lines = {one.file.name: _line(one, report) for one in written}
        if segment is not None:
            lines = {**known, **lines}
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, INDEX_COLUMNS)
            writer.writeheader()
            writer.writerows(lines.values())
        for gone in known.keys() - lines.keys():
            (folder / gone).unlink(missing_ok=True)
    return written


def _line(one: Listed, report: dict[str, Any]) -> dict[str, Any]:
    """A line of the index; each says of which snapshot its list is."""
    counted = {"segment": neutralised(one.segment), "file": one.file.name, "customers": one.customers}
    return {**counted, "as_of": report["as_of"], "snapshot": report["snapshot"]}


def _found(segment: str, known: list[str]) -> str:
    if segment in known:
        return segment
    wanted = " ".join(segment.split()).casefold()
    found = next((one for one in known if one.casefold() == wanted), None)
    if found is None:
        fix = f"{near(segment, known)}Segments: {', '.join(known)}"
        raise SettingsError("segment", f"the result has no segment '{segment}'", fix=fix)
    return found


def _read_index(index: Path) -> dict[str, dict[str, Any]]:
    """The lists that were written into a folder before, by their file.

    Raises:
        SettingsError: ``lists``, the file is no index of lists.
    """
    if not index.is_file():
        return {}
    try:
        with index.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            lines = list(reader) if tuple(reader.fieldnames or ()) == INDEX_COLUMNS else None
    except (OSError, UnicodeDecodeError, csv.Error):
        lines = None
    if lines is None:
        message = f"the folder holds an {INDEX} that is no index of lists"
        raise SettingsError("lists", message, fix="choose another folder: --lists DIR", place=Place(str(index)))
    # A name with a folder in it was not written by us.
    return {line["file"]: line for line in lines if Path(line["file"]).name == line["file"] != INDEX}


def _refuse_foreign(files: list[Path], known: dict[str, dict[str, Any]]) -> None:
    foreign = next((file for file in files if file.exists() and file.name not in known), None)
    if foreign is not None:
        message = f"'{foreign.name}' is already there and is no list of an earlier time, so it is not overwritten"
        raise SettingsError("lists", message, fix="choose another folder: --lists DIR", place=Place(str(foreign)))


def _write(place: Workplace, customers: Sql, one: Listed, *, mark: bool) -> None:
    rows = render(_OF_SEGMENT, customers=customers, segment=literal(one.segment))
    shown = [name(column) for column in CUSTOMERS]
    if mark:
        shown[0] = render("{column} AS {marked}", column=shown[0], marked=name(MARK + CUSTOMERS[0]))
    staged = place.staging / "list.csv"
    place.engine.write(render(_SHOWN, columns=joined(shown), rows=for_people(rows, TEXTS)), staged)
    with replacing(one.file, "the list") as draft:
        shutil.copyfile(staged, draft)
