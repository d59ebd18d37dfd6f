"""The same job as hand-written Spark SQL on a local cluster of two threads: the yardstick of the Spark engine."""

from __future__ import annotations

import sys
from pathlib import Path

from pyspark.sql import SparkSession

_RFM = """
SELECT customer_id, CAST(min(ordered_at) AS DATE) AS first_order, CAST(max(ordered_at) AS DATE) AS last_order,
    datediff(DATE '{as_of}', CAST(max(ordered_at) AS DATE)) AS recency_days,
    count(*) AS frequency, sum(net) AS monetary
FROM (
    SELECT customer_id, max(ordered_at) FILTER (WHERE amount > 0) AS ordered_at, sum(amount) AS net
    FROM transactions WHERE ordered_at < TIMESTAMP_NTZ '{as_of}'
    GROUP BY customer_id, order_id HAVING sum(amount) > 0)
GROUP BY customer_id
"""
_CUTS = """
SELECT metric, part, min(worth) FROM (
    SELECT metric, worth, sum(customers) OVER (PARTITION BY metric) AS customers,
        sum(customers) OVER (PARTITION BY metric ORDER BY worth) - customers AS worse
    FROM (
        SELECT 'r' AS metric, CAST(-recency_days AS DECIMAL(38, 2)) AS worth, count(*) AS customers FROM rfm GROUP BY 2
        UNION ALL SELECT 'f', CAST(frequency AS DECIMAL(38, 2)), count(*) FROM rfm GROUP BY 2
        UNION ALL SELECT 'm', CAST(monetary AS DECIMAL(38, 2)), count(*) FROM rfm GROUP BY 2))
JOIN (SELECT explode(sequence(1, 4)) AS part)
WHERE worse * 5 >= part * customers GROUP BY metric, part
"""
_SCORED = """
SELECT scored.*, CAST(r * 100 + f * 10 + m AS STRING) AS rfm, segment
FROM (SELECT *, 1 {r} AS r, 1 {f} AS f, 1 {m} AS m FROM rfm) AS scored JOIN cells USING (r, f, m)
"""
_SUMMARY = """
SELECT segment, count(*) AS customers, sum(monetary) AS revenue, median(recency_days) AS median_recency_days,
    avg(frequency) AS mean_frequency, avg(monetary) AS mean_monetary
FROM customers GROUP BY segment ORDER BY revenue DESC
"""
_WORTH = {"r": "-recency_days", "f": "frequency", "m": "monetary"}


def run(transactions: Path, cells: Path, out: Path, as_of: str) -> None:
    """Write ``customers.parquet`` (a folder) and ``segments.csv`` to ``out``."""
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.read.parquet(str(transactions)).createOrReplaceTempView("transactions")
    spark.read.csv(str(cells), header=True, inferSchema=True).createOrReplaceTempView("cells")
    spark.sql(_RFM.format(as_of=as_of)).persist().createOrReplaceTempView("rfm")
    steps = dict.fromkeys(_WORTH, "")
    for metric, _, cut in spark.sql(_CUTS).collect():
        steps[metric] += f" + CAST({_WORTH[metric]} >= {cut} AS INT)"
    customers = spark.sql(_SCORED.format(**steps)).persist()
    customers.createOrReplaceTempView("customers")
    customers.write.parquet(str(out / "customers.parquet"), compression="zstd")
    lines = [",".join(str(value) for value in row) for row in spark.sql(_SUMMARY).collect()]
    (out / "segments.csv").write_text("\n".join(lines), encoding="utf-8")
    spark.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
