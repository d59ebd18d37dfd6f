"""Exchange rates: the user's own table, or the European Central Bank's history with the extra ``fx``.

Either becomes the table ``rates``: date, currency, and how many units of the base currency one unit of it is worth.
A table the other way round says so by its columns: ``per_base``, or ``to`` beside ``currency``.
"""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.second_tables import SecondTable
from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place, SettingsError
from quintile.plugins import extra
from quintile.sources.dates import time_sql
from quintile.sources.located import ROW_NUMBER
from quintile.sources.mapping import suggest_column
from quintile.sources.numbers import amount_sql
from quintile.sources.second import Form, Second, missing_columns, open_second
from quintile.sources.written import write_rows, written_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quintile.engine.base import Engine

RATES = "rates"
ECB = "ecb"
FORM = Form(
    "rates",
    {
        "date": "date ratedate validfrom validon | day datum fecha tarih time timestamp",
        "currency": "currency currencycode fromcurrency currencyfrom sourcecurrency | from waehrung wahrung devise "
        "moneda parabirimi",
        "to": "tocurrency currencyto targetcurrency | to",
        "per_base": "perbase unitsperbase foreignperbase currencyperbase | ",
        "rate": "rate exchangerate fxrate conversionrate | wechselkurs kurs taux kur cambio value",
    },
)
_FIX = (
    "give it the columns date, currency, rate (units of the base currency for one unit), or per_base instead of rate"
    " (units for one of the base currency)"
)
_TYPED = """
SELECT {row} AS number, CAST({time} AS DATE) AS date, nullif(upper(trim({currency})), '') AS currency,
       {to} AS to_currency, {rate} AS rate, {raw} AS raw
FROM ({located})
"""
_WRONG = """
SELECT number, date IS NULL, currency IS NULL, raw FROM {rates}
WHERE date IS NULL OR currency IS NULL OR rate IS NULL OR rate <= 0 ORDER BY number LIMIT 1
"""
# One over a rate, in whole numbers: twelve digits after the point, half away from zero, the same on every machine.
_INVERTED = """
CAST((2 * CAST('1000000000000' || repeat('0', {scale}) AS HUGEINT) + {units}) // (2 * {units}) AS DECIMAL(26, 0))
* CAST('0.000000000001' AS DECIMAL(12, 12))
"""
_UNITS = "CAST(rate * CAST('1' || repeat('0', {scale}) AS HUGEINT) AS HUGEINT)"
_DIRECT = "SELECT number, date, currency, rate FROM {rates} WHERE to_currency IS NULL OR to_currency = {base}"
_TURNED = "SELECT number, date, {named} AS currency, {inverted} AS rate FROM {rates} WHERE {which}"
_TWICE = """
SELECT currency, date, max(number) FROM {rates} GROUP BY ALL HAVING count(DISTINCT rate) > 1 ORDER BY ALL LIMIT 1
"""
_UPSIDE_DOWN = """
SELECT currency, rate, number FROM {rates} WHERE currency IN ({suspects}) AND {test} ORDER BY number LIMIT 1
"""
_OF_ITSELF = "SELECT rate, number FROM {rates} WHERE currency = {base} AND rate <> 1 ORDER BY number LIMIT 1"
_ALWAYS_ONE = """
SELECT currency, min(number) FROM {rates} WHERE currency IN ({strong}) AND currency <> {base}
GROUP BY currency HAVING min(rate) = 1 AND max(rate) = 1 ORDER BY 2 LIMIT 1
"""
_ECB = """
SELECT CAST(date AS DATE) AS date, currency, CAST(rate AS DECIMAL(38, 12)) AS rate FROM ({query})
"""
_OF_BASE = {"base": "base basecurrency basecode | "}
_SIGNIFICANT = 12
_CARRIED = timedelta(days=10)

# A unit of the left ones has always been worth more than one of the right ones: a table that says otherwise is upside
# down.
_STRONG = ("CHF", "EUR", "GBP", "USD")
# fmt: off
_WEAK = (
    "CLP", "CNY", "COP", "CZK", "DKK", "HKD", "HUF", "IDR", "INR", "ISK", "JPY", "KRW", "MXN", "NOK", "PHP", "PLN",
    "RUB", "SEK", "THB", "TRY", "TWD", "UAH", "VND", "ZAR",
)
# fmt: on


