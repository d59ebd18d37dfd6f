"""Numbers: amounts as they are written down become exact decimals, in SQL; nothing is ever rounded.

The whole column decides which mark is the decimal one. Columns in the plainest form cost one cast; any other form is
held against an exact pattern before it is cast, because the database's own cast rounds and takes ``1_000`` for a
number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.number_forms import (
    DASHES,
    MINUS,
    MOST_DECIMALS,
    NONFINITE,
    any_pattern,
    decide_mark,
    find_currency,
    general_pattern,
    has_marks,
    is_scientific,
    plain_pattern,
    scientific_pattern,
)

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.sources.number_forms import Mark

MOST_WHOLE_DIGITS = 15  # at least so many are kept; longer amounts are no money, and their sums would overflow
NARROW = 18  # digits of a decimal that fits a machine word
FEWEST_DECIMALS = 2
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"}
_LONG = {"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"}
_FLOATS = {"FLOAT", "DOUBLE"}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_FLOAT_SCALES = (2, 4, 6)
_LARGEST_EXACT_FLOAT = 1e8  # with six decimals still fewer digits than a double holds exactly

_IS_CUT = "count_if({column} % {unit} <> 0)"
_CUT = "SELECT {tests} FROM ({source})"
_HEAD = "SELECT count(*), count_if(regexp_full_match({text}, {comma})) FROM (SELECT * FROM ({source}) LIMIT 1000)"
_LOOK = """
SELECT count({text}), count_if(fits), count_if(fits AND mark > 0),
       max(strlen({text}) - mark) FILTER (fits AND mark > 0),
       min(strlen({text}) - mark) FILTER (fits AND mark > 0),
       max(CASE WHEN mark > 0 THEN mark - 1 ELSE strlen({text}) END) FILTER (fits)
FROM (SELECT {text}, regexp_full_match({text}, {plain}) AS fits, instr({text}, {decimal}) AS mark
      FROM (SELECT {column} AS {text} FROM ({source})))
"""
# Digits lose their value but keep their number up to four; a whole part of zeros, which can be no thousands, keeps it.
_SHAPES = """
SELECT regexp_replace(regexp_replace(regexp_replace(
           {text}, '^([^0-9]*)0[0-9]*([.,])', '\\1Z\\2'), '[0-9]', '9', 'g'), '9{{5,}}', '9999', 'g') AS shape,
       count(*), min({text})
FROM (SELECT {column} AS {text} FROM ({source}))
WHERE NOT regexp_full_match({text}, {skipped}) AND regexp_matches({text}, '[0-9]') AND strlen({text}) < 60
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 2000
"""
_MEASURE = """
SELECT coalesce(max(decimals), 0), coalesce(max(strlen(regexp_replace({text}, '[^0-9]', '', 'g')) - digits), 0)
FROM (SELECT {text}, {decimals} AS decimals, {after} AS digits
      FROM (SELECT {column} AS {text} FROM ({source}))
      WHERE NOT regexp_full_match({text}, {skipped}) AND regexp_full_match({text}, {any}))
"""
_AFTER = "CASE WHEN contains({text}, {decimal}) THEN strlen(regexp_extract({text}, {tail}, 1)) ELSE 0 END"
_DECIMALS = (
    "{after} - CASE WHEN contains(lower({text}), 'e') AND regexp_full_match({text}, {scientific})"
    " THEN TRY_CAST(regexp_extract({text}, '[eE]([-+]?[0-9]+)\\s*$', 1) AS INTEGER) ELSE 0 END"
)
_PLAIN_VALUE = "TRY_CAST({text} AS {type})"
_VALUE = """
CASE WHEN regexp_full_match({text}, {plain}) THEN TRY_CAST({plain_text} AS {type})
     WHEN regexp_full_match({text}, {general})
     THEN TRY_CAST(CASE WHEN regexp_matches({text}, {minus}) THEN '-' ELSE '' END
                   || replace(regexp_replace({text}, {noise}, '', 'g'), ',', '.') AS {type})
     WHEN regexp_full_match({text}, {scientific}) AND {decimals} <= {scale}
     THEN TRY_CAST(replace(trim({text}), ',', '.') AS {type}) END
"""
_PROBLEM = """
CASE WHEN {value} IS NULL THEN
     CASE WHEN {text} IS NULL THEN 'bad_amount'
          WHEN regexp_full_match({text}, {nonfinite}) THEN 'nonfinite_amount'
          WHEN regexp_full_match({text}, {scientific})
          THEN CASE WHEN isinf(TRY_CAST(replace(trim({text}), ',', '.') AS DOUBLE)) THEN 'nonfinite_amount'
                    ELSE 'amount_out_of_range' END
          WHEN regexp_full_match({text}, {general}) THEN 'amount_out_of_range'
          ELSE 'bad_amount' END END
"""
_TYPED_PROBLEM = """
CASE WHEN {value} IS NULL THEN CASE WHEN {column} IS NULL THEN 'bad_amount' {nonfinite}
                                    ELSE 'amount_out_of_range' END END
