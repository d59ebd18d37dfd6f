"""Orders in SQL: from the user's table to one row an order, with what does not count, comes twice or went back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.export.sql_columns import columns_of, moment_of, rates_sql, table_sql
from quintile.export.sql_step import Step

if TYPE_CHECKING:
    from quintile.export.recipe import Rates, Recipe

MOST_DAYS_CARRIED = 7

_UNREPEATED = "    SELECT DISTINCT * FROM {table}"
_TRANSACTIONS = """\
    SELECT
        {columns}
    FROM {table}"""
_EXCLUDED = "    SELECT DISTINCT order_id FROM transactions WHERE is_excluded = 1"
_LINES = """\
    SELECT{distinct}
        {columns}
    FROM transactions
    WHERE customer_id IS NOT NULL{readable}{included}"""
_ORDERED_AT = "coalesce(min(CASE WHEN amount >= 0 THEN ordered_at END), min(ordered_at)) AS ordered_at"
_WENT_BACK = "sum(CASE WHEN amount < 0 THEN -amount ELSE 0 END)"
_ORDERS = """\
    SELECT
        order_id,
        min(customer_id) AS customer_id,
        {ordered_at},
        sum(CASE WHEN amount >= 0 THEN amount ELSE 0 END) AS gross,
        {refunded} AS refunded
    FROM order_lines
    GROUP BY {keys}{known}"""
_MOST_TOLD = "greatest({went_back}, coalesce(sum(refund), 0))"
_ONE_CUSTOMER = "min(customer_id) = max(customer_id)"
_FOLLOWS = "(max(amount) >= 0 OR order_id NOT IN (SELECT order_id FROM excluded))"
_RATES = """\
    SELECT
        upper(trim({currency})) AS currency,
        CAST({date} AS DATE) AS first_day,
        least(
            coalesce(
                lead(CAST({date} AS DATE)) OVER (PARTITION BY upper(trim({currency})) ORDER BY CAST({date} AS DATE)),
                {last_day}
            ),
            {last_day}
        ) AS next_day,
        CAST({rate} AS DECIMAL(18, 10)) AS rate
    FROM {table}"""
_LAST_DAY = "CAST(CAST({date} AS DATE) + INTERVAL {days} DAY AS DATE)"
_BY_CURRENCY = """\
    SELECT
        order_id,
        currency,
        min(customer_id) AS customer_id,
        max(customer_id) AS other_customer_id,
        max(CASE WHEN amount >= 0 THEN 1 ELSE 0 END) AS is_bought,
        {ordered_at},
        sum(amount) AS total,
        {went_back} AS went_back,
        {refund} AS refund
    FROM order_lines
    GROUP BY order_id, currency{by_customer}{known}"""
_PLACED = """\
    SELECT
        by_currency.*,
        coalesce(
            min(CASE WHEN is_bought = 1 THEN ordered_at END) OVER (PARTITION BY order_id),
            min(ordered_at) OVER (PARTITION BY order_id)
        ) AS placed_at
    FROM by_currency"""
_CONVERTED = """\
    SELECT
        placed.*,
        CASE WHEN placed.currency = {base} THEN CAST(1 AS DECIMAL(18, 10)) ELSE dated_rates.rate END
            AS rate
    FROM placed
    LEFT JOIN dated_rates
        ON placed.currency = dated_rates.currency
        AND CAST({placed_at} AS DATE) >= first_day AND CAST({placed_at} AS DATE) < next_day"""
_ORDERS_CONVERTED = """\
    SELECT
        order_id,
        min(customer_id) AS customer_id,
        coalesce(min(CASE WHEN is_bought = 1 THEN ordered_at END), min(ordered_at)) AS ordered_at,
        {total} + {went_back} AS gross,
        {refunded} AS refunded
    FROM converted
    GROUP BY {keys}{known}"""
# Narrow enough that the product keeps all its digits everywhere.
_ROUNDED = "sum(round(CAST({column} AS DECIMAL(19, {decimals})) * rate, {decimals}))"
_TRANSACTIONS_ARE = {
    "order": "Your columns, typed. A row without an order id is an order of its own.",
    "row": "Your columns, typed. There is no order id: every row is an order of its own.",
    "day": "Your columns, typed. All that a customer buys on one day is one order.",
}


def orders_of(recipe: Recipe) -> list[Step]:
    """The steps from the user's table to ``orders``: order_id, customer_id, ordered_at, gross, refunded."""
    table, steps = table_sql(recipe), list[Step]()
    if recipe.rules["duplicates"] == "row":
        query = render(_UNREPEATED, table=table)
        steps.append(Step("unrepeated", "A row that is there twice counts once.", query))
        table = Sql("unrepeated")
    typed = render(_TRANSACTIONS, columns=joined(columns_of(recipe), ",\n        "), table=table)
    steps.append(Step("transactions", _TRANSACTIONS_ARE[recipe.grain], typed))
    if recipe.follows_excluded:
        steps.append(Step("excluded", "Orders of which something does not count, by its status.", Sql(_EXCLUDED)))
    steps.append(_lines(recipe))
    return [*steps, *(_orders(recipe) if recipe.rates is None else _converted(recipe, recipe.rates))]