def read_rates(
    engine: Engine, named: Path, staging: Path, base: str | None, settings: ReadingSettings | None = None
) -> SecondTable:
    """Read a table of rates.

    Args:
        engine: Where the table is made.
        named: A path to a file with the columns date, currency, rate: units of the base currency for one unit.
        staging: For copies.
        base: The base currency; needed for tables that say their rates the other way round.
        settings: Of the orders: mapping, and the order of dates where the table's own is ambiguous.

    Returns:
        The table ``rates``, and what is told of it.

    Raises:
        DataError: A column is missing, a rate is no positive number, or a currency has two rates on one day; names the
            line.
    """
    settings = settings or ReadingSettings()
    second = open_second(engine, named, staging, FORM, settings)
    value = "per_base" if "per_base" in second.columns else "rate"
    missing = [role for role in ("date", "currency", value) if role not in second.columns]
    if missing:
        raise missing_columns(second, " and ".join(missing), _FIX)
    if second.table.rejected:
        row = second.table.rejected[0]
        message = "a row of the table of rates cannot be read"
        raise _refused(message, second, row.line, "mend or remove that row")
    if value == "rate" and "to" not in second.columns and "rates.rate" not in settings.map:
        _refuse_unsaid(second)
    typed, scale = _typed(engine, second, value, settings)
    _refuse_wrong(engine, second, typed, value)
    rates = engine.table(RATES, _towards(base, second, scale, upside_down=value == "per_base"))
    _refuse_twice(engine, second)
    _refuse_other_base(engine, second, base)
    if base is not None:
        _refuse_unit(engine, second, base)
    _refuse_upside_down(engine, second, base)
    engine.drop(f"{RATES}_typed")
    engine.table(RATES, render("SELECT DISTINCT date, currency, rate FROM {rates}", rates=rates))
    return SecondTable(RATES, frozenset(second.columns), second.table.rows, second.report())


def _typed(engine: Engine, second: Second, value: str, settings: ReadingSettings) -> tuple[Sql, int]:
    time, _ = time_sql(name(second.columns["date"]), second.dates(engine, "date", settings), "UTC")
    form = second.numbers(engine, value, None)  # the orders' mark is no answer: a rate has other decimals
    rate, _ = amount_sql(name(second.columns[value]), form)
    to = render("nullif(upper(trim({to})), '')", to=second.text("to"))
    query = render(
        _TYPED,
        row=Sql(ROW_NUMBER),
        time=time,
        currency=second.text("currency"),
        to=to,
        rate=rate,
        raw=second.text(value),
        located=second.table.located,
    )
    return engine.table(f"{RATES}_typed", query), form.scale


def _towards(base: str | None, second: Second, scale: int, *, upside_down: bool) -> Sql:
    """The rates towards the base: as they stand, or one over them."""
    rates, wanted = Sql(f"{RATES}_typed"), literal(base or "")
    inverted = render(_INVERTED, units=render(_UNITS, scale=literal(scale)), scale=literal(scale))
    if upside_down:
        return render(_TURNED, named=Sql("currency"), inverted=inverted, rates=rates, which=Sql("true"))
    direct = render(_DIRECT, rates=rates, base=wanted)
    if "to" not in second.columns:
        return direct
    which = render("currency = {base} AND to_currency IS NOT NULL AND to_currency <> currency", base=wanted)
    turned = render(_TURNED, named=Sql("to_currency"), inverted=inverted, rates=rates, which=which)
    return render("{direct} UNION ALL {turned}", direct=direct, turned=turned)


def _refuse_unsaid(second: Second) -> None:
    """A column for the base leaves open which of two currencies a rate counts: services and tills differ."""
    column = suggest_column("base", list(second.table.columns), second.table.name, names=_OF_BASE)
    if column is not None:
        message = (
            f"the table of rates names a base in '{column}', so its rates may be units of the base for one of the"
            " currency, or the other way round"
        )
        fix = "say which: --map rates.rate=COLUMN if they are units of the base, --map rates.per_base=COLUMN if not"
        raise DataError("doubtful_columns", message, fix=fix, place=Place(second.table.name, column=column))


def _refuse_wrong(engine: Engine, second: Second, rates: Sql, value: str) -> None:
    for number, no_date, no_currency, raw in engine.rows(render(_WRONG, rates=rates)):
        role = "date" if no_date else "currency" if no_currency else value
        what = "a row without a readable date" if no_date else "a row without a currency"
        if role == value:
            what = f"'{raw}' for a rate, which must be a number above zero" if raw else "a row without a rate"
        message = f"the table of rates has {what}"
        raise _refused(message, second, _line(second, number), "mend or remove that row", role)


