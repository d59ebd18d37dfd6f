from __future__ import annotations

import pytest

from quintile.errors import DataError
from quintile.jobs.check import check
from quintile.jobs.run import run
from tests.jobs.shop import ORDERS, wish_for, write_shop


def examples(file, **reading):
    found = check(wish_for(file, {"reading": reading}))
    return {
        line["reason"]: [(one["line"], one["column"], one["raw"]) for one in line["examples"]]
        for line in found["quarantine"]
    }


def test_every_row_set_aside_is_named_by_line_column_and_text(tmp_path):
    bad = 'O5, ,2025-06-01,1.00\nO6,"B\nB",2025-02-30,1.00\nO7,A,2025-06-01,ten\nO8,A\n'
    assert examples(write_shop(tmp_path, ORDERS + bad)) == {
        "ragged_row": [(10, None, "O8,A")],
        "null_customer": [(6, "customer_id", " ")],
        "bad_date": [(7, "order_date", "2025-02-30")],
        "bad_amount": [(9, "amount", "ten")],
    }


BAD_REFUNDS = (
    "customer_id,order_date,amount,refunded_amount\nA,2025-06-01,ten,1\nB,2025-06-01,10,one\nC,2025-06-01,9,1\n"
)


def test_a_refund_that_cannot_be_read_is_named_instead_of_the_sound_amount_beside_it(tmp_path):
    file = tmp_path / "refunds.csv"
    file.write_text(BAD_REFUNDS)
    assert examples(file, max_bad_share=1.0) == {"bad_amount": [(2, "amount", "ten"), (3, "refunded_amount", "one")]}


def test_the_first_three_rows_of_a_reason_are_shown(tmp_path):
    many = "".join(f"Q{number},,2025-06-01,1.00\n" for number in range(4))
    assert [line for line, _, _ in examples(write_shop(tmp_path, ORDERS + many))["null_customer"]] == [6, 7, 8]


def test_rows_in_conflict_are_listed_though_each_looks_sound(tmp_path):
    file = write_shop(tmp_path, ORDERS + "O4,B,2024-12-24,99.90\n")
    assert examples(file) == {"order_customer_conflict": [(5, "customer_id", "C"), (6, "customer_id", "B")]}


@pytest.mark.parametrize(
    ("allowed", "outcome"), [(0.5, "quarantine"), (0.49, "reject"), (0.0, "reject"), (1.0, "quarantine")]
)
def test_a_share_of_bad_rows_up_to_the_allowed_one_passes(tmp_path, allowed, outcome):
    bad = "".join(f"Q{number},,2025-06-01,1.00\n" for number in range(4))
    file = write_shop(tmp_path, ORDERS + bad)
    assert check(wish_for(file, {"reading": {"max_bad_share": allowed}}))["outcome"] == outcome


def test_a_refusal_names_the_most_frequent_reason_and_its_first_row(tmp_path):
    bad = "Q1,,2025-06-01,1.00\nQ2,A,2025-06-01,ten\nQ3,A,2025-06-01,two\n"
    file = write_shop(tmp_path, "O1,A,2025-06-01,1.00\n" + bad)
    with pytest.raises(DataError) as caught:
        run(wish_for(file), tmp_path / "out")
    assert str(caught.value) == (
        "error[bad_amount]: 3 of 4 rows cannot be used, most of them because of bad_amount"
        " (such as 'ten' in 'amount')\n"
        "  Where: orders.csv, line 4, column 'amount'\n"
        "  Fix: see all reasons with: quintile check SOURCE --max-bad-share 1; then mend the source, name the right"
        " column with --map, or allow more with --max-bad-share"
    )
