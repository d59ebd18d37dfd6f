"""Stored copies: a large text table is brought into the database once, as a file whose columns are typed exactly.

A column gets a type only if every one of its texts is the database's own spelling of its value (``7``, ``-1.50``,
``2025-01-31 10:00:00``); so every text can be given back to the letter, and any other column stays text, for the rules
of text to decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

FEWEST_ROWS = 20_000  # below, reading the text twice is faster than writing it down
THOUSANDTHS = 3  # decimals that may as well be thousands
MOST_TYPED_DECIMALS = 6

_IDS = ("customer", "order", "line", "account")
_AMOUNTS = ("amount", "quantity", "unit_price", "refund")
_TIMES = ("time", "updated_at")
_SAMPLED = 1_000

_SHORT, _WHOLE, _DAY, _MOMENT, _T_MOMENT = "short whole", "whole", "day", "moment", "T moment"
_TYPES = {_SHORT: "INTEGER", _WHOLE: "BIGINT", _DAY: "DATE", _MOMENT: "TIMESTAMP", _T_MOMENT: "TIMESTAMP"}
# What a column is taken for next, if some of its texts are not what its first rows promise; else for text.
_NEXT = {_SHORT: _WHOLE}
_SPELLED = {_T_MOMENT: "replace(CAST({value} AS VARCHAR), ' ', 'T')"}
_PLAINLY = "CAST({value} AS VARCHAR)"
# Other lengths are infinities, years before Christ and fractions of a second.
_LENGTHS = {_DAY: 10, _MOMENT: 19, _T_MOMENT: 19}
# What a value leaves unsaid of its text, in three bits: 0, nothing; 1 to 6, so many decimals less than the others have;
# 7, it says another text. A text without a value is not equal to it: an unknown answer would be taken for a yes.
_BITS, MISFIT = 3, 7
_UNSAID = "CASE WHEN {fits} THEN 0 WHEN {text} IS NULL THEN 0 ELSE {misfit} END"
_EQUAL = "{text} = {spelled}"
_EQUAL_IN_LENGTH = "strlen({text}) = {length} AND {text} = {spelled}"
_DECIMALS = """
CASE WHEN {text} = CAST({value} AS VARCHAR) THEN 0
     WHEN {text} IS NULL THEN 0
     WHEN {value} IS NULL OR ({value} = 0 AND starts_with({text}, '-')) THEN {misfit}
     WHEN regexp_full_match({text}, {plain}) THEN {unit}
         * ({scale} - CASE WHEN contains({text}, '.') THEN strlen({text}) - instr({text}, '.') ELSE 0 END)
     ELSE {misfit} END
"""
_WITH_DECIMALS = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{{1,{scale}}})?"
_AMOUNT_TEXT = """
left(CAST({value} AS VARCHAR), strlen(CAST({value} AS VARCHAR)) - {unsaid} - CAST({unsaid} = {scale} AS INTEGER))
"""
_COPY = "SELECT {kept}, CAST({unsaid} AS BIGINT) AS unsaid FROM (SELECT {texts}, {values} FROM ({source}))"
_HEAD = "SELECT {counts} FROM (SELECT {texts} FROM ({source}) LIMIT {rows})"
_ROWS = "read_parquet([{path}], hive_partitioning = false, file_row_number = true)"


@dataclass(frozen=True)
class _Column:
    """One column of the copy: ``kind`` is what most of its values are, with ``scale`` decimals if they are amounts.

    In the file ``v3`` is a value; a column without kind or scale is kept as its text, ``t3``. What values leave unsaid
    of their texts stands beside them all, in one number, in which each column has its bits.
    """

    column: str
    place: int
    kind: str | None = None
    scale: int | None = None

    def part(self, letter: str) -> Sql:
        return Sql(f"{letter}{self.place}")

    @property
    def typed(self) -> bool:
        return self.kind is not None or self.scale is not None

    @property
    def type(self) -> Sql:
        return Sql(_TYPES[self.kind] if self.kind else f"DECIMAL(18, {self.scale})")

    @property
    def shown_type(self) -> str:
        """The type that the column has outside."""
        return _TYPES[_NEXT.get(self.kind or "", self.kind or "")] if self.kind else str(self.type)

    @property
    def kept(self) -> Sql:
        """What of the column goes into the file."""
        return self.part("v" if self.typed else "t")

    @property
    def text(self) -> Sql:
        """The text as it was, from what the file holds."""
        if not self.typed:
            return self.kept
        if self.scale:
            return render(_AMOUNT_TEXT, value=self.kept, scale=literal(self.scale), unsaid=self.said)
        return self._spelled

    @property
    def said(self) -> Sql:
        """What the file tells of the column's texts, 0 to 7."""
        unit, most = literal(1 << _BITS * self.place), literal(MISFIT)
        return render("((unsaid // {unit}) & {most})", unit=unit, most=most) if self.typed else Sql("0")

    def unsaid(self) -> Sql:
        """What the value leaves unsaid of the text, at the place of the column's bits."""
        text, value, unit = self.part("t"), self.part("v"), 1 << _BITS * self.place
        misfit = literal(MISFIT * unit)
        if self.scale:
            plain = literal(_WITH_DECIMALS.format(scale=self.scale))
            parts = {"text": text, "value": value, "misfit": misfit, "plain": plain}
            return render(_DECIMALS, unit=literal(unit), scale=literal(self.scale), **parts)
        length = _LENGTHS.get(self.kind or "")
        fits = render(_EQUAL, text=text, spelled=self._spelled)
        if length is not None:
            fits = render(_EQUAL_IN_LENGTH, text=text, spelled=self._spelled, length=literal(length))
        return render(_UNSAID, fits=fits, text=text, misfit=misfit)

    @property
    def _spelled(self) -> Sql:
        return render(_SPELLED.get(self.kind or "", _PLAINLY), value=self.part("v"))


