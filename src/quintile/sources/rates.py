"""Exchange rates: the user's own table, or the European Central Bank's history with the extra ``fx``.

Either becomes the table ``rates``: date, currency, and how many units of the base currency one unit of it is worth.
"""

from __future__ import annotations

import contextlib
import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql, name, render
from quintile.errors import DataError, Place, SettingsError
from quintile.plugins import extra
from quintile.sources.dates import suggest_dates, time_sql
from quintile.sources.numbers import amount_sql, suggest_numbers
from quintile.sources.open import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

RATES = "rates"
ECB = "ecb"
_COLUMNS = ("date", "currency", "rate")
_RATES = """
SELECT CAST({time} AS DATE) AS date, upper(trim(CAST({currency} AS VARCHAR))) AS currency, {rate} AS rate FROM ({query})
"""
_WRONG = "SELECT count(*) FROM {rates} WHERE date IS NULL OR currency IS NULL OR rate IS NULL OR rate <= 0"
_TWICE = """
SELECT currency, date FROM {rates} GROUP BY ALL HAVING count(DISTINCT rate) > 1 ORDER BY ALL LIMIT 1
"""
_SIGNIFICANT = 12


def read_rates(engine: Engine, named: str, staging: Path, base: str | None) -> Sql:
    """Read a table of rates.

    Args:
        engine: Where the table is made.
        named: A path to a file with the columns date, currency, rate; or ``ecb``.
        staging: For copies.
        base: The base currency, needed for ``ecb``.

    Returns:
        The table ``rates``.

    Raises:
        DataError: A column is missing, a rate is no positive number, or a currency has two rates on one day.
        SettingsError: ``ecb`` without a base currency or without the extra.
    """
    path = _ecb(staging, base) if named == ECB else Path(named)
    table = open_source(engine, path, staging, ReadingSettings())
    missing = [column for column in _COLUMNS if column not in table.columns]
    if missing:
        raise DataError(
            "missing_columns",
            f"the table of rates has no column {' and '.join(missing)}",
            fix="give it the columns date, currency, rate (units of the base currency for one unit)",
            place=Place(path.name),
        )
    rates = engine.table(RATES, _typed(engine, table))
    if engine.rows(render(_WRONG, rates=rates))[0][0]:
        raise DataError(
            "bad_rate",
            "the table of rates has rows without a date, a currency or a positive rate",
            fix="mend or remove those rows",
            place=Place(path.name),
        )
    twice = engine.rows(render(_TWICE, rates=rates))
    if twice:
        raise DataError(
            "bad_rate",
            f"{twice[0][0]} has two rates on {twice[0][1]}",
            fix="keep one rate a currency and day",
            place=Place(path.name),
        )
    return engine.table(RATES, render("SELECT DISTINCT * FROM {rates}", rates=rates))


def _typed(engine: Engine, table: SourceTable) -> Sql:
    time, _ = time_sql(name("date"), suggest_dates(engine, table.query, "date"), "UTC")
    rate, _ = amount_sql(name("rate"), suggest_numbers(engine, table.query, "rate"))
    return render(_RATES, time=time, currency=name("currency"), rate=rate, query=table.query)


def _ecb(staging: Path, base: str | None) -> Path:
    """The central bank's published history, written down as a table of rates to the base currency."""
    if base is None:
        raise SettingsError(
            "base_currency", "rates are wanted, but no base currency is named", fix="name it: --base-currency EUR"
        )
    published = extra("currency_converter", "fx")
    history = published.CurrencyConverter(decimal=True)
    if base not in history.currencies:
        raise DataError(
            "missing_fx_rate",
            f"the central bank's history has no rates for {base}",
            fix="give your own table: --rates rates.csv",
        )
    written = staging / "ecb.csv"
    with written.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(_COLUMNS)
        for currency in sorted(history.currencies - {base}):
            for day in _days(history, currency, base):
                # A day without a published rate has none here either: the last one holds, at most a week.
                with contextlib.suppress(published.RateNotFoundError):
                    rate = history.convert(1, currency, base, day)
                    rows.writerow((day, currency, format(round(Decimal(rate), _SIGNIFICANT), "f")))
    return written


def _days(history: Any, currency: str, base: str) -> Iterator[date]:  # noqa: ANN401 - the library has no types
    (first, last), (other_first, other_last) = history.bounds[currency], history.bounds[base]
    start, end = max(first, other_first), min(last, other_last)
    return (start + timedelta(days=place) for place in range((end - start).days + 1))
