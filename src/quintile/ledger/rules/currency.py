"""Currency: every order in the base currency, at the rate of the order's own day.

A refund is converted at its order's rate, so that a full refund leaves exactly nothing. A missing rate is an error that
names currency and date, never a rate of one. Converted money is rounded half away from zero to the ledger's digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from quintile.domain.currency import CURRENCIES
from quintile.domain.fate import KEPT, QUARANTINED
from quintile.domain.second_tables import SecondTable
from quintile.domain.words import counted
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import DataError
from quintile.ledger.rules.lines import SHIFT, replace_parts

if TYPE_CHECKING:
    from quintile.engine.base import Engine
    from quintile.ledger.rules.lines import Lines

MOST_DAYS_CARRIED = 7
# From the foreign currencies met and the first and last day they were paid in, the table of rates.
RatesOf = Callable[[list[str], date, date], SecondTable]

_FOUND = "SELECT currency FROM {parts} WHERE fate = {kept} GROUP BY currency ORDER BY currency"
# A rate holds until the next one of its currency, and is at most a week old: weekends and holidays take the last
# published one.
_DATED = """
WITH published AS (
    SELECT currency, date AS first_day, rate,
           least(coalesce(lead(date) OVER (PARTITION BY currency ORDER BY date), DATE '9999-12-31'),
                 date + {most_days} + 1) AS next_day
    FROM {rates}
), several AS (
    SELECT order_id, min(first_us) AS order_us
    FROM {parts} WHERE fate = {kept} AND order_id IS NOT NULL GROUP BY order_id HAVING count(*) > 1
), dated AS (
    SELECT part.*, CAST({ordered_at} AS DATE) AS rate_day
    FROM (SELECT part.*, coalesce(order_us, first_us) AS order_us
          FROM {parts} AS part LEFT JOIN several USING (order_id) WHERE fate = {kept}) AS part
)
SELECT dated.*, CASE WHEN dated.currency = {base} THEN 1 ELSE published.rate END AS rate,
       CASE WHEN dated.currency <> {base} THEN CAST(rate_day - first_day AS INTEGER) ELSE 0 END AS days_carried
FROM dated
LEFT JOIN published
  ON published.currency = dated.currency AND dated.rate_day >= first_day AND dated.rate_day < next_day
"""
# Parts of one order in other currencies, and what went back of it, take the rate of the day it was ordered.
_ORDERED_AT = "make_timestamp(CASE WHEN order_us < {shift} THEN order_us ELSE order_us - {shift} END)"
_MISSING = """
SELECT currency, min(rate_day), count(*) FROM {dated} WHERE rate IS NULL GROUP BY currency ORDER BY currency
"""
_CARRIED = "SELECT count_if(days_carried > 0), coalesce(max(days_carried), 0) FROM {dated}"
_CONVERTED = """
SELECT order_id, fate, {base} AS currency, customer_key, two_customers, first_us, {money}, lines, marks
FROM {dated}
"""
_ROUNDED = "CAST(round({column} * rate, {decimals}) AS DECIMAL(38, {decimals})) AS {column}"
# As wide as what was converted: of two decimals with unlike digits a union keeps too few.
_OTHERS = "SELECT * REPLACE ({money}) FROM {parts} WHERE fate <> {kept}"
_AS_WIDE = "CAST({column} AS DECIMAL(38, {decimals})) AS {column}"
# What was bought in several currencies under one order id is one order.
_MERGED = """
SELECT order_id, fate, currency, min(customer_key) AS customer_key, bool_or(two_customers) AS two_customers,
       min(first_us) AS first_us, {sums},
       CAST(sum(lines) AS INTEGER) AS lines, bit_or(marks) AS marks
FROM ({converted}) WHERE order_id IS NOT NULL GROUP BY order_id, fate, currency, {customer}
UNION ALL BY NAME
SELECT * FROM ({converted}) WHERE order_id IS NULL
"""


@dataclass(frozen=True)
class Carried:
    """How many orders took the last published rate instead of their own day's, and how many days old it was at most."""

    orders: int
    most_days: int