Layout = list[_Column]


def stored(
    engine: Engine,
    table: SourceTable,
    columns: Mapping[str, str],
    settings: ReadingSettings,
    layout: Layout | None = None,
) -> SourceTable:
    """The same table, read from a copy that holds only the columns that play a role; small tables stay as they are.

    Every text is the same as before (``raws`` gives it); a column whose values all are whole numbers, amounts, days or
    moments in the plainest spelling has that type instead of text. Rows keep their order and their number.

    Args:
        engine: Reads the text, once, or again if a column is not what its first rows promise, and writes the copy into
            ``table.scratch``.
        table: A text source; others are given back unchanged.
        columns: The column of each role.
        settings: A decimal mark or a date format of the user's leaves those columns text.
        layout: What ``layout_of`` found, if it has been called.
    """
    if table.scratch is None or table.rows < FEWEST_ROWS or table.roles is not None:
        return table
    if table.copied is not None and table.copied.columns == columns:
        copy = table.copied.table
        return replace(table, query=copy.query, located=copy.located, columns=copy.columns, raws=copy.raws)
    layout = layout or layout_of(engine, table, columns, settings)
    path = table.scratch / f"source_{sum(1 for _ in table.scratch.iterdir()):04}.staged"
    engine.write(_copy(table, layout), path)
    types = _settled(engine, path, layout, settings)
    while None in types.values():
        path.unlink()
        layout = [_next(one) if kind is None else one for one, kind in types.items()]
        engine.write(_copy(table, layout), path)
        types = _settled(engine, path, layout, settings)
    return _opened(table, path, types)


def layout_of(engine: Engine, table: SourceTable, columns: Mapping[str, str], settings: ReadingSettings) -> Layout:
    """What each column most probably holds, by its first rows; a wrong guess costs time, never a value."""
    names = list(dict.fromkeys(columns.values()))
    roles = {column: {role for role, its in columns.items() if its == column} for column in names}
    wanted = [_Column(column, place) for place, column in enumerate(names)]
    counts: list[Sql] = []
    for one in wanted:
        text = one.part("t")
        plain = literal("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?")
        counts += [render("count({text})", text=text)]
        counts += [render("count(CASE WHEN {fits} THEN 1 END)", fits=_tried(text, kind)) for kind in _TYPES]
        counts += [
            render("count(CASE WHEN regexp_full_match({text}, {plain}) THEN 1 END)", text=text, plain=plain),
            render(
                "coalesce(max(strlen(regexp_extract({text}, '\\.([0-9]+)$', 1)))"
                " FILTER (regexp_full_match({text}, {plain})), 0)",
                text=text,
                plain=plain,
            ),
        ]
    texts = joined(render("{column} AS {text}", column=name(one.column), text=one.part("t")) for one in wanted)
    head = render(_HEAD, counts=joined(counts), texts=texts, source=table.query, rows=literal(_SAMPLED))
    found = engine.rows(head)[0]
    width = len(found) // len(wanted)
    return [
        _guessed(one, roles[one.column], found[width * one.place : width * (one.place + 1)], settings) for one in wanted
    ]


