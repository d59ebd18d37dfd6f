"""Do two runs agree, customer by customer, on the metrics, the scores and the segment? Ends with 1 if they do not."""

from __future__ import annotations

import sys

import duckdb

_DIFFERENCES = """
WITH ours AS (SELECT {columns} FROM read_parquet($ours)), theirs AS (SELECT {columns} FROM read_parquet($theirs))
SELECT 'only in the first', * FROM (FROM ours EXCEPT ALL FROM theirs)
UNION ALL
SELECT 'only in the second', * FROM (FROM theirs EXCEPT ALL FROM ours)
ORDER BY customer_id
"""
# Files may keep numbers in any type: what is compared is the value.
_COLUMNS = """
customer_id::VARCHAR AS customer_id, first_order::DATE AS first_order, last_order::DATE AS last_order,
recency_days::BIGINT AS recency_days, frequency::BIGINT AS frequency, monetary::DECIMAL(38, 4) AS monetary,
r::INT AS r, f::INT AS f, m::INT AS m, rfm::VARCHAR AS rfm, segment::VARCHAR AS segment
"""
_SHOWN = 10


def differences(ours: str, theirs: str) -> list[tuple[object, ...]]:
    """The rows of two ``customers.parquet`` that are not in both, each after a word on where it stands."""
    return duckdb.execute(_DIFFERENCES.format(columns=_COLUMNS), {"ours": ours, "theirs": theirs}).fetchall()


if __name__ == "__main__":
    found = differences(sys.argv[1], sys.argv[2])
    for row in found[:_SHOWN]:
        sys.stdout.write(" | ".join(str(value) for value in row) + "\n")
    sys.exit(f"{len(found)} customer rows differ" if found else 0)
