"""The package ``rfm`` from PyPI, as its page shows it: counts lines as orders and takes refunds for purchases."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from rfm import RFM


def run(transactions: Path, out: Path) -> None:
    """Write ``customers.parquet`` and ``segments.csv`` to ``out``."""
    data = pd.read_parquet(transactions)[["customer_id", "ordered_at", "amount"]]
    data["amount"] = data["amount"].astype(float)
    found = RFM(data, customer_id="customer_id", transaction_date="ordered_at", amount="amount")
    found.rfm_table.to_parquet(out / "customers.parquet")
    found.segment_table.to_csv(out / "segments.csv")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[3]))