def _refuse_twice(engine: Engine, second: Second) -> None:
    for currency, day, number in engine.rows(render(_TWICE, rates=Sql(RATES))):
        line = _line(second, number)
        message = f"{currency} has two rates on {day}"
        raise _refused(message, second, line, "keep one rate a currency and day")


def _refuse_other_base(engine: Engine, second: Second, base: str | None) -> None:
    query = render(_OF_ITSELF, rates=Sql(RATES), base=literal(base or ""))
    for rate, number in engine.rows(query):
        given = f"one {base} is given as worth {rate.normalize():f} {base}"
        message = f"{given}: the table's rates are towards another currency"
        fix = f"give the rates towards {base}, or name the currency they are towards: --base-currency"
        raise _refused(message, second, _line(second, number), fix)


def _refuse_unit(engine: Engine, second: Second, base: str | None) -> None:
    """No two of the great currencies have ever been worth the same for long: the one at 1 is the table's own base."""
    strong = joined(literal(code) for code in _STRONG)
    query = render(_ALWAYS_ONE, rates=Sql(RATES), strong=strong, base=literal(base or ""))
    for currency, number in engine.rows(query):
        message = f"one {currency} is given as worth 1 {base}: the table's rates are towards {currency}"
        fix = f"give the rates towards {base}, or name the currency they are towards: --base-currency {currency}"
        raise _refused(message, second, _line(second, number), fix)


def _refuse_upside_down(engine: Engine, second: Second, base: str | None) -> None:
    tests = {"rate > 1": _WEAK if base in _STRONG else (), "rate < 1": _STRONG if base in _WEAK else ()}
    for test, suspects in tests.items():
        if not suspects:
            continue
        listed = joined(literal(code) for code in suspects)
        query = render(_UPSIDE_DOWN, rates=Sql(RATES), suspects=listed, test=Sql(test))
        for currency, rate, number in engine.rows(query):
            message = f"one {currency} is given as worth {rate.normalize():f} {base}: the table is upside down"
            fix = (
                f"if it says how many units one {base} is worth, call that column per_base, or write"
                " --map rates.per_base=COLUMN"
            )
            raise _refused(message, second, _line(second, number), fix)


def _line(second: Second, number: int) -> int:
    return second.table.lines([number])[number]


def _refused(message: str, second: Second, line: int | None, fix: str, role: str | None = None) -> DataError:
    place = Place(second.table.name, line, second.columns.get(role) if role else None)
    return DataError("bad_rate", message, fix=fix, place=place)


def ecb_rates(
    engine: Engine, staging: Path, base: str | None, currencies: Sequence[str], days: tuple[date, date]
) -> SecondTable:
    """The central bank's published history as a table of rates to the base currency.

    Args:
        engine: Where the table is made.
        staging: For the file it is written to.
        base: The base currency.
        currencies: Those wanted; any the bank does not know has no rates.
        days: The first and the last day with orders; some days before the first are read too, to be carried on.

    Returns:
        The table ``rates``, and what is told of it.

    Raises:
        SettingsError: There is no base currency, or the extra is not installed.
        DataError: ``missing_fx_rate``, the bank does not know the base.
    """
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
    columns, rows = ["date", "currency", "rate"], list[tuple[int, list[str]]]()
    for currency in sorted({*currencies} & history.currencies - {base}):
        for day in _days(history, currency, base, days):
            # A day without a published rate has none here either: the last one holds, at most a week.
            with contextlib.suppress(published.RateNotFoundError):
                rate = round(Decimal(history.convert(1, currency, base, day)), _SIGNIFICANT)
                rows.append((0, [day.isoformat(), currency, format(rate, "f")]))
    query = Sql("SELECT '1999-01-04' AS date, '' AS currency, '1' AS rate LIMIT 0")
    if rows:
        written = staging / "ecb.csv"
        query = written_table(written, written, columns, write_rows(written, columns, rows), form="text").query
    engine.table(RATES, render(_ECB, query=query))
    return SecondTable(RATES, frozenset(columns), len(rows), {"table": RATES, "name": ECB, "rows": len(rows)})


def _days(history: Any, currency: str, base: str, days: tuple[date, date]) -> Iterator[date]:  # noqa: ANN401 - the library has no types
    (first, last), (other_first, other_last) = history.bounds[currency], history.bounds[base]
    start, end = max(first, other_first, days[0] - _CARRIED), min(last, other_last, days[1])
    return (start + timedelta(days=place) for place in range((end - start).days + 1))