"""
_FLOAT_LOOK = """
SELECT count_if(abs({column}) >= {largest}), {misses} FROM ({source}) WHERE isfinite({column})
"""
_MISSES = "count_if(TRY_CAST(TRY_CAST({column} AS DECIMAL(18, {scale})) AS {type}) IS DISTINCT FROM {column})"


@dataclass(frozen=True)
class NumberFormat:
    """How the amounts of one column are written.

    ``scale`` is the largest number of decimals in the column (at most 18), ``width`` the digits of the type.
    ``plain``: every value is bare digits with at most a minus and a decimal mark, or a number already. ``currency`` is
    the one sign or code that stands beside the amounts. ``marked`` says that some stand with more than digits, a minus
    and a decimal mark: thousands marks, a currency, brackets. ``scientific`` counts values such as ``1e3``, which
    deserve a warning.
    """

    kind: str = "VARCHAR"
    decimal: Mark = "."
    scale: int = 2
    width: int = NARROW
    plain: bool = False
    currency: str | None = None
    marked: bool = False
    scientific: int = 0

    @property
    def sql_type(self) -> str:
        """The exact type of the values."""
        return f"DECIMAL({self.width}, {self.scale})"

    @property
    def is_exact(self) -> bool:
        """Whether the column is a decimal of the source that fits as it is."""
        digits = _DECIMAL.fullmatch(self.kind) if self.plain else None
        return digits is not None and int(digits[1]) <= self.width and int(digits[2]) == self.scale


def suggest_numbers(
    engine: Engine,
    source: Sql,
    column: str,
    decimal: Mark | None = None,
    kind: str = "VARCHAR",
    *,
    as_written: bool = False,
) -> NumberFormat:
    """Find out how a column's amounts are written, from all of its values.

    Args:
        engine: Runs the looking, one aggregate for a plain column.
        source: A query with the column.
        column: The column's name.
        decimal: The decimal mark if the user said it.
        kind: The column's type in the database.
        as_written: A decimal type has as many decimals as its texts had; else those that no value needs are left out,
            because a database gives all of its numbers the same.

    Raises:
        DataError: ``ambiguous_decimal``, ``1.234`` may be a thousand or one; ``mixed_currency``, amounts carry
            different signs; ``bad_column_type``, the column holds no single values.
    """
    if kind == "VARCHAR":
        return _suggest_text(engine, source, column, decimal)
    if kind in _WHOLE or kind in _LONG:
        return NumberFormat(kind, scale=0, plain=True)
    if match := _DECIMAL.fullmatch(kind):
        digits, scale = int(match[1]), int(match[2])
        scale = scale if as_written else _needed(engine, source, column, scale)
        if scale <= MOST_DECIMALS:
            return NumberFormat(kind, scale=scale, width=_width(digits - scale, scale), plain=True)
        return _suggest_as_text(engine, source, column, kind)
    if kind in _FLOATS:
        return _suggest_float(engine, source, column, kind)
    raise DataError(
        "bad_column_type",
        f"the column '{column}' holds {kind} values, which cannot be amounts",
        fix="name another column with --map amount=COLUMN",
        place=Place(column=column),
    )


def amount_sql(column: Sql, form: NumberFormat) -> tuple[Sql, Sql]:
    """A column's amounts as exact decimals, and what is wrong where there is none.

    Returns:
        An expression of type DECIMAL (NULL where the text is no amount), and one that is NULL or ``bad_amount``,
        ``nonfinite_amount`` or ``amount_out_of_range``.
    """
    sql_type = Sql(form.sql_type)
    if form.is_exact:
        # Untouched, the database still knows the column's bounds and sums it faster.
        return column, render("CASE WHEN {column} IS NULL THEN 'bad_amount' END", column=column)
    if form.kind != "VARCHAR" and form.plain:
        finite = "CASE WHEN isfinite({text}) THEN TRY_CAST({text} AS {type}) END"
        is_float = form.kind in _FLOATS
        value = render(finite if is_float else _PLAIN_VALUE, text=column, type=sql_type)
        nonfinite = render("WHEN NOT isfinite({column}) THEN 'nonfinite_amount'" if is_float else "", column=column)
        return value, render(_TYPED_PROBLEM, value=value, column=column, nonfinite=nonfinite)
    if form.kind != "VARCHAR":
        column = render("CAST({column} AS VARCHAR)", column=column)
    parts = _parts(column, form.decimal, form.scale)
    value = render(_PLAIN_VALUE, text=parts["plain_text"], type=sql_type)
    if not form.plain:
        value = render(_VALUE, **parts, type=sql_type)
    return value, render(_PROBLEM, **{**parts, "general": literal(general_pattern(form.decimal))}, value=value)


def _needed(engine: Engine, source: Sql, column: str, scale: int) -> int:
    """How many decimals the values of a decimal column need, two at least."""
    fewer = range(FEWEST_DECIMALS, scale)
    if not fewer:
        return scale
    tests = (render(_IS_CUT, column=name(column), unit=Sql(f"{Decimal(1).scaleb(-places):f}")) for places in fewer)
    cut = engine.rows(render(_CUT, tests=joined(tests), source=source))[0]
    return next((places for places, rows in zip(fewer, cut, strict=True) if not rows), scale)


def _parts(text: Sql, decimal: Mark, scale: int) -> dict[str, Sql]:
    scientific = literal(scientific_pattern(decimal))
    tail = literal(rf"\{decimal}([0-9]+)(?:[eE][-+]?[0-9]+)?[^0-9]*$")
    after = render(_AFTER, text=text, decimal=literal(decimal), tail=tail)
    return {
        "text": text,
        "plain_text": text if decimal == "." else render("replace({text}, ',', '.')", text=text),
        "plain": literal(plain_pattern(decimal, scale)),
        "general": literal(general_pattern(decimal, scale)),
        "scientific": scientific,
        "minus": literal(f"(?:^|[^{DASHES}{decimal}])[{MINUS}(]"),
        "nonfinite": literal(NONFINITE),
        "noise": literal(f"\\pL[.]|[^0-9{decimal}]"),
        "after": after,
        "decimals": render(_DECIMALS, after=after, text=text, scientific=scientific),
        "scale": literal(scale),
    }


def _suggest_text(engine: Engine, source: Sql, column: str, decimal: Mark | None) -> NumberFormat:
    quoted = name(column)
    parts = {"text": Sql("amount_text"), "column": quoted, "source": source}
    mark = decimal or _first_guess(engine, source, quoted)
    looked = render(_LOOK, **parts, plain=literal(plain_pattern(mark, MOST_DECIMALS)), decimal=literal(mark))
    rows, fitting, marked, most, fewest, whole = engine.rows(looked)[0]
    settled = decimal is not None or most is None or (most, fewest) != (3, 3)
    if rows and fitting == rows and settled:
        return NumberFormat(decimal=mark, scale=most or 0, width=_width(whole, most or 0), plain=True)
    proven = mark if marked and settled else None
    skipped = literal(plain_pattern(mark, MOST_DECIMALS) if proven else "x")
    shapes = engine.rows(render(_SHAPES, **parts, skipped=skipped))
    mark = decimal or decide_mark(shapes, column, proven, marked)
    if mark != proven:
        skipped, most, whole = literal("x"), 0, 0
    parts = {**_parts(parts["text"], mark, 0), **parts, "skipped": skipped}
    decimals, digits = engine.rows(render(_MEASURE, **parts, any=literal(any_pattern(mark))))[0]
    scale = min(max(decimals, most or 0), MOST_DECIMALS)
    scientific = sum(rows for shape, rows, _ in shapes if is_scientific(shape.replace("Z", "0"), mark))
    return NumberFormat(
        decimal=mark,
        scale=scale,
        width=_width(MOST_WHOLE_DIGITS if scientific else max(digits, whole or 0), scale),
        currency=find_currency(shapes, mark, column),
        marked=has_marks(shapes, mark),
        scientific=scientific,
    )


def _width(whole: int | None, scale: int) -> int:
    fits = (whole or 0) + scale <= NARROW or MOST_WHOLE_DIGITS + scale <= NARROW
    return NARROW if fits else MOST_WHOLE_DIGITS + scale


def _first_guess(engine: Engine, source: Sql, column: Sql) -> Mark:
    comma = literal(plain_pattern(",", MOST_DECIMALS, needs_mark=True))
    rows, commas = engine.rows(render(_HEAD, text=column, comma=comma, source=source))[0]
    return "," if (commas or 0) * 2 > rows else "."


def _suggest_float(engine: Engine, source: Sql, column: str, kind: str) -> NumberFormat:
    """Floats are the decimals they print as; few decimals are proven by casting there and back."""
    quoted = name(column)
    misses = Sql(
        ", ".join(render(_MISSES, column=quoted, scale=literal(scale), type=Sql(kind)) for scale in _FLOAT_SCALES)
    )
    look = render(_FLOAT_LOOK, column=quoted, source=source, misses=misses, largest=literal(_LARGEST_EXACT_FLOAT))
    large, *missed = engine.rows(look)[0]
    for scale, misses_at in zip(_FLOAT_SCALES, missed, strict=True):
        if kind == "DOUBLE" and not large and not misses_at:
            return NumberFormat(kind, scale=scale, plain=True)
    return _suggest_as_text(engine, source, column, kind)


def _suggest_as_text(engine: Engine, source: Sql, column: str, kind: str) -> NumberFormat:
    query = "SELECT CAST({column} AS VARCHAR) AS {column} FROM ({source})"
    form = _suggest_text(engine, render(query, column=name(column), source=source), column, ".")
    return NumberFormat(kind, scale=form.scale, width=form.width)
