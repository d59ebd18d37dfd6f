"""Workbook: a result for Excel: its segments, its grid, every customer, and what all of it means.

Same result, same bytes. Numbers are numbers and days are days; no cell is a formula.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.columns import CUSTOMERS
from quintile.errors import DataError
from quintile.export.cards import ranked, ranking
from quintile.export.glossary import SEGMENT_COLUMNS, glossary
from quintile.export.headlines import day_text
from quintile.export.sheets import DAY, MOST_DIGITS, MOST_ROWS, SHARE, TEXT, WHOLE, form_of, workbook
from quintile.insight.crosswalk import exact_sum
from quintile.pictures.palette import FALLBACK, HEAT, heat_step, segment_colours
from quintile.pictures.words import titled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Scheme
    from quintile.export.sheets import Sheet, Workbook

MOST_CUSTOMERS = MOST_ROWS - 1
_MEAN = Context(prec=MOST_DIGITS, rounding=ROUND_HALF_EVEN)
_CENTS, _MEAN_DECIMALS = 2, 12
_MONEY = ("revenue", "mean_monetary")
_SEGMENT_WIDTHS = (26, 12, 12, 16, 12, 12, 12, 14)
_CUSTOMER_WIDTHS = (22, 12, 12, 13, 11, 16, 5, 5, 5, 8, 22)
_CELL, _DEFINITION_WIDTHS = 13, (22, 24, 110)
_MONETARY, _ID, _CODE = (CUSTOMERS.index(column) for column in ("monetary", "customer_id", "rfm"))


@dataclass(frozen=True)
class Told:
    """What is told of a result: the content of its run.json, its scheme, and what to do, where there are such."""

    report: Mapping[str, Any]
    scheme: Scheme | None
    playbook: Playbook | None


def write_workbook(
    file: Path, scratch: Path, told: Told, customers: Iterable[Sequence[tuple[Any, ...]]], *, decimals: int
) -> None:
    """Write the sheets Segments, Grid, Customers and Definitions.

    Args:
        file: Where the workbook is written.
        scratch: A folder for what is not yet in it; memory stays the same for any number of customers.
        told: The result.
        customers: Its customers in pieces, shape CUSTOMERS.
        decimals: How many decimals their money has.

    Raises:
        DataError: ``too_many_customers``, more than the rows of a sheet; ``cell_too_long``.
        OSError: The file cannot be written.
    """
    report = told.report
    found = report["counts"]["customers"]
    if found > MOST_CUSTOMERS:
        message = f"a sheet of Excel holds {MOST_CUSTOMERS:,} customers, the result has {found:,}"
        raise DataError("too_many_customers", message, fix="write lists instead: --lists DIR")
    title = f"Customer segments as of {day_text(report['as_of'])}"
    comment = f"Snapshot {report['snapshot']}, quintile {report['quintile']}"
    made = datetime.fromisoformat(report["as_of"])
    with workbook(file, scratch, title=title, comment=comment, made=made) as book:
        _segments(book, report)
        _grid(book, report)
        _customers(book, report, customers, decimals)
        _definitions(book, told)


def _segments(book: Workbook, report: Mapping[str, Any]) -> None:
    currency, colours = report["currency"], segment_colours(ranked(report))
    lines = {line["segment"]: line for line in report["segments"]}
    forms = {"customers": WHOLE, "customers_share": SHARE, "revenue_share": SHARE}
    for key in ("revenue", "median_recency", "mean_frequency", "mean_monetary"):
        forms[key] = form_of(_decimals(line[key] for line in report["segments"]))
    looks = [book.number(form) for key, _, _ in SEGMENT_COLUMNS if (form := forms.get(key))]
    sheet = book.sheet("Segments", _SEGMENT_WIDTHS)
    sheet.header([titled(title, currency if key in _MONEY else None) for key, title, _ in SEGMENT_COLUMNS])
    for name in ranking(report):
        values = [_number(lines[name][key]) for key, _, _ in SEGMENT_COLUMNS if key in forms]
        sheet.row([name, *values], [book.filled(colours.get(name, FALLBACK)), *looks])
    sheet.finish(len(SEGMENT_COLUMNS))


def _grid(book: Workbook, report: Mapping[str, Any]) -> None:
    """Two tables below each other, so without filters: a filter would hide rows of both."""
    model = report["model"]
    worst_first = list(range(1, model["scale"] + 1))
    if model["best"] == "low":
        worst_first.reverse()
    people: dict[tuple[int, int], list[int]] = defaultdict(list)
    money: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    for cell in report["grid"]:
        people[cell["r"], cell["f"]].append(cell["customers"])
        money[cell["r"], cell["f"]].append(Decimal(cell["revenue"]))
    form = form_of(_decimals(cell["revenue"] for cell in report["grid"]))
    sheet = book.sheet("Grid", [22, *[_CELL] * len(worst_first)], frozen=(1, 1))
    _table(book, sheet, "Customers", worst_first, {pair: sum(found) for pair, found in people.items()}, WHOLE)
    sheet.row([], [])
    title = titled("Revenue", report["currency"])
    _table(book, sheet, title, worst_first, {pair: exact_sum(found) for pair, found in money.items()}, form)


def _table(
    book: Workbook,
    sheet: Sheet,
    title: str,
    worst_first: list[int],
    values: Mapping[tuple[int, int], int | Decimal],
    form: str,
) -> None:
    """R down from the best, F across up to the best; a pair that nobody has is empty."""
    most = float(max(values.values(), default=0))
    sheet.header([title, *(f"F {f}" for f in worst_first)])
    for r in reversed(worst_first):
        found = [values.get((r, f)) for f in worst_first]
        grounds = [HEAT[heat_step(float(value or 0), most)] for value in found]
        looks = [book.filled(ground, num_format=form) for ground in grounds]
        sheet.row([f"R {r}", *found], [book.format(bold=True), *looks])


def _customers(
    book: Workbook, report: Mapping[str, Any], customers: Iterable[Sequence[tuple[Any, ...]]], decimals: int
) -> None:
    is_average = report["model"]["monetary"] == "average"
    form = form_of(_MEAN_DECIMALS, optional=_MEAN_DECIMALS - _CENTS) if is_average else form_of(decimals)
    text, day, whole = book.number(TEXT), book.number(DAY), book.number(WHOLE)
    looks = (text, day, day, whole, whole, book.number(form), whole, whole, whole, text, text)
    sheet = book.sheet("Customers", _CUSTOMER_WIDTHS, frozen=(1, 1))
    sheet.header(CUSTOMERS)
    for rows in customers:
        for row in rows:
            sheet.row(_rounded(row) if is_average else row, looks)
    sheet.finish(len(CUSTOMERS), texts=(_ID, _MONETARY, _CODE))


def _rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A mean is cut somewhere in any case; here where Excel would cut it."""
    return (*row[:_MONETARY], _MEAN.plus(row[_MONETARY]), *row[_MONETARY + 1 :])


def _definitions(book: Workbook, told: Told) -> None:
    bold, wrapped = book.format(bold=True, text_wrap=True), book.format(text_wrap=True)
    sheet = book.sheet("Definitions", _DEFINITION_WIDTHS)
    sheet.header(("About", "What", "Meaning"))
    for line in glossary(told.report, told.scheme, told.playbook, as_texts=book.as_texts):
        sheet.row(line, (wrapped, bold, wrapped))
    sheet.finish(len(_DEFINITION_WIDTHS))


def _number(value: str | int | None) -> Decimal | int | None:
    return Decimal(value) if isinstance(value, str) else value


def _decimals(texts: Iterable[str | None]) -> int:
    """The most decimals that one of the numbers has."""
    return max((len(text.partition(".")[2]) for text in texts if text is not None), default=0)
