"""Currency: every order in the base currency, at the rate of the order's own day.

A refund is converted at its order's rate, so that a full refund leaves exactly nothing. A missing rate is an error that
names currency and date, never a rate of one. Converted money is rounded half away from zero to the ledger's digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.currency import CURRENCIES
from quintile.domain.fate import PURCHASE, QUARANTINED, REFUND
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import DataError
from quintile.ledger.rules.lines import PARTS

if TYPE_CHECKING:
    from quintile.engine.base import Engine

MOST_DAYS_CARRIED = 7

_FOUND = """
SELECT currency FROM {parts} WHERE fate IN ({purchase}, {refund}) GROUP BY currency ORDER BY currency
"""
# A rate holds until the next one of its currency, at most a week: weekends and holidays take the last published one.
_DATED = """
WITH published AS (
    SELECT currency, date AS first_day, rate,
           least(coalesce(lead(date) OVER (PARTITION BY currency ORDER BY date), DATE '9999-12-31'),
                 date + {most_days}) AS next_day
    FROM {rates}
), dated AS (
    SELECT part.*, CAST(coalesce(bought.ordered_at, part.ordered_at) AS DATE) AS rate_day
    FROM {parts} AS part
    LEFT JOIN {parts} AS bought
      ON part.fate = {refund} AND bought.fate = {purchase}
     AND bought.order_id = part.order_id AND bought.currency = part.currency
    WHERE part.fate IN ({purchase}, {refund})
)
SELECT dated.*, CASE WHEN dated.currency = {base} THEN 1 ELSE published.rate END AS rate
FROM dated
LEFT JOIN published
  ON published.currency = dated.currency AND dated.rate_day >= first_day AND dated.rate_day < next_day
"""
_MISSING = """
SELECT currency, min(rate_day), count(*) FROM {dated} WHERE rate IS NULL GROUP BY currency ORDER BY currency
"""
_CONVERTED = """
SELECT order_id, fate, {base} AS currency, min(customer_key) AS customer_key, max(other_customer) AS other_customer,
       min(ordered_at) AS ordered_at,
       sum(CAST(round(amount * rate, {decimals}) AS DECIMAL(38, {decimals}))) AS amount,
       sum(CAST(round(refund * rate, {decimals}) AS DECIMAL(38, {decimals}))) AS refund,
       CAST(sum(lines) AS INTEGER) AS lines, bit_or(marks) AS marks
FROM {dated}
GROUP BY ALL
"""


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
    codes = {"purchase": literal(PURCHASE), "refund": literal(REFUND)}
    found = [row[0] for row in engine.rows(render(_FOUND, parts=parts, **codes)) if row[0] is not None]
    if base is None and len(found) > 1:
        raise DataError(
            "mixed_currency",
            f"the source has {len(found)} currencies ({', '.join(found)}) and no base currency is named",
            fix=f"name it and give rates: --base-currency {found[0]} --rates rates.csv",
        )
    base = base or (found[0] if found else "")
    return base, [currency for currency in found if currency != base]


def convert(engine: Engine, parts: Sql, rates: Sql, base: str, decimals: int) -> Sql:
    """Convert all order parts into the base currency; parts of one order in several currencies become one.

    Args:
        engine: Where the tables are.
        parts: ``order_parts``.
        rates: Table date, currency, rate: how many units of the base currency one unit of the currency is worth.
        base: The base currency.
        decimals: Digits after the point of converted money.

    Raises:
        DataError: ``missing_fx_rate``, naming currency and first date without one.
    """
    codes = {"purchase": literal(PURCHASE), "refund": literal(REFUND)}
    dated = engine.table(
        "dated_parts",
        render(_DATED, parts=parts, rates=rates, base=literal(base), most_days=literal(MOST_DAYS_CARRIED), **codes),
    )
    missing = engine.rows(render(_MISSING, dated=dated))
    if missing:
        raise_missing_rate(base, missing)
    engine.table(
        "parts_converted", render(_CONVERTED, dated=dated, base=literal(base), decimals=literal(decimals))
    )
    engine.drop("dated_parts")
    others = render(
        "SELECT * FROM {parts} WHERE fate NOT IN ({purchase}, {refund})", parts=parts, **codes
    )
    engine.table(PARTS, render("({others}) UNION ALL BY NAME SELECT * FROM parts_converted", others=others))
    engine.drop("parts_converted")
    return parts


def raise_missing_rate(base: str, missing: list[tuple[str, object, int]]) -> None:
    """Refuse, naming each currency, its first day without a rate, and how many orders wait for one."""
    listed = "; ".join(f"{currency} on {day} ({orders:,} orders)" for currency, day, orders in missing)
    raise DataError(
        "missing_fx_rate",
        f"no exchange rate to {base} for {listed}",
        fix="give a table with the columns date, currency, rate (units of the base currency for one unit): "
        "--rates rates.csv, or --rates ecb with the extra installed: pip install 'quintile[fx]'",
    )
