from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.domain.statuses import DECIDED_STATUSES, DEFAULT_STATUSES, PENDING_COUNTS


def order(number, **more):
    return {"customer": "A", "order_id": str(number), "amount": "5.00", **more}


@pytest.mark.parametrize(
    ("word", "reason"), [(word, reason) for reason, words in DEFAULT_STATUSES.items() for word in words]
)
def test_every_word_is_known_in_any_case_and_between_blanks(build, word, reason):
    found = build([order(1, status=f" {word.upper()} "), order(2, status="paid")])
    if reason == "refunded":
        assert [row[-1] for row in found.orders] == [REFUNDED, PURCHASE]
    else:
        assert found.fates == {reason: (1, {"": Decimal(5)}), "kept": (1, {"": Decimal(5)})}


@pytest.mark.parametrize("status", ["paid", "shipped", "no word of any list", "", None, "not cancelled"])
def test_a_status_no_list_knows_counts(build, status):
    assert build([order(1, status=status)]).rows == {"kept": 1}


@pytest.mark.parametrize("reason", ["cancelled", "failed", "pending", "test"])
def test_every_kind_has_its_switch(build, reason):
    rows = [order(place, status=kind) for place, kind in enumerate(["cancelled", "failed", "pending", "test"])]
    others = tuple(kind for kind in ("cancelled", "failed", "pending", "test") if kind != reason)
    assert build(rows, exclude=others).rows == {"kept": 1, **dict.fromkeys(others, 1)}
    assert build(rows, exclude=()).rows == {"kept": 4}


def test_a_person_s_own_words_replace_the_list_of_their_kind(build):
    rows = [order(1, status="weg"), order(2, status="cancelled"), order(3, status="refunded")]
    found = build(rows, statuses={"cancelled": ("WEG",)})
    assert found.rows == {"cancelled": 1, "kept": 2}
    assert [row[-1] for row in found.orders] == [PURCHASE, REFUNDED]


def test_a_row_of_kind_test_is_no_order(build):
    assert build([order(1, kind="Test"), order(2, kind="sale")]).rows == {"test": 1, "kept": 1}
    assert build([order(1, kind="Test"), order(2, kind="sale")], exclude=("cancelled",)).rows == {"kept": 2}


@pytest.mark.parametrize("amount", ["3.00", "-3.00"])
@pytest.mark.parametrize("kind", ["refund", " Return ", "CREDIT NOTE", "chargeback"])
def test_money_of_a_refund_row_went_back_whatever_its_sign(build, kind, amount):
    found = build([order(1, kind="sale"), order(1, kind=kind, amount=amount)], grain="line")
    assert found.orders == [("A", "1", "2025-06-01", Decimal(2), PURCHASE)]


def test_a_refund_row_of_no_order_stands_alone(build):
    assert build([order(9, kind="refund")]).orders == [("A", "9", "2025-06-01", Decimal(-5), REFUND_ONLY)]


def test_a_refunded_status_takes_the_whole_row_and_no_more(build):
    rows = [order(1, line="1", status="refunded", amount="3.00"), order(1, line="2", status="paid")]
    found = build(rows)
    assert found.orders == [("A", "1", "2025-06-01", Decimal(5), PURCHASE)]
    assert found.ledger.column_refunds == 3


def test_a_refunded_status_beside_a_refund_column_is_taken_off_once(build):
    found = build([order(1, status="refunded", refund="5.00"), order(2, status="paid", refund="1.50")])
    assert [row[3:] for row in found.orders] == [(Decimal(0), REFUNDED), (Decimal("3.50"), PURCHASE)]


def test_a_row_without_a_customer_is_excluded_by_its_status_first(build):
    assert build([order(1, customer=None, status="test"), order(2, status="paid")]).rows == {"test": 1, "kept": 1}


def test_pending_orders_that_an_export_says_are_paid_on_delivery_count_unless_pending_is_excluded_by_name(build):
    rows = [order(1, status=PENDING_COUNTS), order(2, status="pending")]
    found = build(rows)
    assert found.rows == {"pending": 1, "kept": 1}
    assert [(one["code"], one["rows"]) for one in found.ledger.warnings] == [("pending_counted", 1)]
    assert build(rows, exclude=("pending",)).rows == {"pending": 2}


@pytest.mark.parametrize("reason", ["cancelled", "failed", "pending", "test"])
def test_what_an_export_decided_needs_no_word_of_a_list(build, reason):
    found = build([order(1, status=DECIDED_STATUSES[reason]), order(2, status="paid")], statuses={reason: ("word",)})
    assert found.rows == {reason: 1, "kept": 1}
