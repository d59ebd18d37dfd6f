from __future__ import annotations

from quintile.jobs.check import _NOTHING, check
from tests.jobs.shop import ORDERS, wish_for, write_shop


def test_a_clean_source_is_accepted_and_counted_before_any_window(tmp_path):
    found = check(wish_for(write_shop(tmp_path, ORDERS + "O5,D,2019-01-01,1.00\nO6,A,2025-06-21,-5.00\n")))
    assert (found["outcome"], found["error"], found["quarantine"]) == ("accept", None, [])
    assert (found["customers"], found["orders"], found["net_total"], found["currency"]) == (4, 5, "130.95", None)
    assert [step["step"] for step in found["bridge"]] == ["raw", "kept", "ledger"]
    assert [line["code"] for line in found["warnings"]] == ["orphan_refund", "fewer_customers_than_bins"]
    assert (found["assumed"]["grain"], found["assumed"]["columns"]["time"]) == ("order", "order_date")


def test_a_source_with_rows_set_aside_is_a_quarantine_with_places(tmp_path):
    found = check(wish_for(write_shop(tmp_path, ORDERS + "O5,,2025-06-01,1.00\n")))
    assert (found["outcome"], found["rows_in"], found["rows_kept"], found["rows_quarantined"]) == (
        "quarantine",
        5,
        4,
        1,
    )
    assert found["quarantine"] == [
        {
            "reason": "null_customer",
            "rows": 1,
            "examples": [{"file": "orders.csv", "line": 6, "column": "customer_id", "raw": ""}],
        }
    ]


def test_a_rejection_is_returned_and_says_what_where_and_how_to_mend_it(tmp_path):
    file = write_shop(tmp_path)
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    found = check(wish_for(file))
    assert (found["outcome"], found["error"]["code"], found["error"]["file"]) == (
        "reject",
        "missing_columns",
        "orders.csv",
    )
    assert {key: found[key] for key in _NOTHING} == _NOTHING


def test_a_rejection_has_the_same_keys_as_an_acceptance(tmp_path):
    accepted = check(wish_for(write_shop(tmp_path)))
    rejected = check(wish_for(tmp_path / "gone.csv"))
    assert accepted.keys() == rejected.keys()


def test_a_window_without_orders_is_a_rejection_as_in_a_run(tmp_path):
    found = check(wish_for(write_shop(tmp_path, "O1,A,2019-01-01,1.00\n")))
    assert (found["outcome"], found["error"]["code"]) == ("reject", "empty_window")


def test_checking_leaves_no_file_behind(tmp_path):
    check(wish_for(write_shop(tmp_path)))
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]
