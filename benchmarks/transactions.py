"""Invented transactions for the benchmarks: any number of order lines over 24 months, sorted by time, streamed to disk.

Everything about a row follows from its order's place in time by integer arithmetic, so nothing is sorted or kept:
a hundred million rows need no more memory than a million.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from math import isqrt
from pathlib import Path

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.sample_shop import share

SEED = 1
MEMORY = "2GB"
ROWS_AN_ORDER = 1.6

# Of a thousand customers, so many have that many orders: 65 % have one.
_ORDERS_OF_A_THOUSAND = ((650, 1), (120, 2), (70, 3), (45, 4), (40, 6), (30, 8), (25, 12), (15, 20), (5, 40))
_SLOTS = sum(customers * orders for customers, orders in _ORDERS_OF_A_THOUSAND)

_TRANSACTIONS = """
WITH places AS (SELECT place, {size} AS size, {returned} AS returned FROM range({orders}) AS placed(place)),
-- Line 0 pays back the order of some days before: 4 % of all rows.
counted AS (
    SELECT *, 1 + (size < 380000)::INT + (size < 130000)::INT + (size < 30000)::INT AS lines,
        CASE WHEN returned < 64000 AND place >= {lag} THEN 0 ELSE 1 END AS first_line
    FROM places),
rows_of_place AS (SELECT place, unnest(range(first_line, lines + 1)) AS line FROM counted),
of_order AS (SELECT *, CASE WHEN line = 0 THEN place - {lag} ELSE place END AS sold FROM rows_of_place),
-- Three rounds of a Feistel network give each order its own slot, far from those of its neighbours in time.
halved AS (SELECT *, sold // {side} AS low, sold % {side} AS high FROM of_order),
round_one AS (SELECT * REPLACE ((low + {high}) % {side} AS low) FROM halved),
round_two AS (SELECT * REPLACE ((high + {low}) % {side} AS high) FROM round_one),
round_three AS (SELECT * REPLACE ((low + {high}) % {side} AS low) FROM round_two),
numbered AS (SELECT *, low * {side} + high AS number, sold * 8 + greatest(line, 1) AS line_key FROM round_three),
slotted AS (SELECT *, number // {slots} AS thousand, number % {slots} AS slot FROM numbered),
priced AS (SELECT *, 199 + {dear} * {many} // 1000000 * 40000 // 1000000 AS cents FROM slotted)
SELECT 1 + thousand * 1000 + CASE {customer} END AS customer_id, 1 + sold AS order_id,
    TIMESTAMP '2023-01-01' + to_seconds(place * 63158400 // {orders}) AS ordered_at,
    (paid * 0.01)::DECIMAL(12, 2) AS amount
-- A refund pays back the first line or half of it.
FROM (SELECT *, CASE WHEN line > 0 THEN cents WHEN sold % 2 = 0 THEN -cents ELSE -(cents // 2) END AS paid FROM priced)
"""
_CUSTOMER = "WHEN slot < {end} THEN {customer} + (slot - {start}) // {orders}"


def write_transactions(rows: int, path: Path) -> None:
    """Write about ``rows`` order lines (within 1 %) to a new ``.parquet`` or ``.csv`` file.

    Columns: ``customer_id``, ``order_id``, ``ordered_at`` (2023-01-01 to 2024-12-31), ``amount``.
    """
    side = isqrt(int(rows / ROWS_AN_ORDER))
    query = render(
        _TRANSACTIONS,
        orders=literal(side * side),
        side=literal(side),
        lag=literal(side * side // 60),
        slots=literal(_SLOTS),
        customer=_customer(),
        size=_draw("place", "size"),
        returned=_draw("place", "returned"),
        low=_draw("low", "slot"),
        high=_draw("high", "slot"),
        dear=_draw("line_key", "dear"),
        many=_draw("line_key", "many"),
    )
    with closing(DuckDbEngine([path.resolve().parent], memory=MEMORY, threads=2)) as engine:
        engine.write(query, path)


def _draw(key: str, purpose: str) -> Sql:
    return share(name(key), purpose, SEED)


def _customer() -> Sql:
    branches, customer, start = [], 0, 0
    for customers, orders in _ORDERS_OF_A_THOUSAND:
        end = start + customers * orders
        numbers = {"start": start, "end": end, "customer": customer, "orders": orders}
        branches.append(render(_CUSTOMER, **{place: literal(number) for place, number in numbers.items()}))
        customer, start = customer + customers, end
    return joined(branches, " ")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write invented transactions for the benchmarks.")
    parser.add_argument("rows", type=int)
    parser.add_argument("path", type=Path, help="a new .parquet or .csv file")
    arguments = parser.parse_args()
    write_transactions(arguments.rows, arguments.path)
