"""Identifiers: ids are text, trimmed and in one Unicode form, case and leading zeros kept.

Words for nothing are nothing. Whole numbers keep their number type inside the engine (they group faster); as text
they read the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from quintile.engine.base import Engine

WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
LONG_NUMBERS = ("UBIGINT", "HUGEINT", "UHUGEINT")
FRACTIONS = ("FLOAT", "DOUBLE")
EMPTY = ('"NULL"', "NULL")
NOTHING = (
    "", "null", "none", "nan", "n/a", "na", "n.a.", "nil", "<na>", "<null>", "nat", "(null)", "(blank)", "(leer)",
    "undefined", "-", "--", "\\n", "#n/a", "#nv", "#n/d", "#yok",
)  # fmt: skip
"""Words for nothing. What a formula that failed leaves (#REF!, #NAME?, #WERT!, #DEĞER!) is none either."""
LONGEST_NOTHING = 12

_BLANKS = " \t\r\n\v\f"
# White space and marks that nobody sees: no-break and thin spaces, zero-width characters, byte order and direction
# marks, fillers, and what picks another drawing of the character before it or tags it.
INVISIBLE = (
    "[\\x{0085}\\x{00A0}\\x{00AD}\\x{034F}\\x{061C}\\x{115F}\\x{1160}\\x{1680}\\x{17B4}\\x{17B5}\\x{180B}-\\x{180F}"
    "\\x{2000}-\\x{200F}\\x{2028}-\\x{202F}\\x{205F}-\\x{206F}\\x{2800}\\x{3000}\\x{3164}\\x{FE00}-\\x{FE0F}"
    "\\x{FEFF}\\x{FFA0}\\x{FFF9}-\\x{FFFB}\\x{1D173}-\\x{1D17A}\\x{E0000}-\\x{E0FFF}]"
)

# Nearly all ids are plain ASCII: as many bytes as characters. Only the others need the slow cleaning.
_CLEAN = """
CASE WHEN strlen({column}) = length({column}) THEN trim({column}, {blanks})
     ELSE trim(nfc_normalize(regexp_replace({column}, {invisible}, '', 'g')), {blanks}) END
"""
_SOMETHING = """
CASE WHEN {length} <= {longest} AND (lower({clean}) IN ({nothing}) OR {clean} LIKE '#%!' OR {clean} LIKE '#%?')
     THEN NULL ELSE {clean} END
"""
_LOOK = """
SELECT count(*), count_if(contains(id, '@')), count_if(regexp_full_match(id, '[0-9]+(\\.0)?'))
FROM (SELECT {clean} AS id FROM ({source})) WHERE id IS NOT NULL
"""
# Without the mark there is no e-mail address; it costs far less to see.
_MARKED = "SELECT count_if(contains({column}, '@')) FROM ({source})"
_POINTED = "SELECT count_if(contains({column}, '.0')) FROM ({source})"
_TWICE = """
SELECT sum(pointed), min(shorter), min(longer) FROM (
    SELECT count_if(contains(id, '.')) AS pointed, min(id) AS shorter, max(id) AS longer
    FROM (SELECT {clean} AS id FROM ({source})) WHERE regexp_full_match(id, '[0-9]+(\\.0+)?')
    GROUP BY regexp_replace(id, '\\.0+$', '') HAVING min(id) <> max(id)
)
"""
# A decimal with places has a point, so no zero before it is lost.
_WITHOUT_ZEROS = "rtrim(rtrim(CAST({column} AS VARCHAR), '0'), '.')"
_FIRST_ROWS = 200
_MOSTLY = 0.9


def id_sql(column: str, kind: str, *, whole: bool = False, plain: bool = False) -> Sql:
    """The SQL of a clean id from a column of the given DuckDB type; NULL where there is none.

    ``whole`` strips a ``.0`` that a data frame left on every number of the column; ``plain`` says that every text of
    the column is known to be clean already.

    Raises:
        DataError: ``bad_column_type``, the column holds no plain values.
    """
    quoted = name(column)
    if kind in WHOLE_NUMBERS:
        return render("CAST({column} AS BIGINT)", column=quoted)
    if kind in FRACTIONS:
        return render(
            "CASE WHEN isfinite({column}) THEN regexp_replace(format('{{:.17g}}', CAST({column} AS DOUBLE)), "
            "'\\.0$', '')"
            " END",
            column=quoted,
        )
    if is_scaled(kind):
        return render(_WITHOUT_ZEROS, column=quoted)
    if kind in LONG_NUMBERS or kind.startswith(("DECIMAL", "DATE", "UUID", "ENUM", "TIME")):
        return render("CAST({column} AS VARCHAR)", column=quoted)
    if kind in EMPTY:
        return Sql("CAST(NULL AS VARCHAR)")
    if kind != "VARCHAR":
        raise DataError(
            "bad_column_type",
            f"the column '{column}' holds {kind} values, which cannot be an id",
            fix="name another column with --map, or write the ids as text",
            place=Place(column=column),
        )
    clean = _something(quoted, plain=plain)
    if whole:
        clean = render("regexp_replace({clean}, '^([0-9]+)\\.0$', '\\1')", clean=clean)
    return clean


def is_scaled(kind: str) -> bool:
    """Whether a type is that of decimals with places after the point, as databases give to all of their numbers."""
    return kind.startswith("DECIMAL") and not kind.rstrip(")").endswith((", 0", ",0", "DECIMAL"))


def look_at_ids(
    engine: Engine, source: Sql, column: str, kind: str, *, pointed: bool | None = None
) -> tuple[bool, bool]:
    """Whether the column holds e-mail addresses, and whether its ids are whole numbers, some of them with a ``.0``.

    The first rows suggest; only then is the whole column looked at, so that the answer never depends on row order
    for any column that is plainly one or the other. ``pointed`` says whether ``.0`` occurs in it, if that is known.
    """
    if kind != "VARCHAR":
        return False, False
    if pointed is None:
        pointed = bool(engine.rows(render(_POINTED, column=name(column), source=source))[0][0])
    clean = _something(name(column))
    head = render("SELECT * FROM ({source}) LIMIT {rows}", source=source, rows=literal(_FIRST_ROWS))
    if not pointed and not engine.rows(render(_MARKED, column=name(column), source=head))[0][0]:
        return False, False
    rows, emails, whole = engine.rows(render(_LOOK, clean=clean, source=head))[0]
    if not rows or (emails < _MOSTLY * rows and whole < rows):
        return False, False
    rows, emails, whole = engine.rows(render(_LOOK, clean=clean, source=source))[0]
    return emails >= _MOSTLY * rows, pointed and whole == rows


def written_twice(engine: Engine, source: Sql, column: str) -> tuple[int, str, str]:
    """The rows whose whole number has a ``.0`` that other rows leave out, and one number in both spellings."""
    rows, shorter, longer = engine.rows(render(_TWICE, clean=_something(name(column)), source=source))[0]
    return int(rows or 0), shorter, longer


def clean_sql(column: Sql) -> Sql:
    """A text without white space around it and characters that nobody sees, in one Unicode form."""
    return render(_CLEAN, column=column, blanks=literal(_BLANKS), invisible=literal(INVISIBLE))


def _something(column: Sql, *, plain: bool = False) -> Sql:
    clean = column if plain else clean_sql(column)
    return render(
        _SOMETHING,
        clean=clean,
        length=render("strlen({clean})" if plain else "length({clean})", clean=clean),
        longest=literal(LONGEST_NOTHING),
        nothing=joined(literal(word) for word in NOTHING),
    )
