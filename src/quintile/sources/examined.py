"""Examined ids: one look over a source's columns of text ids, before they are read.

Nearly all ids are plain: such a column is read as it is, which saves more than the look costs. Where one is not, a
second look counts what was removed, what must be set aside, and what a spreadsheet has destroyed. Columns of whole
numbers need no look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quintile.domain.words import counted
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.identifiers import (
    FRACTIONS,
    INVISIBLE,
    clean_sql,
    id_sql,
    is_scaled,
    look_at_ids,
    written_twice,
)
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

LONGEST_ID = 1 << 16
NUMBERED_ROLES = ("customer", "order", "line", "account")

# Printed ASCII without blanks: nothing to clean. Without a plus sign: no number as a spreadsheet shortens it.
_PLAIN = "[!-*,-~]*"
_SHORTENED = r"\s*[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}\s*"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_PLAIN_LOOK = """
count({column}) - count_if(regexp_full_match({column}, {plain})), max(strlen({column})),
count_if(contains({column}, '.0'))
"""
_LOOK = """
count_if(strlen({column}) <> length({column}) AND regexp_matches({column}, {invisible})),
count_if(regexp_full_match({column}, {shortened})), count_if(regexp_matches({column}, {control})),
count_if({clean} <> trim({column}))
"""
_FIRST_SHORTENED = """
SELECT {row}, {column} FROM ({located}) WHERE regexp_full_match({column}, {shortened}) ORDER BY 1 LIMIT 1
"""
_BEYOND = "SELECT count_if(abs({column}) >= {limit}) FROM ({source}) WHERE isfinite({column})"
_FIRST_BEYOND = """
SELECT {row}, format('{{:.17g}}', CAST({column} AS DOUBLE)) FROM ({located})
WHERE isfinite({column}) AND abs({column}) >= {limit} ORDER BY 1 LIMIT 1
"""
_EXACT_WHOLE = {"FLOAT": 1 << 24, "DOUBLE": 1 << 53}
_FAULT = """
WHEN regexp_matches({column}, {control}) THEN 'control_character'
WHEN strlen({column}) > {longest} THEN 'field_too_long'
"""
_FIX = "export that column as text from where the ids are still whole (in a spreadsheet, format it as text first)"
_SOUND = Sql("CAST(NULL AS VARCHAR)")


@dataclass(frozen=True)
class ExaminedIds:
    """The SQL of each id role, what was assumed, what was removed, and the fault of a row whose ids cannot be used."""

    expressions: dict[str, Sql]
    assumed: dict[str, Any]
    problem: Sql = _SOUND
    warnings: tuple[dict[str, Any], ...] = ()


@dataclass
class _Seen:
    plain: bool = False
    invisible: int = 0
    shortened: int = 0
    cleaned: bool = False
    faulty: bool = False
    pointed: bool = False
    twice: tuple[int, str, str] = (0, "", "")


def examine_ids(engine: Engine, table: SourceTable, columns: Mapping[str, str]) -> ExaminedIds:
    """Look at the id columns of one source and say how to read them.

    Args:
        engine: Runs the looks: one aggregate over all columns of text ids, a second one only over odd ones.
        table: The source.
        columns: Role -> column, of the roles that name somebody or something.

    Raises:
        DataError: ``id_scientific_notation``: ids such as ``1.23457E+12``, or floats beyond their exact range, have
            lost digits, so different ids may have become one. ``bad_column_type``.
    """
    seen = _look(engine, table, [column for column in columns.values() if table.columns[column] == "VARCHAR"])
    expressions, assumed = dict[str, Sql](), dict[str, Any]()
    for role, column in columns.items():
        kind = table.columns[column]
        found = seen.get(column, _Seen())
        if found.shortened and role in NUMBERED_ROLES:
            raise _shortened(engine, table, column, found.shortened)
        if kind in FRACTIONS:
            _refuse_beyond(engine, table, column, kind)
        emails, whole = look_at_ids(engine, table.query, column, kind, pointed=found.pointed)
        if found.pointed and not whole and role in NUMBERED_ROLES:
            found.twice = written_twice(engine, table.query, column)
        expressions[role] = id_sql(column, kind, whole=whole, plain=found.plain)
        assumed.update({f"{role}_is_whole_number": True} if whole or kind in FRACTIONS else {})
        assumed.update({f"{role}_is_decimal": True} if is_scaled(kind) else {})
        assumed.update({f"{role}_is_cleaned": True} if found.cleaned else {})
        assumed.update({"customer_is_email": True} if emails and role == "customer" else {})
    return ExaminedIds(expressions, assumed, _problem(seen), _warnings(seen))


def _look(engine: Engine, table: SourceTable, columns: list[str]) -> dict[str, _Seen]:
    if not columns:
        return {}
    looks = joined(render(_PLAIN_LOOK, column=name(column), plain=literal(_PLAIN)) for column in columns)
    counts = engine.rows(render("SELECT {looks} FROM ({source})", looks=looks, source=table.query))[0]
    seen = {
        column: _Seen(plain=not odd, faulty=(longest or 0) > LONGEST_ID, pointed=bool(pointed))
        for column, odd, longest, pointed in zip(columns, counts[::3], counts[1::3], counts[2::3], strict=True)
    }
    odd = [column for column in columns if not seen[column].plain]
    if odd:
        parts = {"invisible": literal(INVISIBLE), "shortened": literal(_SHORTENED), "control": literal(_CONTROL)}
        looks = joined(render(_LOOK, column=name(column), clean=clean_sql(name(column)), **parts) for column in odd)
        counts = engine.rows(render("SELECT {looks} FROM ({source})", looks=looks, source=table.query))[0]
        found = zip(odd, counts[::4], counts[1::4], counts[2::4], counts[3::4], strict=True)
        for column, invisible, shortened, controls, cleaned in found:
            seen[column].invisible, seen[column].shortened, seen[column].cleaned = invisible, shortened, bool(cleaned)
            seen[column].faulty |= bool(controls)
    return seen


def _problem(seen: dict[str, _Seen]) -> Sql:
    faults = [
        render(_FAULT, column=name(column), control=literal(_CONTROL), longest=literal(LONGEST_ID))
        for column, found in seen.items()
        if found.faulty
    ]
    return render("CASE {faults} END", faults=joined(faults, " ")) if faults else _SOUND


def _warnings(seen: dict[str, _Seen]) -> tuple[dict[str, Any], ...]:
    return (*_invisible(seen), *_twice(seen))


def _invisible(seen: dict[str, _Seen]) -> Iterator[dict[str, Any]]:
    for column, found in seen.items():
        if found.invisible:
            message = (
                f"{counted(found.invisible, 'value', 'values')} of '{column}' held characters that nobody sees"
                " (zero-width, no-break or direction marks): they were removed, so that equal ids are equal"
            )
            yield {"code": "invisible_characters", "rows": found.invisible, "message": message}


def _twice(seen: dict[str, _Seen]) -> Iterator[dict[str, Any]]:
    for column, found in seen.items():
        rows, shorter, longer = found.twice
        if rows:
            message = (
                f"{counted(rows, 'id', 'ids')} in '{column}' end in .0 and stand in other rows without it, such"
                f" as '{longer}' and '{shorter}': they count as different ids"
            )
            yield {"code": "ids_differ_only_by_point", "rows": rows, "message": message}


def _shortened(engine: Engine, table: SourceTable, column: str, count: int) -> DataError:
    query = render(
        _FIRST_SHORTENED,
        row=Sql(ROW_NUMBER),
        column=name(column),
        located=table.located,
        shortened=literal(_SHORTENED),
    )
    number, raw = engine.rows(query)[0]
    message = (
        f"{count:,} ids in '{column}' are numbers that a spreadsheet has shortened (such as {raw.strip()}): their last"
        " digits are lost, so different ids have become one"
    )
    place = Place(table.name, table.lines([number])[number], column)
    return DataError("id_scientific_notation", message, fix=_FIX, place=place)


def _refuse_beyond(engine: Engine, table: SourceTable, column: str, kind: str) -> None:
    """A float holds whole numbers exactly only up to a limit; beyond it neighbouring ids are one number."""
    limit = literal(_EXACT_WHOLE[kind])
    count = engine.rows(render(_BEYOND, column=name(column), limit=limit, source=table.query))[0][0]
    if not count:
        return
    query = render(_FIRST_BEYOND, row=Sql(ROW_NUMBER), column=name(column), limit=limit, located=table.located)
    number, raw = engine.rows(query)[0]
    message = (
        f"{count:,} ids in '{column}' are floating-point numbers too large to be exact (such as {raw}): their last"
        " digits are lost, so different ids may have become one"
    )
    place = Place(table.name, table.lines([number])[number], column)
    raise DataError("id_scientific_notation", message, fix="keep the ids as text or as whole numbers", place=place)