def _tried(text: Sql, kind: str) -> Sql:
    value = render("TRY_CAST({text} AS {type})", text=text, type=Sql(_TYPES[kind]))
    return render(_EQUAL, text=text, spelled=render(_SPELLED.get(kind, _PLAINLY), value=value))


def _next(one: _Column) -> _Column:
    """What a column is taken for after some of its texts did not fit."""
    return replace(one, kind=_NEXT.get(one.kind or ""), scale=None)


def _guessed(one: _Column, roles: set[str], found: Sequence[int], settings: ReadingSettings) -> _Column:
    rows, short, whole, day, moment, t_moment, plain, decimals = found
    if not rows:
        return one
    if roles <= set(_IDS) and whole * 2 > rows:
        return replace(one, kind=_SHORT if short == whole else _WHOLE)
    if roles <= set(_TIMES) and settings.date_format is None:
        most, kind = max((day, _DAY), (moment, _MOMENT), (t_moment, _T_MOMENT))
        return replace(one, kind=kind) if most * 2 > rows else one
    is_amount = roles <= set(_AMOUNTS) and settings.decimal != ","
    return replace(one, scale=decimals) if is_amount and plain * 2 > rows and decimals <= MOST_TYPED_DECIMALS else one


def _copy(table: SourceTable, layout: Sequence[_Column]) -> Sql:
    typed = [one for one in layout if one.typed]
    return render(
        _COPY,
        kept=joined(one.kept for one in layout),
        unsaid=joined([one.unsaid() for one in typed] or [Sql("0")], " + "),
        texts=joined(render("{column} AS {text}", column=name(one.column), text=one.part("t")) for one in layout),
        values=joined(
            [
                render("TRY_CAST({column} AS {type}) AS {v}", column=name(one.column), type=one.type, v=one.part("v"))
                for one in typed
            ]
            or [Sql("0")]
        ),
        source=table.query,
    )


def _settled(
    engine: Engine, path: Path, layout: Sequence[_Column], settings: ReadingSettings
) -> dict[_Column, str | None]:
    """The type each column is given, from all of its values; None if some of them do not say all of their text."""
    rows = render(_ROWS, path=literal(str(path)))
    types: dict[_Column, str | None] = {one: one.shown_type if one.typed else "VARCHAR" for one in layout}
    # The file's own statistics tell the largest number: mostly 0, and nothing is left to be looked at.
    if engine.rows(render("SELECT max(unsaid) FROM {rows}", rows=rows))[0][0]:
        looks = joined(render("max({said})", said=one.said) for one in layout)
        found = engine.rows(render("SELECT {looks} FROM {rows}", looks=looks, rows=rows))[0]
        types.update({one: None for one, most in zip(layout, found, strict=True) if most == MISFIT})
    if settings.decimal is None:
        doubtful = [one for one in layout if types[one] is not None and _is_doubtful(engine, one, rows)]
        types.update(dict.fromkeys(doubtful, "VARCHAR"))
    return types


def _is_doubtful(engine: Engine, one: _Column, rows: Sql) -> bool:
    """Whether the decimals of an amount, where it has any, may as well be thousands."""
    if one.scale != THOUSANDTHS:
        return False
    look = "SELECT count_if({unsaid} BETWEEN 1 AND {all} - 1) FROM {rows}"
    return not engine.rows(render(look, unsaid=one.said, all=literal(one.scale), rows=rows))[0][0]


def _opened(table: SourceTable, path: Path, types: Mapping[_Column, str | None]) -> SourceTable:
    rows = render(_ROWS, path=literal(str(path)))
    settled = {one: kind or "VARCHAR" for one, kind in types.items()}
    shown = [
        render(
            "{value} AS {column}",
            value=one.text if kind == "VARCHAR" else render("CAST({v} AS {t})", v=one.part("v"), t=Sql(kind)),
            column=name(one.column),
        )
        for one, kind in settled.items()
    ]
    texts = [render("{text} AS {column}", text=one.text, column=Sql(f"quintile_text_{one.place}")) for one in types]
    number = render("file_row_number + 1 AS {row}", row=Sql(ROW_NUMBER))
    select = "SELECT {columns} FROM {rows}"
    return replace(
        table,
        query=render(select, columns=joined(shown), rows=rows),
        located=render(select, columns=joined([*shown, *texts, number]), rows=rows),
        columns={one.column: kind for one, kind in settled.items()},
        raws={one.column: Sql(f"quintile_text_{one.place}") for one in types},
    )
