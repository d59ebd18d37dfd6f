from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED, ZERO

NOTHING = Decimal(0)


def row(order="1", amount="10.00", day="2025-06-01", **more):
    return {"customer": "A", "order_id": order, "amount": amount, "day": day, **more}


def only(found):
    """Net and state of the one order."""
    ((*_, net, state),) = found.orders
    return net, state


PARTLY = [row(), row(amount="-2.50", day="2025-06-09")]
WHOLLY = [row(), row(amount="-10.00", day="2025-06-09")]
BEYOND = [row(), row(amount="-12.00", day="2025-06-09")]
ALONE = [row(amount="-2.50")]


@pytest.mark.parametrize(
    ("rows", "net", "gross", "exclude_order"),
    [
        (PARTLY, ("7.50", PURCHASE), ("10.00", PURCHASE), ("0", REFUNDED)),
        (WHOLLY, ("0", REFUNDED), ("10.00", PURCHASE), ("0", REFUNDED)),
        (BEYOND, ("-2.00", REFUNDED), ("10.00", PURCHASE), ("0", REFUNDED)),
        (ALONE, ("-2.50", REFUND_ONLY), ("0", REFUND_ONLY), ("0", REFUND_ONLY)),
    ],
    ids=["partly", "wholly", "beyond", "alone"],
)
def test_a_refund_counts_by_its_policy(build, rows, net, gross, exclude_order):
    for policy, (money, state) in {"net": net, "gross": gross, "exclude_order": exclude_order}.items():
        assert only(build(rows, refunds=policy)) == (Decimal(money), state)


@pytest.mark.parametrize(
    ("refund", "net", "state"),
    [("2.50", "7.50", PURCHASE), ("10.00", "0", REFUNDED), ("12.00", "-2.00", REFUNDED), ("0", "10.00", PURCHASE)],
)
def test_a_column_of_refunds_is_netted_against_its_own_row(build, refund, net, state):
    found = build([row(refund=refund)])
    assert only(found) == (Decimal(net), state)
    assert found.ledger.column_refunds == Decimal(refund)


def test_a_refund_told_by_a_column_and_by_a_row_is_taken_off_once(build):
    assert only(build([row(refund="1.00"), row(amount="-2.00", refund="0")])) == (Decimal(8), PURCHASE)
    assert only(build([row(refund="2.00"), row(amount="-2.00", refund="0")])) == (Decimal(8), PURCHASE)


def test_a_refund_keeps_the_order_s_own_date(build):
    assert build(PARTLY).orders[0][2] == "2025-06-01"


def test_an_order_worth_nothing_is_no_purchase_but_by_wish(build):
    assert only(build([row(amount="0.00")])) == (NOTHING, ZERO)
    assert only(build([row(amount="0.00")], zero_orders="count")) == (NOTHING, PURCHASE)


def test_an_order_that_only_a_refund_left_worthless_is_refunded_not_zero(build):
    assert only(build(WHOLLY, zero_orders="count")) == (NOTHING, REFUNDED)


def test_a_free_line_does_not_make_its_order_worthless(build):
    assert only(build([row(line="1", amount="0.00"), row(line="2")])) == (Decimal(10), PURCHASE)


def test_refunds_without_an_order_and_those_beyond_are_told(build):
    found = build([*BEYOND, row("7", "-1.00"), row("8", "-1.00")])
    assert [(line["code"], line["rows"]) for line in found.ledger.warnings] == [
        ("orphan_refund", 2),
        ("refund_exceeds_order", 1),
    ]
    assert found.ledger.after_refunds == found.ledger.net == Decimal(-4)


UNKNOWN = "1 refund row belongs to no order of the source: "
REST = "1 order was paid back more than it cost: the order counts for nothing, "
ADD = "; give a source that holds the orders too, if there is one"


@pytest.mark.parametrize(
    ("policy", "money", "told"),
    [
        (
            "net",
            -3,
            [
                f"{UNKNOWN}such rows lower their customer's money, never the number of orders{ADD}",
                f"{REST}the rest lowers the customer's money",
            ],
        ),
        ("gross", 10, [f"{UNKNOWN}such rows are ignored, as all refunds are (--refunds gross)"]),
        (
            "exclude_order",
            0,
            [
                f"{UNKNOWN}such rows are ignored, since there is no order to leave out (--refunds exclude_order){ADD}",
                f"{REST}the rest is ignored (--refunds exclude_order)",
            ],
        ),
    ],
)
def test_what_is_told_of_refunds_is_what_the_policy_does_with_them(build, policy, money, told):
    found = build([*BEYOND, row("7", "-1.00")], refunds=policy)
    assert (found.ledger.net, [line["message"] for line in found.ledger.warnings]) == (Decimal(money), told)


def test_a_refund_without_id_lowers_its_customer_s_money_and_stands_alone(build):
    found = build([row(), row(None, "-3.00")])
    assert [order[3:] for order in found.orders] == [(Decimal(10), PURCHASE), (Decimal(-3), REFUND_ONLY)]