def _lines(recipe: Recipe) -> Step:
    repeats = "; a line that comes again with the same content counts once" if recipe.drops_repeats else ""
    columns = ["customer_id", "order_id", *(["line"] if recipe.has_line else []), "ordered_at"]
    columns += ["CASE WHEN is_refund = 1 THEN -abs(amount) ELSE amount END AS amount" if recipe.has_kind else "amount"]
    if recipe.refunded_words:
        told = "refund" if "refund" in recipe.columns else "0"
        columns.append(f"CASE WHEN is_paid_back = 1 THEN greatest(amount, 0) ELSE {told} END AS refund")
    elif recipe.has_refund:
        columns.append("refund")
    columns += ["currency"] if recipe.rates else []
    query = render(
        _LINES,
        distinct=Sql(" DISTINCT" if recipe.drops_repeats else ""),
        columns=joined((Sql(column) for column in columns), ",\n        "),
        readable=Sql("\n        AND ordered_at IS NOT NULL AND amount IS NOT NULL" if recipe.lenient else ""),
        included=Sql("\n        AND is_excluded = 0" if recipe.is_excluding else ""),
    )
    return Step("order_lines", f"What counts: rows that name a customer{repeats}.", query)


def _orders(recipe: Recipe) -> list[Step]:
    told = render(_MOST_TOLD, went_back=Sql(_WENT_BACK))
    query = render(
        _ORDERS,
        ordered_at=Sql(_ORDERED_AT),
        refunded=told if recipe.has_refund else Sql(_WENT_BACK),
        keys=_keys(recipe),
        known=_having([_ONE_CUSTOMER] * recipe.compares_customers + [_FOLLOWS] * recipe.follows_excluded),
    )
    comment = "Lines to orders: dated by the first line bought; money that went back belongs to its own order."
    return [Step("orders", comment + _known_comment(recipe), query)]


def _converted(recipe: Recipe, rates: Rates) -> list[Step]:
    """The same with money of several currencies: an order's part in one of them takes the rate of the order's day."""
    columns = {role: name(column) for role, column in rates.columns.items()}
    dated = render(
        _RATES,
        **columns,
        last_day=render(_LAST_DAY, date=columns["date"], days=literal(MOST_DAYS_CARRIED + 1)),
        table=rates_sql(recipe, rates),
    )
    by_currency = render(
        _BY_CURRENCY,
        ordered_at=Sql(_ORDERED_AT),
        went_back=Sql(_WENT_BACK),
        refund=Sql("sum(refund)" if recipe.has_refund else "0"),
        by_customer=Sql("" if recipe.compares_customers else ", customer_id"),
        known=_having([_FOLLOWS] * recipe.follows_excluded),
    )
    decimals = literal(recipe.decimals)
    total, went_back, refund = (
        render(_ROUNDED, column=Sql(one), decimals=decimals) for one in ("total", "went_back", "refund")
    )
    told = render("greatest({went_back}, coalesce({refund}, 0))", went_back=went_back, refund=refund)
    orders = render(
        _ORDERS_CONVERTED,
        total=total,
        went_back=went_back,
        refunded=told if recipe.has_refund else went_back,
        keys=_keys(recipe),
        known=_having(["min(customer_id) = max(other_customer_id)"] * recipe.compares_customers),
    )
    rated = "The rate of the day of each part's order; none may be missing."
    held = "A rate holds until the next one of its currency, and is a week old at most."
    placed_at = Sql("placed_at")
    converted = render(
        _CONVERTED,
        base=literal(rates.base),
        placed_at=moment_of(placed_at, "UTC", recipe.zone) if recipe.elapsed else placed_at,
    )
    lines = "Lines to the parts of orders that were paid in one currency, dated by the first line bought."
    return [
        Step("dated_rates", held, dated),
        Step("by_currency", lines, by_currency),
        Step("placed", "When the order of each part was bought, or went back if nothing of it was.", Sql(_PLACED)),
        Step("converted", rated, converted),
        Step("orders", "Parts to orders, all in one currency." + _known_comment(recipe), orders),
    ]


def _known_comment(recipe: Recipe) -> str:
    customers = "\nAn order of two customers is nobody's." if recipe.compares_customers else ""
    refunds = "\nA refund of an order that does not count does not count either." if recipe.follows_excluded else ""
    return customers + refunds


def _keys(recipe: Recipe) -> Sql:
    return Sql("order_id" if recipe.compares_customers else "order_id, customer_id")


def _having(tests: list[str]) -> Sql:
    return Sql("\n    HAVING " + "\n        AND ".join(tests) if tests else "")
