"""Public customer tables of R, F and M as RFM tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, literal, render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quintile.engine.base import Engine

# Four decimals: the finest amounts of the public tables.
_RFM = """
SELECT customer_id AS customer_key, DATE '2000-01-01' AS first_order, DATE '2000-01-01' AS last_order,
    CAST(r AS INTEGER) AS recency_days, CAST(f AS BIGINT) AS frequency, CAST(m AS DECIMAL(18,4)) AS monetary
FROM read_csv({file}, all_varchar = true)
"""


def load_customers(engine: Engine, shared: Callable[[str], Path], series: str) -> Sql:
    """The first reference table (``customers_v1``) of a series as shape RFM."""
    file = next(shared(f"data/{series}").glob("customers_v1*.csv"))
    return engine.table("rfm", render(_RFM, file=literal(str(file))))
