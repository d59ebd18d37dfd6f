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


def test_where_one_is_the_best_score_the_receipt_counts_from_the_best():
    receipt = TieReceipt("f", "quantile", (13, 0, 0, 7), None, 13, ()).as_dict(best="low")
    assert (receipt["reached"], receipt["skipped"], receipt["customers"]) == ([1, 4], [2, 3], [7, 0, 0, 13])
    assert TieReceipt("f", "quantile", (5, 0, 7), None, 5, ()).as_dict(best="low")["customers"] == [7, 0, 5]
    assert TieReceipt("f", "quantile", (5, 3, 0), None, 5, ()).as_dict(best="low")["skipped"] == [1]
