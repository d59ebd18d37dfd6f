from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from quintile.domain.ledger import PURCHASE


def row(order="1", amount="2.00", customer="A", **more):
    return {"customer": customer, "order_id": order, "amount": amount, **more}


# Enough sound orders for a single conflict not to raise a doubt about the grain.
SOUND = [row(f"S{number}", "1.00", "S") for number in range(200)]


def test_an_order_that_comes_again_with_the_same_content_is_dropped_and_counted(build):
    found = build([row(), row(), row(), row("2")])
    assert found.fates == {"kept": (2, {"": Decimal(4)}), "duplicate": (2, {"": Decimal(4)})}
    assert [order[1:4] for order in found.orders] == [("1", "2025-06-01", 2), ("2", "2025-06-01", 2)]


@pytest.mark.parametrize("change", [{"amount": "2.01"}, {"day": "2025-06-02"}, {"refund": "1.00"}, {"currency": "USD"}])
def test_an_order_that_comes_again_with_another_content_is_set_aside_with_all_its_rows(build, change):
    same = {"refund": "0.00", "currency": "EUR"}
    found = build([row(**same), row(**{**same, **change}), row("2", **same)], grain="order", base_currency="EUR")
    assert found.rows == {"kept": 1, "duplicate_order_conflict": 2}


def test_an_order_that_is_paid_in_one_row_and_cancelled_in_another_is_set_aside(build):
    rows = [row(status="paid"), row(status="cancelled"), row("2", status="paid"), row("2", "-1", status="cancelled")]
    found = build(rows, grain="order")
    assert found.rows == {"kept": 1, "duplicate_order_conflict": 1, "cancelled": 2}
    blank = [row(status="paid"), row(amount=None, status="cancelled"), row("2", status="paid")]
    assert build(blank, grain="order").rows == {"kept": 1, "duplicate_order_conflict": 1, "cancelled": 1}
    for first in ("failed", "pending", "test"):
        assert build([row(status=first), row(status="paid")], grain="order").rows == {"kept": 1, first: 1}


def test_lines_worth_nothing_of_an_order_that_says_two_things_share_its_fate(build):
    rows = [row(line="order"), row("1", "3.00", line="order"), row("1", "0.00", line="bag"), row("2", line="order")]
    assert build(rows, grain="line").rows == {"kept": 1, "duplicate_order_conflict": 3}
    assert build([*rows, row("1", "1.00", line="cap")], grain="line").rows == {
        "kept": 3, "duplicate_order_conflict": 2,
    }  # fmt: skip


def test_a_line_that_is_paid_in_one_row_and_cancelled_in_another_is_set_aside(build):
    rows = [row(line="1", status="paid"), row(line="2", status="cancelled"), row("2", line="1", status="paid")]
    assert build(rows).rows == {"kept": 2, "cancelled": 1}
    assert build([*rows, row(line="1", status="cancelled")]).rows == {
        "kept": 1, "duplicate_order_conflict": 1, "cancelled": 2,
    }  # fmt: skip
    unnumbered = [row(status="paid"), row(status="cancelled")]
    assert build(unnumbered, grain="line").rows == {"kept": 1, "cancelled": 1}


def test_an_order_of_two_customers_is_set_aside(build):
    for grain in ("order", "line"):
        found = build([row(), row(customer="B"), row("2")], grain=grain)
        assert found.fates == {"kept": (1, {"": Decimal(2)}), "order_customer_conflict": (2, {"": Decimal(4)})}


def test_two_customers_are_a_conflict_even_where_repeats_are_kept(build):
    assert build([row(), row(customer="B")], duplicates="keep", grain="line").rows == {"order_customer_conflict": 2}


def test_two_customers_of_one_day_are_no_conflict(build):
    assert build([row(), row(customer="B")], grain="day").rows == {"kept": 2}


def test_a_line_that_comes_again_is_dropped_and_other_lines_stay(build):
    found = build([row(line="1"), row(line="1"), row(line="2"), row("2", line="1")])
    assert found.rows == {"kept": 3, "duplicate": 1}
    assert found.orders[0][3] == 4


def test_a_line_that_comes_again_with_another_amount_sets_its_key_aside(build):
    found = build([row(line="1"), row("1", "3.00", line="1"), row("2", line="1")])
    assert found.rows == {"kept": 1, "duplicate_order_conflict": 2}


def test_a_line_key_of_nothing_is_a_key_too(build):
    assert build([row(line=None), row(line=None), row(line="1")]).rows == {"kept": 2, "duplicate": 1}


def test_lines_without_a_key_may_be_equal(build):
    found = build([row(), row()], grain="line")
    assert (found.rows, found.orders[0][3]) == ({"kept": 2}, Decimal(4))


def test_repeats_are_kept_by_wish(build):
    assert build([row(), row()], duplicates="keep", grain="line").rows == {"kept": 2}


def test_a_refund_is_no_repetition_of_its_order(build):
    found = build([row(), row("1", "-2.00", day="2025-06-09"), row("2")])
    assert (found.rows, found.orders[0][3]) == ({"kept": 3}, Decimal(0))


def test_several_refunds_of_an_order_may_differ_but_equal_ones_are_repeats(build):
    rows = [row(), row("1", "-0.50"), row("1", "-0.75"), row("1", "-0.75")]
    found = build(rows)
    assert (found.rows, found.orders[0][3]) == ({"kept": 3, "duplicate": 1}, Decimal("0.75"))


def test_rows_that_do_not_count_make_no_conflict(build):
    rows = [row(status="paid"), row("1", "9.00", "B", status="test"), row("1", "8.00", amount_problem="bad_amount")]
    assert build(rows).rows == {"kept": 1, "test": 1, "bad_amount": 1}


def test_rows_told_to_be_repeats_by_the_reader_are_duplicates(build):
    rows = [{"customer": "A", "amount": "2.00"}, {"customer": "A", "amount": "2.00", "row_problem": "duplicate_row"}]
    assert build(rows, duplicates="row").fates["duplicate"] == (1, {"": Decimal(2)})


def test_which_copy_is_dropped_does_not_depend_on_the_order_of_rows(build):
    rows = [row(line="1"), row(line="1"), row("1", "5.00", line="2"), row("1", "-1.00", line="1")]
    answers = [(found.rows, found.orders) for found in (build(shuffled) for shuffled in permutations(rows))]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][1] == [("A", "1", "2025-06-01", Decimal(6), PURCHASE)]


def test_more_than_64_lines_with_their_own_keys_are_all_kept(build):
    rows = [row("1", "1.00", line=str(number)) for number in range(150)]
    found = build([*rows, rows[7]])
    assert (found.rows, found.orders[0][3]) == ({"kept": 150, "duplicate": 1}, Decimal(150))
