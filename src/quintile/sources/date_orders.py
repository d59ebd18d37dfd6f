"""Date orders: whether days or months come first, as the numbers above twelve of a whole column prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from quintile.engine.render import Sql, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.date_forms import BROKEN_INTO, YEAR_FIRST, pattern_of, trimmed

if TYPE_CHECKING:
    from quintile.engine.base import Engine

DateOrder = Literal["dmy", "mdy", "ymd"]
# form, rows, an example, rows that prove day or month first, with a zone, that read in two ways
Found = tuple[str, int, str, int, int, int, int]

_YEAR_FIRST = """
SELECT count_if({before}), count_if({after}), min(CASE WHEN {before} THEN t END)
FROM (SELECT t, TRY_CAST(regexp_extract(t, {parts}, 1) AS INTEGER) AS first,
             TRY_CAST(regexp_extract(t, {parts}, 2) AS INTEGER) AS second
      FROM (SELECT {text} AS t FROM ({source})) WHERE regexp_full_match(t, {pattern}))
"""
_DAY_BEFORE_MONTH = Sql("first BETWEEN 13 AND 31 AND second BETWEEN 1 AND 12")
_DAY_AFTER_MONTH = Sql("second BETWEEN 13 AND 31 AND first BETWEEN 1 AND 12")


def order_of(numbered: list[Found], column: str) -> DateOrder | None:
    """Whether the day or the month comes first, as the numbers above twelve prove it.

    Raises:
        DataError: ``ambiguous_date``, they prove neither or both.
    """
    if not numbered:
        return None
    day_first, month_first = sum(row[3] for row in numbered), sum(row[4] for row in numbered)
    if bool(day_first) != bool(month_first):
        return "dmy" if day_first else "mdy"
    if not day_first and not any(row[6] for row in numbered):
        return None
    example = numbered[0][2][:40]
    if day_first:
        what = f"holds both day-first and month-first dates ({day_first} and {month_first} rows)"
    else:
        what = f"holds dates such as '{example}' that may be day-first or month-first: no number above 12 settles it"
    fix = "say which: --date-order dmy, mdy or ymd"
    place = Place(column=column, like=example)
    raise DataError("ambiguous_date", f"the column '{column}' {what}", fix=fix, place=place)


def refuse_days_before_months(engine: Engine, source: Sql, column: str) -> None:
    """Refuse dates with the year first whose days stand before their months; a typo among sound dates is none.

    Raises:
        DataError: ``ambiguous_date``, some second numbers are above twelve and no third one is.
    """
    look = render(
        _YEAR_FIRST,
        before=_DAY_BEFORE_MONTH,
        after=_DAY_AFTER_MONTH,
        parts=literal(BROKEN_INTO),
        text=trimmed(name(column)),
        pattern=literal(pattern_of(YEAR_FIRST)),
        source=source,
    )
    before, after, example = engine.rows(look)[0]
    if not before or after:
        return
    shown = example[:40]
    what = f"holds dates such as '{shown}', whose day stands before the month ({before} rows; none proves the reverse)"
    fix = "say how they are written, for example --date-format %Y-%d-%m, or --date-order ymd if those rows are mistakes"
    place = Place(column=column, like=shown)
    raise DataError("ambiguous_date", f"the column '{column}' {what}", fix=fix, place=place)
