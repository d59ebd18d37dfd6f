"""Merges: which ids were given up for which; chains are followed to their end, circles are refused.

``old`` to ``new``, for customer ids and e-mail addresses alike. An id that is merged into itself stays itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.second_tables import SecondTable
from quintile.engine.render import Sql, render
from quintile.errors import DataError, Place
from quintile.sources.located import ROW_NUMBER
from quintile.sources.second import Form, missing_columns, open_second
from quintile.sources.written import write_rows, written_table

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.second import Second

MERGES = "second_merges"
FORM = Form(
    "merges",
    {
        "old": "oldid oldcustomer oldcustomerid oldemail oldkey fromid mergedid mergedcustomerid duplicateid "
        "sourceid altid | old from merged duplicate source",
        "new": "newid newcustomer newcustomerid newemail newkey toid survivorid masterid mergedinto intoid targetid "
        "neueid | new to into survivor master target keep",
    },
)
_PAIRS = """
SELECT {old} AS old_key, {new} AS new_key, min({row}) FROM ({located})
WHERE {old} IS NOT NULL OR {new} IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_MERGES = "SELECT old_key, new_key FROM ({query})"
_FOLD = "CASE WHEN contains({id}, '@') THEN lower({id}) ELSE {id} END"
_MOST_NAMED = 20


def read_merges(engine: Engine, path: Path, staging: Path, settings: ReadingSettings, *, fold: bool) -> SecondTable:
    """Read a merge map.

    Args:
        engine: Where the table is made.
        path: The file, with a column of old and one of new ids.
        staging: For copies.
        settings: Of the orders; its mapping may name columns (``merges.old``).
        fold: Whether e-mail addresses are keys, which are the same in upper and lower case.

    Returns:
        Table ``second_merges``: old_key, and new_key at the end of its chain; nothing merges into itself.

    Raises:
        DataError: A column or an id is missing, an id goes to two others, or ids go round in a circle.
    """
    second = open_second(engine, path, staging, FORM, settings)
    for role in FORM.names:
        if role not in second.columns:
            raise missing_columns(second, f"the {role} id", f"say which column it is: --map merges.{role}=COLUMN")
    ids = {role: _folded(second.id(engine, role)) if fold else second.id(engine, role) for role in FORM.names}
    pairs = engine.rows(render(_PAIRS, row=Sql(ROW_NUMBER), located=second.table.located, **ids))
    after = _followed(_unambiguous(second, pairs), second)
    written = staging / "merges_followed.csv"
    lines = write_rows(written, ["old_key", "new_key"], ((0, pair) for pair in sorted(after.items())))
    query = Sql("SELECT '' AS old_key, '' AS new_key LIMIT 0")
    if lines:
        query = written_table(path, written, ["old_key", "new_key"], lines, form="text").query
    engine.table(MERGES, render(_MERGES, query=query))
    return SecondTable(MERGES, frozenset(second.columns), second.table.rows, second.report(merges=len(after)))


def _folded(id_text: Sql) -> Sql:
    return render(_FOLD, id=id_text)


def _unambiguous(second: Second, pairs: list[tuple[str | None, str | None, int]]) -> dict[str, tuple[str, int]]:
    """Each old id with its new one and the record that says so."""
    table = second.table
    if table.rejected:
        row = table.rejected[0]
        message = "a row of the merge map cannot be read"
        raise _refusal(message, second, row.line)
    into: dict[str, tuple[str, int]] = {}
    for old, new, record in pairs:
        if old is None or new is None:
            message = "a row of the merge map names only one id"
            raise _refusal(message, second, _line(second, record))
        if old == new:
            continue
        if old in into:
            first, other = sorted((_line(second, into[old][1]), _line(second, record)))
            message = f"one id is merged into two: see lines {first} and {other}"
            raise _refusal(message, second, first)
        into[old] = (new, record)
    return into


def _followed(into: dict[str, tuple[str, int]], second: Second) -> dict[str, str]:
    """Each old id with the end of its chain; every id is walked over once."""
    ends: dict[str, str] = {}
    for start in into:
        chain, walked = list[str](), set[str]()
        key = start
        while key in into and key not in ends:
            if key in walked:
                raise _circle(chain[chain.index(key) :], into, second)
            chain.append(key)
            walked.add(key)
            key = into[key][0]
        ends.update(dict.fromkeys(chain, ends.get(key, key)))
    return ends


def _circle(members: list[str], into: dict[str, tuple[str, int]], second: Second) -> DataError:
    """Names the ids of a circle, the least first; addresses and phones by their lines, for they name people."""
    least = members.index(min(members))
    members = members[least:] + members[:least]
    lines = [_line(second, into[member][1]) for member in members[:_MOST_NAMED]]
    private = any("@" in member or member.startswith("+") for member in members)
    named = [f"line {line}" for line in lines] if private else members[:_MOST_NAMED]
    more = [f"({len(members) - _MOST_NAMED} more)"] if len(members) > _MOST_NAMED else []
    return _refusal(f"the merge map goes round in a circle: {' -> '.join([*named, *more, named[0]])}", second, lines[0])


def _line(second: Second, record: int) -> int:
    return second.table.lines([record])[record]


def _refusal(message: str, second: Second, line: int | None) -> DataError:
    fix = "mend that row: each old id goes to one new id, and no chain comes back to where it began"
    return DataError("bad_merges", message, fix=fix, place=Place(second.table.name, line))
