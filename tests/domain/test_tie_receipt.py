from __future__ import annotations

import json
from decimal import Decimal

from quintile.domain.tie_receipt import TieReceipt

RECEIPT = TieReceipt("m", "quantile", (13, 0, 7), Decimal("10.50"), 13, (Decimal("11.00"), None), "text")


def test_scores_without_customers_are_skipped():
    assert (RECEIPT.reached, RECEIPT.skipped) == ((1, 3), (2,))


def test_the_share_is_of_all_customers():
    assert RECEIPT.common_share == 0.65


def test_the_receipt_is_json_with_exact_values():
    assert json.loads(json.dumps(RECEIPT.as_dict())) == {
        "metric": "m",
        "method": "quantile",
        "reached": [1, 3],
        "skipped": [2],
        "customers": [13, 0, 7],
        "common_value": "10.50",
        "common_customers": 13,
        "common_share": 0.65,
        "cuts": ["11.00", None],
        "suggestion": "text",
    }
