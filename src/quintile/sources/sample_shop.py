"""The sample shop: an invented shop with every nuisance of a real one, the same to the byte for the same arguments.

Chance is integer arithmetic on (seed, row, purpose), never a random state and never a float, so that neither the
number of threads nor the machine can change a cent. Orders are placed on a clock that ticks faster on busy days.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from quintile.domain.window import ObservationWindow, WindowLength
from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from quintile.engine.base import Engine

_HISTORY = WindowLength(months=26)
_MONTH_WEIGHTS = (88, 80, 90, 92, 98, 95, 84, 82, 96, 104, 150, 165)
_WEEKDAY_WEIGHTS = (104, 98, 96, 98, 94, 92, 118)

# Distributions as their values at equal shares of the whole, with a straight line between two of them.
_PLANNED_ORDERS = (1,) * 12 + (2, 2, 2, 3, 4, 6, 9, 15, 50)
_TYPICAL_GAP_DAYS = (6, 18, 26, 34, 42, 52, 64, 80, 104, 150, 300)
_GAP_PERCENT = (5, 27, 41, 55, 69, 84, 101, 122, 150, 194, 420)
_LINES = (1,) * 12 + (2,) * 5 + (3, 3, 4, 6)
_QUANTITY = (1,) * 17 + (2, 2, 3, 6)
_PRICE_CENTS = (390, 790, 990, 1290, 1590, 1990, 2490, 2990, 3990, 5990, 14990)
_SECOND_OF_DAY = (25200, 34200, 39600, 45000, 51000, 57600, 63000, 67800, 71400, 75000, 86399)

_CLOCK = """
WITH days AS (SELECT unnest(range({first_day}, {as_of}, INTERVAL 1 DAY))::DATE AS day),
weighed AS (SELECT day, {month_weights}[month(day)] * {weekday_weights}[isodow(day)] // 100 AS weight FROM days),
beats AS (SELECT day, unnest(range(weight)) AS beat FROM weighed)
SELECT row_number() OVER (ORDER BY day, beat) - 1 AS tick, day FROM beats
"""

_CUSTOMERS = """
WITH drawn AS (SELECT customer, {draws} FROM range(1, {customers} + 1) AS people(customer)),
planned AS (SELECT *, {planned_orders} AS planned_orders, {typical_gap} AS gap_days FROM drawn),
-- Half of the customers come at the later of two moments: the shop grows.
came AS (SELECT *, CASE WHEN growth < 500000 THEN greatest(moment, growth * 2) ELSE moment END AS came FROM planned)
SELECT customer, planned_orders, taste, guest < 50000 AS guest,
    came * (SELECT count(*) FROM {clock}) // 1000000 AS first_tick,
    -- Who buys often must buy soon: otherwise most of the planned orders would lie beyond the last day.
    least(gap_days, 1 + 640 // planned_orders) AS gap_days,
    CASE WHEN dollars < 150000 THEN 'USD' ELSE 'EUR' END AS currency,
    CASE WHEN guest < 15000 THEN NULL
         WHEN guest < 50000 THEN 'guest' || (100000 + customer) || '@example.com'
         ELSE 'shopper' || (100000 + customer) || '@example.com' END AS email
FROM came
"""

_ORDERS = """
WITH numbered AS (SELECT *, unnest(range(planned_orders)) AS nth FROM {customers}),
keyed AS (SELECT *, customer * 64 + nth AS order_key FROM numbered),
drawn AS (SELECT *, {draws} FROM keyed),
paced AS (SELECT *, CASE WHEN nth = 0 THEN first_tick ELSE {gap_percent} * gap_days END AS step FROM drawn),
placed AS (SELECT *, sum(step) OVER (PARTITION BY customer ORDER BY nth)::BIGINT AS tick FROM paced),
-- A tick beyond the clock is an order still to come: the join leaves it out.
dated AS (SELECT *, day + to_seconds({second_of_day}) AS ordered_at FROM placed JOIN {clock} USING (tick))
SELECT order_key, row_number() OVER (ORDER BY ordered_at, order_key) AS order_number, ordered_at, currency, taste,
    CASE WHEN guest OR as_guest < 20000 THEN NULL ELSE 'C' || (100000 + customer) END AS customer_id,
    CASE WHEN spelling < 30000 THEN upper(email) ELSE email END AS email,
    CASE WHEN outcome < 3000 THEN 'test' WHEN outcome < 18000 THEN 'failed' WHEN outcome < 43000 THEN 'cancelled'
         ELSE 'completed' END AS status,
    gift < 8000 AS gift,
    CASE WHEN gift < 8000 THEN 1 ELSE {lines_of_order} END AS lines,
    CASE WHEN sent_back < 18000 THEN 'all' WHEN sent_back < 75000 THEN 'part' END AS sent_back
FROM dated
"""

_LINES_SOLD = """
WITH numbered AS (SELECT *, unnest(range(1, lines + 1)) AS line FROM {orders}),
keyed AS (SELECT *, order_key * 8 + line AS line_key FROM numbered),
drawn AS (SELECT *, {draws} FROM keyed),
-- Half taste, half chance: who once bought dear things does so again. Products are numbered from cheap to dear.
chosen AS (SELECT *, (taste + article) // 10000 AS product FROM drawn)
SELECT order_number, line, line_key, lines, customer_id, email, ordered_at, currency, status, sent_back,
    CASE WHEN gift THEN 'GIFT' ELSE 'SKU-' || (100 + product) END AS sku,
    {quantity} AS quantity, CASE WHEN gift THEN 0 ELSE {price} END AS cents
FROM chosen
"""

_RETURNS = """
WITH drawn AS (SELECT *, {draws} FROM {lines} WHERE status = 'completed' AND cents > 0)
SELECT order_number, line + lines AS line, customer_id, email, currency, sku, cents,
    -CASE WHEN sent_back = 'all' THEN quantity ELSE 1 END AS quantity,
    date_trunc('day', ordered_at) + to_days((2 + days // 40000)::INT) + to_seconds(36000 + second // 50) AS ordered_at
FROM drawn
-- Part of an order: one piece of its first line, if anything is left then.
WHERE sent_back = 'all' OR (sent_back = 'part' AND line = 1 AND (lines > 1 OR quantity > 1))
"""

# Refunds of orders from before the shop's data begin.
_STRAYS = """
WITH drawn AS (SELECT *, {draws} FROM {customers} WHERE NOT guest)
SELECT customer, 'C' || (100000 + customer) AS customer_id, email, currency,
    'SKU-' || (100 + article // 5000) AS sku, {price} AS cents,
    {first_day}::TIMESTAMP + to_days((days // 20000)::INT) + to_seconds(36000 + second // 50) AS ordered_at
FROM drawn WHERE stray < 6000
"""

_FILE = """
WITH sold AS (SELECT *, {draws} FROM {lines}),
-- Some lines come late, apart from the other lines of their order; some come twice.
rows_of_all_kinds AS (
    SELECT order_number, 'O-' || (100000 + order_number) AS order_id, line, customer_id, email, ordered_at, sku,
        quantity, cents, currency, status,
        ordered_at + to_hours(CASE WHEN late < 30000 THEN 20 + late // 75 ELSE 0 END) AS arrived_at
    FROM sold
    UNION ALL
    SELECT order_number, 'O-' || (100000 + order_number), line, customer_id, email, ordered_at, sku, quantity,
        cents, currency, status, ordered_at + to_hours(500 + resent // 20)
    FROM sold WHERE resent < 4000
    UNION ALL
    SELECT order_number, 'O-' || (100000 + order_number), line, customer_id, email, ordered_at, sku, quantity,
        cents, currency, 'completed', ordered_at
    FROM {returns} WHERE ordered_at < {as_of}
    UNION ALL
    SELECT customer, 'R-' || (100000 + customer), 1, customer_id, email, ordered_at, sku, -1,
        cents, currency, 'completed', ordered_at
    FROM {strays} WHERE ordered_at < {as_of})
SELECT order_id, line, customer_id, email, strftime(ordered_at, '%Y-%m-%dT%H:%M:%S') AS ordered_at, sku, quantity,
    (cents * 0.01)::DECIMAL(12, 2) AS unit_price, (quantity * cents * 0.01)::DECIMAL(12, 2) AS amount, currency, status,
    arrived_at, order_number
FROM rows_of_all_kinds
"""
_FILE_AS_IT_ARRIVED = """
SELECT * EXCLUDE (arrived_at, order_number) FROM {file} ORDER BY arrived_at, order_number, order_id, line
"""

# Every calendar day has a rate, so that no order waits for a working day.
_RATES = """
WITH days AS (SELECT DISTINCT day, (day - DATE '2000-01-01')::BIGINT AS day_key FROM {clock}),
drawn AS (SELECT *, {draws} FROM days)
SELECT day AS date, 'USD' AS currency,
    (0.92 + 0.0004 * sum(step // 142858 - 3) OVER (ORDER BY day))::DECIMAL(8, 4) AS rate
FROM drawn
"""
_RATES_BY_DATE = "SELECT * FROM {rates} ORDER BY date"
_COUNT = "SELECT count(*) FROM {table}"

_MIX = "xor({number}, {number} >> 16)"
_START = "({key} % 4294967296 * 1640531527 % 4294967296)"
_SALT = "(xor({number}, {salt}) * 73244475 % 4294967296)"
_STIR = "({number} * 73244475 % 4294967296)"
_MILLIONTHS = "({number} * 1000000 >> 32)"
_BETWEEN = (
    "({values}[{share} * {steps} // 1000000 + 1] + ({values}[{share} * {steps} // 1000000 + 2]"
    " - {values}[{share} * {steps} // 1000000 + 1]) * ({share} * {steps} % 1000000) // 1000000)"
)


@dataclass(frozen=True)
class SampleShop:
    """The files of a sample shop and how many rows each has below its header."""

    orders: Path
    rates: Path
    order_rows: int
    rate_rows: int


def write_sample_shop(engine: Engine, folder: Path, *, customers: int, seed: int, last_day: date) -> SampleShop:
    """Write ``orders.csv`` (one row per order line) and ``rates.csv`` (EUR for one unit of a currency, every day).

    The 26 months up to and including ``last_day`` hold returns, cancelled, failed and test orders, gifts, guests,
    late rows, re-sent rows and two currencies. Money is exact to the cent; a returned line is a negative row of its
    order, dated when it came back. The same arguments give the same bytes.

    Args:
        engine: Must be allowed to write to ``folder``.
        folder: An existing folder; files of these names are replaced.
        customers: How many people ever order, at least 1.
        seed: Another seed is another shop.
        last_day: The last day on which something can happen.

    Returns:
        The two paths and their row counts.
    """
    window = ObservationWindow(last_day + timedelta(days=1), _HISTORY)
    days = {"first_day": literal(window.start), "as_of": literal(window.as_of)}
    clock = engine.table("sample_clock", _clock(days))
    people = engine.table("sample_people", _people(clock, customers, seed))
    lines = engine.table("sample_lines", _lines(_orders(people, clock, seed), seed))
    returns, strays = _returns(lines, seed), _strays(people, days, seed)
    draws = _draws("line_key", ("late", "resent"), seed)
    file = engine.table(
        "sample_file", render(_FILE, lines=lines, returns=returns, strays=strays, draws=draws, as_of=days["as_of"])
    )
    rates = engine.table("sample_rates", render(_RATES, clock=clock, draws=_draws("day_key", ("step",), seed)))
    _drop(engine, "sample_clock", "sample_people", "sample_lines")
    shop = SampleShop(folder / "orders.csv", folder / "rates.csv", _count(engine, file), _count(engine, rates))
    engine.write(render(_FILE_AS_IT_ARRIVED, file=file), shop.orders)
    engine.write(render(_RATES_BY_DATE, rates=rates), shop.rates)
    _drop(engine, "sample_file", "sample_rates")
    return shop


def share(key: Sql, purpose: str, seed: int) -> Sql:
    """An even draw from 0 to 999,999 (millionths) that depends on the key, the purpose and the seed alone.

    Args:
        key: A BIGINT expression, not negative.
        purpose: Draws for different purposes are independent of each other.
        seed: The shop's seed.
    """
    salt = literal(zlib.crc32(f"{seed} {purpose}".encode()))
    number = render(_SALT, number=render(_MIX, number=render(_START, key=key)), salt=salt)
    number = render(_STIR, number=render(_MIX, number=number))
    return render(_MILLIONTHS, number=render(_MIX, number=number))


def spread(share_of_whole: Sql, values: Sequence[int]) -> Sql:
    """The value of a distribution at a share in millionths; ``values`` lie at equal shares, the least first."""
    return render(_BETWEEN, share=share_of_whole, values=_list(values), steps=literal(len(values) - 1))


def _list(values: Sequence[int]) -> Sql:
    return render("[{values}]", values=joined(literal(value) for value in values))


def _draws(key: str, purposes: Sequence[str], seed: int) -> Sql:
    return joined(
        render("{draw} AS {purpose}", draw=share(name(key), purpose, seed), purpose=name(purpose))
        for purpose in purposes
    )


def _clock(days: dict[str, Sql]) -> Sql:
    weights = {"month_weights": _list(_MONTH_WEIGHTS), "weekday_weights": _list(_WEEKDAY_WEIGHTS)}
    return render(_CLOCK, **days, **weights)


def _people(clock: Sql, customers: int, seed: int) -> Sql:
    return render(
        _CUSTOMERS,
        draws=_draws("customer", ("plan", "pace", "growth", "moment", "dollars", "guest", "taste"), seed),
        customers=literal(customers),
        planned_orders=spread(name("plan"), _PLANNED_ORDERS),
        typical_gap=spread(name("pace"), _TYPICAL_GAP_DAYS),
        clock=clock,
    )


def _orders(people: Sql, clock: Sql, seed: int) -> Sql:
    return render(
        _ORDERS,
        draws=_draws(
            "order_key", ("gap", "hour", "size", "as_guest", "spelling", "outcome", "gift", "sent_back"), seed
        ),
        customers=people,
        clock=clock,
        gap_percent=spread(name("gap"), _GAP_PERCENT),
        second_of_day=spread(name("hour"), _SECOND_OF_DAY),
        lines_of_order=spread(name("size"), _LINES),
    )


def _lines(orders: Sql, seed: int) -> Sql:
    return render(
        _LINES_SOLD,
        draws=_draws("line_key", ("article", "pieces"), seed),
        orders=render("({orders})", orders=orders),
        quantity=spread(name("pieces"), _QUANTITY),
        price=spread(Sql("(product * 5000)"), _PRICE_CENTS),
    )


def _returns(lines: Sql, seed: int) -> Sql:
    query = render(_RETURNS, lines=lines, draws=_draws("line_key", ("days", "second"), seed))
    return render("({query})", query=query)


def _strays(people: Sql, days: dict[str, Sql], seed: int) -> Sql:
    draws = _draws("customer", ("stray", "article", "days", "second"), seed)
    price = spread(Sql("(article // 5000 * 5000)"), _PRICE_CENTS)
    return render(
        "({query})", query=render(_STRAYS, customers=people, draws=draws, price=price, first_day=days["first_day"])
    )


def _count(engine: Engine, table: Sql) -> int:
    return int(engine.rows(render(_COUNT, table=table))[0][0])


def _drop(engine: Engine, *table_names: str) -> None:
    for table_name in table_names:
        engine.drop(table_name)
