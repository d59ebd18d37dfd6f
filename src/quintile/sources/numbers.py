"""Numbers: amounts as they are written down become exact decimals, in SQL; nothing is ever rounded.

The whole column decides which mark is the decimal one. Columns in the plainest form cost one cast; any other form is
held against an exact pattern before it is cast, because the database's own cast rounds and takes ``1_000`` for a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quintile.engine.render import Sql, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.number_forms import (
    CURRENCY,
    NONFINITE,
    general_pattern,
    plain_pattern,
    scientific_pattern,
)

if TYPE_CHECKING:
    from quintile.engine.base import Engine

Decimal = Literal[".", ","]

MOST_DECIMALS = 18
NARROW, WIDE = 18, 38
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"}
_LONG = {"BIGINT": NARROW, "UBIGINT": WIDE, "HUGEINT": WIDE, "UHUGEINT": WIDE}
_FLOATS = {"FLOAT", "DOUBLE"}
_FLOAT_SCALES = (2, 4, 6)
_LARGEST_EXACT_FLOAT = 1e8  # with six decimals still fewer digits than a double holds exactly
_FEW = 0.01

_HEAD = "SELECT count(*), count_if(regexp_full_match({text}, {comma})) FROM (SELECT * FROM ({source}) LIMIT 1000)"
_LOOK = """
SELECT count({text}), count_if(fits), max(strlen({text}) - mark) FILTER (fits AND mark > 0),
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
      FROM (SELECT {column} AS {text} FROM ({source})) WHERE regexp_full_match({text}, {any}))
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
     THEN TRY_CAST(CASE WHEN regexp_matches({text}, '[-−–(]') THEN '-' ELSE '' END
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

    ``scale`` is the largest number of decimals in the column (at most 18), ``width`` the digits needed (18 or 38).
    ``plain``: every value is bare digits with at most a sign and a decimal mark. ``currency`` is the one sign or code
    that stands beside the amounts. ``scientific`` counts values such as ``1e3``, which deserve a warning.
    """

    kind: str = "VARCHAR"
    decimal: Decimal = "."
    scale: int = 2
    width: int = NARROW
    plain: bool = False
    currency: str | None = None
    scientific: int = 0

    @property
    def sql_type(self) -> str:
        """The exact type of the values."""
        return f"DECIMAL({self.width}, {self.scale})"


def suggest_numbers(
    engine: Engine, source: Sql, column: str, decimal: Decimal | None = None, kind: str = "VARCHAR"
) -> NumberFormat:
    """Find out how a column's amounts are written, from all of its values.

    Args:
        engine: Runs the looking, one aggregate for a plain column.
        source: A query with the column.
        column: The column's name.
        decimal: The decimal mark if the user said it.
        kind: The column's type in the database.

    Raises:
        DataError: ``ambiguous_decimal``, ``1.234`` may be a thousand or one; ``mixed_currency``, amounts carry different
            signs; ``bad_column_type``, the column holds no single values.
    """
    if kind == "VARCHAR":
        return _suggest_text(engine, source, column, decimal)
    if kind in _WHOLE or kind in _LONG:
        return NumberFormat(kind, scale=0, width=_LONG.get(kind, NARROW))
    if match := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", kind):
        return NumberFormat(kind, scale=int(match[2]), width=NARROW if int(match[1]) <= NARROW else WIDE)
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
    if form.kind in _FLOATS and not form.plain:
        column = render("CAST({column} AS VARCHAR)", column=column)
    elif form.kind != "VARCHAR":
        finite = "CASE WHEN isfinite({column}) THEN TRY_CAST({column} AS {type}) END"
        is_float = form.kind in _FLOATS
        value = render(finite if is_float else _PLAIN_VALUE, column=column, text=column, type=sql_type)
        nonfinite = render("WHEN NOT isfinite({column}) THEN 'nonfinite_amount'", column=column) if is_float else Sql("")
        return value, render(_TYPED_PROBLEM, value=value, column=column, nonfinite=nonfinite)
    parts = _parts(column, form.decimal, form.scale)
    value = render(_PLAIN_VALUE, text=parts["plain_text"], type=sql_type)
    if not form.plain:
        value = render(_VALUE, **parts, type=sql_type)
    return value, render(_PROBLEM, **{**parts, "general": literal(general_pattern(form.decimal))}, value=value)


def _parts(text: Sql, decimal: Decimal, scale: int) -> dict[str, Sql]:
    scientific = literal(scientific_pattern(decimal))
    tail = literal(rf"\{decimal}([0-9]*)")
    after = render(_AFTER, text=text, decimal=literal(decimal), tail=tail)
    return {
        "text": text,
        "plain_text": text if decimal == "." else render("replace({text}, ',', '.')", text=text),
        "plain": literal(plain_pattern(decimal, scale)),
        "general": literal(general_pattern(decimal, scale)),
        "scientific": scientific,
        "nonfinite": literal(NONFINITE),
        "noise": literal(f"[^0-9{decimal}]"),
        "after": after,
        "decimals": render(_DECIMALS, after=after, text=text, scientific=scientific),
        "scale": literal(scale),
    }


def _suggest_text(engine: Engine, source: Sql, column: str, decimal: Decimal | None) -> NumberFormat:
    quoted = name(column)
    parts = {"text": Sql("amount_text"), "column": quoted, "source": source}
    mark = decimal or _first_guess(engine, source, quoted)
    looked = render(_LOOK, **parts, plain=literal(plain_pattern(mark, MOST_DECIMALS)), decimal=literal(mark))
    rows, fitting, most, fewest, whole = engine.rows(looked)[0]
    settled = decimal is not None or most is None or (most, fewest) != (3, 3)
    if rows and fitting == rows and settled:
        return NumberFormat(decimal=mark, scale=most or 0, width=_width(whole, most or 0), plain=True)
    proven = mark if fitting and most is not None and settled else None
    skipped = plain_pattern(mark, MOST_DECIMALS) if proven else "x"
    shapes = engine.rows(render(_SHAPES, **parts, skipped=literal(skipped)))
    mark = decimal or _decide(shapes, column, proven, fitting)
    found = render(
        _MEASURE, **{**_parts(parts["text"], mark, 0), **parts}, any=literal(_any(mark))
    )
    decimals, whole = engine.rows(found)[0]
    scale = min(max(decimals, 0), MOST_DECIMALS)
    scientific = re.compile(scientific_pattern(mark))
    return NumberFormat(
        decimal=mark,
        scale=scale,
        width=_width(whole, scale),
        currency=_currency(shapes, mark, column),
        scientific=sum(rows for shape, rows, _ in shapes if scientific.fullmatch(shape.replace("Z", "0"))),
    )


def _any(decimal: Decimal) -> str:
    return f"(?:{general_pattern(decimal, MOST_DECIMALS)})|(?:{scientific_pattern(decimal)})"


def _width(whole: int | None, scale: int) -> int:
    return NARROW if (whole or 0) + scale <= NARROW else WIDE


def _first_guess(engine: Engine, source: Sql, column: Sql) -> Decimal:
    comma = literal(plain_pattern(",", MOST_DECIMALS, needs_mark=True))
    rows, commas = engine.rows(render(_HEAD, text=column, comma=comma, source=source))[0]
    return "," if commas * 2 > rows else "."


def _decide(shapes: list[tuple[str, int, str]], column: str, proven: Decimal | None, fitting: int) -> Decimal:
    """The decimal mark that the column's shapes prove.

    A mark is proven where the value cannot be read with the other one. A few values against it are left to be
    quarantined, but not while other values could be read either way.
    """
    patterns: dict[Decimal, re.Pattern[str]] = {mark: re.compile(_any(mark)) for mark in (".", ",")}
    proofs: dict[Decimal, int] = {".": 0, ",": 0}
    if proven:
        proofs[proven] = fitting
    doubtful: list[str] = []
    for shape, rows, example in shapes:
        text = shape.replace("Z", "0")
        reading = [mark for mark, pattern in patterns.items() if pattern.fullmatch(text)]
        if len(reading) == 1:
            proofs[reading[0]] += rows
        elif reading and ("." in text or "," in text):
            doubtful.append(example)
    mark = max(proofs, key=lambda one: proofs[one])
    against = min(proofs.values())
    if (doubtful and (not proofs[mark] or against)) or against > _FEW * proofs[mark]:
        examples = doubtful or [example for _, _, example in shapes]
        raise DataError(
            "ambiguous_decimal",
            f"the column '{column}' holds amounts such as '{examples[0][:40]}', and nothing settles whether"
            " the dot or the comma marks the decimals",
            fix="say which: --decimal . or --decimal ,",
            place=Place(column=column),
        )
    return mark


def _currency(shapes: list[tuple[str, int, str]], decimal: Decimal, column: str) -> str | None:
    pattern, sign = re.compile(general_pattern(decimal)), re.compile(CURRENCY)
    found: dict[str, None] = {}
    for shape, _, _ in shapes:
        text = shape.replace("Z", "0")
        if pattern.fullmatch(text):
            found.update(dict.fromkeys(sign.findall(text)))
    if len(found) > 1:
        raise DataError(
            "mixed_currency",
            f"the column '{column}' holds amounts in {' and '.join(list(found)[:4])}",
            fix="write the currency in a column of its own",
            place=Place(column=column),
        )
    return next(iter(found), None)


def _suggest_float(engine: Engine, source: Sql, column: str, kind: str) -> NumberFormat:
    """Floats are the decimals they print as; few decimals are proven by casting there and back."""
    quoted = name(column)
    misses = Sql(
        ", ".join(
            render(_MISSES, column=quoted, scale=literal(scale), type=Sql(kind)) for scale in _FLOAT_SCALES
        )
    )
    look = render(_FLOAT_LOOK, column=quoted, source=source, misses=misses, largest=literal(_LARGEST_EXACT_FLOAT))
    large, *missed = engine.rows(look)[0]
    for scale, misses_at in zip(_FLOAT_SCALES, missed, strict=True):
        if kind == "DOUBLE" and not large and not misses_at:
            return NumberFormat(kind, scale=scale, plain=True)
    text = render("SELECT CAST({column} AS VARCHAR) AS {column} FROM ({source})", column=quoted, source=source)
    form = _suggest_text(engine, text, column, ".")
    return NumberFormat(kind, scale=form.scale, width=form.width)
