"""Money that an export's own rules must read before the columns are typed: how a column writes it, and its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal, render
from quintile.errors import DataError
from quintile.sources.numbers import MOST_WHOLE_DIGITS, NumberFormat, amount_sql, suggest_numbers

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable
    from quintile.sources.number_forms import Mark

_SCALE = 6
_EITHER = """
CASE WHEN {dot} IS NULL THEN {comma} WHEN {comma} IS NULL OR {comma} = {dot} THEN {dot} ELSE {doubtful} END
"""
# Without the zeros behind the last decimal, which would lengthen all amounts.
_WRITTEN = "regexp_replace(CAST(abs({value}) AS VARCHAR), '[.]?0+$', '')"
# What stands before it is no part of any amount: the row becomes a bad one, and shows the text as it was read.
_UNREADABLE = "'? ' || {text}"
# Whole numbers of the smallest unit, rounded half away from zero; the database would divide decimals inexactly.
_UNITS = "CAST(abs({value}) * {factor} AS HUGEINT)"
_SHARE = """
CASE WHEN {part} = 0 THEN '0'
     WHEN abs({part}) < {limit} AND abs({amount}) < {limit} AND abs({whole}) < {limit} AND {whole} <> 0
     THEN CAST(CAST((2 * {parts} * {amounts} + {wholes}) // (2 * {wholes}) AS DECIMAL(24, 0))
               * CAST({unit} AS DECIMAL({width}, {scale})) AS VARCHAR) END
"""
_LIMIT = 10**12  # three numbers of at most 18 digits, the product of which fits


@dataclass(frozen=True)
class Money:
    """How a column writes money: its decimal mark (None: nothing settles it), its decimals, the sign beside it."""

    decimal: Mark | None = None
    scale: int = 2
    sign: str = ""


def look_at_money(engine: Engine, table: SourceTable, column: str) -> Money:
    """Find out how a column writes money; what is wrong with it is said where the column is typed."""
    decimal: Mark | None = "." if column in table.typed else None
    try:
        form = suggest_numbers(engine, table.query, column, decimal, table.columns[column])
    except DataError:
        return Money()
    return Money(form.decimal, form.scale, form.currency or "")


def value_sql(text: Sql, decimal: Mark | None) -> Sql:
    """The amount a text says, NULL where it says none; without a mark, where either mark gives the same."""
    if decimal is not None:
        return _value(text, decimal)
    return either_sql(text, Sql("NULL"))


def either_sql(text: Sql, doubtful: Sql | None = None) -> Sql:
    """The amount a text says, whichever mark parts its decimals; ``doubtful`` is what ``1.234`` is, else a dot's."""
    dot, comma = _value(text, "."), _value(text, ",")
    return render(_EITHER, dot=dot, comma=comma, doubtful=doubtful or dot)


def written(value: Sql) -> Sql:
    """An amount as text, without its sign."""
    return render(_WRITTEN, value=value)


def unreadable(text: Sql) -> Sql:
    """A text that says no amount, in place of one whose meaning is not known."""
    return render(_UNREADABLE, text=text)


def share_sql(part: Sql, whole: Sql, amount: Sql, scale: int) -> Sql:
    """As text: the same share of an amount as a part is of a whole, rounded to some decimals half away from zero."""
    scale = min(scale, _SCALE)
    return render(
        _SHARE,
        part=part,
        whole=whole,
        amount=amount,
        parts=render(_UNITS, value=part, factor=literal(10**_SCALE)),
        wholes=render(_UNITS, value=whole, factor=literal(10**_SCALE)),
        amounts=render(_UNITS, value=amount, factor=literal(10**scale)),
        limit=literal(_LIMIT),
        unit=literal(f"{10**-scale:.{scale}f}"),
        width=literal(scale + 1),
        scale=literal(scale),
    )


def _value(text: Sql, decimal: Mark) -> Sql:
    return amount_sql(text, NumberFormat(decimal=decimal, scale=_SCALE, width=MOST_WHOLE_DIGITS + _SCALE))[0]
