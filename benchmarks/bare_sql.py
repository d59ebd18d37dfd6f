"""The yardstick: the whole job as one hand-written DuckDB script, nothing checked and nothing accounted for.

Two levels, order and then customer: a refund is netted within its order, and only sales set the date.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb

_ROWS = {
    ".parquet": "read_parquet(getvariable('transactions'))",
    ".csv": "read_csv(getvariable('transactions'), header = true, auto_detect = false, columns = {"
    "'customer_id': 'BIGINT', 'order_id': 'BIGINT', 'ordered_at': 'TIMESTAMP', 'amount': 'DECIMAL(12, 2)'})",
}
_SCRIPT = """
CREATE TEMP TABLE rfm AS
WITH orders AS (
    SELECT customer_id, max(ordered_at) FILTER (amount > 0) AS ordered_at, sum(amount) AS net
    FROM {rows}
    WHERE ordered_at < getvariable('as_of')
    GROUP BY customer_id, order_id
    HAVING sum(amount) > 0)
SELECT customer_id, min(ordered_at)::DATE AS first_order, max(ordered_at)::DATE AS last_order,
    getvariable('as_of') - max(ordered_at)::DATE AS recency_days,
    count(*)::INTEGER AS frequency, sum(net)::DECIMAL(18, 2) AS monetary
FROM orders GROUP BY customer_id;

SET VARIABLE cuts = (
    WITH counted AS (
        SELECT 'r' AS metric, -recency_days AS worth, count(*) AS customers FROM rfm GROUP BY ALL
        UNION ALL SELECT 'f', frequency, count(*) FROM rfm GROUP BY ALL
        UNION ALL SELECT 'm', monetary, count(*) FROM rfm GROUP BY ALL),
    ranked AS (
        SELECT metric, worth, sum(customers) OVER (PARTITION BY metric) AS customers,
            sum(customers) OVER (PARTITION BY metric ORDER BY worth ROWS UNBOUNDED PRECEDING) - customers AS worse
        FROM counted)
    SELECT map_from_entries(list((metric || part, cut))) FROM (
        SELECT metric, part, min(worth) AS cut FROM ranked, range(1, 5) AS parts(part)
        WHERE worse * 5 >= part * customers GROUP BY ALL));

CREATE TEMP TABLE customers AS
WITH scored AS (
    SELECT *,
        1 + coalesce((-recency_days >= getvariable('cuts')['r1'])::INT, 0)
          + coalesce((-recency_days >= getvariable('cuts')['r2'])::INT, 0)
          + coalesce((-recency_days >= getvariable('cuts')['r3'])::INT, 0)
          + coalesce((-recency_days >= getvariable('cuts')['r4'])::INT, 0) AS r,
        1 + coalesce((frequency >= getvariable('cuts')['f1'])::INT, 0)
          + coalesce((frequency >= getvariable('cuts')['f2'])::INT, 0)
          + coalesce((frequency >= getvariable('cuts')['f3'])::INT, 0)
          + coalesce((frequency >= getvariable('cuts')['f4'])::INT, 0) AS f,
        1 + coalesce((monetary >= getvariable('cuts')['m1'])::INT, 0)
          + coalesce((monetary >= getvariable('cuts')['m2'])::INT, 0)
          + coalesce((monetary >= getvariable('cuts')['m3'])::INT, 0)
          + coalesce((monetary >= getvariable('cuts')['m4'])::INT, 0) AS m
    FROM rfm)
SELECT customer_id, first_order, last_order, recency_days, frequency, monetary, r, f, m,
    (r * 100 + f * 10 + m)::VARCHAR AS rfm, segment
FROM scored JOIN read_csv(getvariable('cells')) USING (r, f, m);

COPY customers TO 'customers.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT segment, count(*) AS customers, count(*) / sum(count(*)) OVER () AS customers_share,
        sum(monetary) AS revenue, sum(monetary) / sum(sum(monetary)) OVER () AS revenue_share,
        median(recency_days) AS median_recency_days, avg(frequency) AS mean_frequency, avg(monetary) AS mean_monetary
    FROM customers GROUP BY segment ORDER BY revenue DESC
) TO 'segments.csv';
"""


def run(transactions: Path, cells: Path, out: Path, as_of: str) -> None:
    """Write ``customers.parquet`` and ``segments.csv`` to ``out``."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET VARIABLE transactions = ?", [str(transactions.resolve())])
    connection.execute("SET VARIABLE cells = ?", [str(cells.resolve())])
    connection.execute("SET VARIABLE as_of = ?::DATE", [as_of])
    os.chdir(out)
    connection.execute(_SCRIPT.replace("{rows}", _ROWS[transactions.suffix]))


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
