"""The package ``lifetimes`` from PyPI: R, F and M by its summary; it has no scores and no segments."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from lifetimes.utils import summary_data_from_transaction_data


def run(transactions: Path, out: Path, as_of: str) -> None:
    """Write ``customers.parquet`` to ``out``."""
    data = pd.read_parquet(transactions)[["customer_id", "ordered_at", "amount"]]
    data["amount"] = data["amount"].astype(float)
    found = summary_data_from_transaction_data(
        data, "customer_id", "ordered_at", monetary_value_col="amount", observation_period_end=as_of
    )
    found.to_parquet(out / "customers.parquet")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[3]), sys.argv[4])