def currency_problem() -> Sql:
    """``WHEN .. THEN fate`` branches for rows without a currency or with an unknown one."""
    known = joined(literal(code) for code in sorted(CURRENCIES))
    return render(
        "WHEN currency IS NULL THEN {missing} WHEN currency NOT IN ({known}) THEN {unknown}",
        missing=literal(QUARANTINED["missing_currency"]),
        unknown=literal(QUARANTINED["unknown_currency"]),
        known=known,
    )


def choose_base(engine: Engine, parts: Sql, base: str | None) -> tuple[str, list[str]]:
    """The base currency and the other currencies found among the kept rows.

    Raises:
        DataError: ``mixed_currency``, several currencies and no base named.
    """
    found = [row[0] for row in engine.rows(render(_FOUND, parts=parts, kept=literal(KEPT)))]
    if base is None and len(found) > 1:
        raise DataError(
            "mixed_currency",
            f"the source has {len(found)} currencies ({', '.join(found)}) and no base currency is named",
            fix=f"name it and give rates: --base-currency {found[0]} --rates rates.csv",
        )
    base = base or (found[0] if found else "")
    return base, [currency for currency in found if currency != base]


def convert(engine: Engine, parts: Sql, rates: Sql, base: str, lines: Lines) -> Carried:
    """Convert all order parts into the base currency; parts of one order in several currencies become one.

    Args:
        engine: Where the tables are.
        parts: ``order_parts``.
        rates: Table date, currency, rate: how many units of the base currency one unit of the currency is worth.
        base: The base currency.
        lines: The digits after the point of converted money, its columns, and whether an order is a customer's day, and
            the shop's zone.

    Returns:
        How many orders took an older rate than their day's.

    Raises:
        DataError: ``missing_fx_rate``, naming currency and first date without one.
    """
    shared = {"base": literal(base), "kept": literal(KEPT)}
    ordered_at = lines.wall_time(render(_ORDERED_AT, shift=literal(SHIFT)))
    most_days = literal(MOST_DAYS_CARRIED)
    query = render(_DATED, parts=parts, rates=rates, ordered_at=ordered_at, most_days=most_days, **shared)
    dated = engine.table("dated_parts", query)
    missing = engine.rows(render(_MISSING, dated=dated))
    if missing:
        raise_missing_rate(base, missing)
    carried = Carried(*engine.rows(render(_CARRIED, dated=dated))[0])
    columns = [Sql(column) for column in ("amount", "paid_back", "refund", "returned")]
    columns = columns if lines.has_returns else columns[:-1]
    money = joined(render(_ROUNDED, column=column, decimals=literal(lines.decimals)) for column in columns)
    converted = render(_CONVERTED, dated=dated, base=shared["base"], money=money)
    sums = joined(render("sum({column}) AS {column}", column=column) for column in columns)
    customer = Sql("customer_key" if lines.by_day else "true")
    merged = render(_MERGED, converted=converted, sums=sums, customer=customer)
    wide = joined(render(_AS_WIDE, column=column, decimals=literal(lines.decimals)) for column in columns)
    others = render(_OTHERS, money=wide, parts=parts, kept=shared["kept"])
    replace_parts(engine, render("({a}) UNION ALL BY NAME ({b})", a=others, b=merged))
    engine.drop("dated_parts")
    return carried


def raise_missing_rate(base: str, missing: list[tuple[str, object, int]]) -> NoReturn:
    """Refuse, naming each currency, its first day without a rate, and how many orders wait for one."""
    listed = "; ".join(
        f"{currency} on {day} ({counted(orders, 'order', 'orders')})" for currency, day, orders in missing
    )
    raise DataError(
        "missing_fx_rate",
        f"no exchange rate to {base} for {listed}",
        fix="give a table with the columns date, currency, rate (units of the base currency for one unit): "
        "--rates rates.csv, or --rates ecb with the extra installed: pip install 'quintile[fx]'",
    )
