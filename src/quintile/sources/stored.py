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
MISFIT = 255  # stands for the number of decimals where a text is no plain amount
MOST_TYPED_DECIMALS = 6

_IDS = ("customer", "order", "line", "account")
_AMOUNTS = ("amount", "quantity", "unit_price", "refund")
_TIMES = ("time", "updated_at")
_SAMPLED = 1_000

_WHOLE, _DAY, _MOMENT, _T_MOMENT = "whole", "day", "moment", "T moment"
_TYPES = {_WHOLE: "BIGINT", _DAY: "DATE", _MOMENT: "TIMESTAMP", _T_MOMENT: "TIMESTAMP"}
_SPELLED = {
    _WHOLE: "CAST({value} AS VARCHAR)",
    _DAY: "CAST({value} AS VARCHAR)",
    _MOMENT: "CAST({value} AS VARCHAR)",
    _T_MOMENT: "replace(CAST({value} AS VARCHAR), ' ', 'T')",
}
# Other lengths are infinities, years before Christ and fractions of a second. A text without a value does not fit: an
# unknown answer would be taken for a yes.
_LENGTHS = {_DAY: 10, _MOMENT: 19, _T_MOMENT: 19}
_FITS = "{text} IS NOT DISTINCT FROM {spelled}"
_FITS_LENGTH = "({text} IS NULL OR (strlen({text}) = {length} AND {text} IS NOT DISTINCT FROM {spelled}))"
# An amount with fewer decimals than the others keeps their number beside it.
_PLAIN = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{{1,{scale}}})?"
_DECIMALS = """
CASE WHEN {text} = CAST({value} AS VARCHAR) THEN {scale}
     WHEN {text} IS NULL THEN NULL
     WHEN {value} IS NULL OR ({value} = 0 AND starts_with({text}, '-')) THEN {misfit}
     WHEN regexp_full_match({text}, {plain})
     THEN CASE WHEN contains({text}, '.') THEN strlen({text}) - instr({text}, '.') ELSE 0 END
     ELSE {misfit} END
"""
_AMOUNT_TEXT = """
left(CAST({value} AS VARCHAR),
     strlen(CAST({value} AS VARCHAR)) - {scale} + {decimals} - CAST({decimals} = 0 AS INTEGER))
"""
_COPY = "SELECT {kept} FROM (SELECT *, {fits} FROM (SELECT {texts}, {values} FROM ({source})))"
_HEAD = "SELECT {counts} FROM (SELECT {texts} FROM ({source}) LIMIT {rows})"
_ROWS = "read_parquet([{path}], hive_partitioning = false, file_row_number = true)"


@dataclass(frozen=True)
class _Column:
    """One column of the copy: ``kind`` is what most of its values are, with ``scale`` decimals if they are amounts.

    In the file ``v3`` is a value, ``d3`` the number of its decimals, ``f3`` is 1 if it says all of its text; a column
    without kind or scale is kept as its text, ``t3``.
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
    def text(self) -> Sql:
        """The text as it was, from what the file holds."""
        if not self.typed:
            return self.part("t")
        value = self.part("v")
        if self.scale:
            return render(_AMOUNT_TEXT, value=value, scale=literal(self.scale), decimals=self.part("d"))
        return render(_SPELLED[self.kind or _WHOLE], value=value)

    def fits(self) -> Sql:
        """Whether the value says all of its text; for amounts the number of their decimals, or MISFIT."""
        text, value = self.part("t"), self.part("v")
        if self.kind is None:
            scale = literal(self.scale)
            plain = literal(_PLAIN.format(scale=max(self.scale or 0, 1)))
            return render(_DECIMALS, text=text, value=value, scale=scale, plain=plain, misfit=literal(MISFIT))
        spelled = render(_SPELLED[self.kind], value=value)
        if self.kind in _LENGTHS:
            return render(_FITS_LENGTH, text=text, spelled=spelled, length=literal(_LENGTHS[self.kind]))
        return render(_FITS, text=text, spelled=spelled)

    def kept(self) -> list[Sql]:
        """What of the column goes into the file."""
        if not self.typed:
            return [self.part("t")]
        # As small numbers, the file's own statistics tell their bounds.
        return [self.part("v"), render("CAST({f} AS UTINYINT) AS {said}", f=self.part("f"), said=self.said)]

    @property
    def said(self) -> Sql:
        """What the file tells of a typed column beside its values; NULL of a text."""
        if not self.typed:
            return Sql("NULL")
        return self.part("f" if self.kind else "d")


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
        engine: Reads the text, once, or twice if a column is not what its first rows promise, and writes the copy into
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
    if None in types.values():
        path.unlink()
        layout = [replace(one, kind=None, scale=None) if kind is None else one for one, kind in types.items()]
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
        counts += [
            render("count(CASE WHEN {fits} THEN 1 END)", fits=_tried(text, kind))
            for kind in (_WHOLE, _DAY, _MOMENT, _T_MOMENT)
        ]
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
    return render("{text} = {spelled}", text=text, spelled=render(_SPELLED[kind], value=value))


def _guessed(one: _Column, roles: set[str], found: Sequence[int], settings: ReadingSettings) -> _Column:
    rows, whole, day, moment, t_moment, plain, decimals = found
    if not rows:
        return one
    if roles <= set(_IDS) and whole * 2 > rows:
        return replace(one, kind=_WHOLE)
    if roles <= set(_TIMES) and settings.date_format is None:
        most, kind = max((day, _DAY), (moment, _MOMENT), (t_moment, _T_MOMENT))
        return replace(one, kind=kind) if most * 2 > rows else one
    is_amount = roles <= set(_AMOUNTS) and settings.decimal != ","
    return replace(one, scale=decimals) if is_amount and plain * 2 > rows and decimals <= MOST_TYPED_DECIMALS else one


def _copy(table: SourceTable, layout: Sequence[_Column]) -> Sql:
    typed = [one for one in layout if one.typed]
    return render(
        _COPY,
        kept=joined(part for one in layout for part in one.kept()),
        fits=joined([render("{fits} AS {f}", fits=one.fits(), f=one.part("f")) for one in typed] or [Sql("0")]),
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
    looks = joined(render("min({said}), max({said})", said=one.said) for one in layout)
    found = engine.rows(render("SELECT {looks} FROM {rows}", looks=looks, rows=rows))[0]
    types: dict[_Column, str | None] = {}
    for one, least, most in zip(layout, found[::2], found[1::2], strict=True):
        if (one.kind and least == 0) or (not one.kind and most == MISFIT):
            types[one] = None
        elif not one.typed or (settings.decimal is None and _is_doubtful(engine, one, most, rows)):
            types[one] = "VARCHAR"
        else:
            types[one] = one.type if one.kind or most is None else f"DECIMAL(18, {most})"
    return types


def _is_doubtful(engine: Engine, one: _Column, most: int | None, rows: Sql) -> bool:
    """Whether the decimals of an amount, where it has any, may as well be thousands."""
    if one.kind or most != THOUSANDTHS:
        return False
    look = "SELECT count_if({decimals} BETWEEN 1 AND {most} - 1) FROM {rows}"
    return not engine.rows(render(look, decimals=one.said, most=literal(most), rows=rows))[0][0]


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
