from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.bridge import Bridge
from quintile.domain.ledger import Tally
from quintile.ledger.report import added, ledger_steps
from tests.ledger.tables import Rates

ROWS = [
    {"customer": "A", "order_id": "1", "amount": "10.00", "refund": "4.00"},
    {"customer": "A", "order_id": "2", "amount": "5.00"},
    {"customer": "A", "order_id": "2", "amount": "-1.00"},
    {"customer": None, "order_id": "3", "amount": "7.00"},
    {"customer": "B", "order_id": "4", "amount": "3.00", "status": "test"},
    {"customer": "B", "order_id": "5", "amount": "2.00", "status": "paid"},
    {"customer": "B", "order_id": "5", "amount": "2.00", "status": "paid"},
]
UP_TO_KEPT = [
    ("raw", 7, {"EUR": "28.00"}), ("null_customer", 1, {"EUR": "7.00"}), ("duplicates", 1, {"EUR": "2.00"}),
    ("test", 1, {"EUR": "3.00"}), ("kept", 4, {"EUR": "16.00"}),
]  # fmt: skip


def steps(found, refunds="net"):
    """Step, rows, money; the bridge of them must hold."""
    made = ledger_steps(found.ledger, refunds)
    Bridge(tuple(made))
    return [(step.step, step.rows, {code: str(money) for code, money in step.amounts.items()}) for step in made]


@pytest.mark.parametrize(
    ("refunds", "after"),
    [
        ("net", [("refunds", 0, {"EUR": "4.00"}), ("ledger", 4, {"EUR": "12.00"})]),
        (
            "gross",
            [
                ("refunds", 0, {"EUR": "4.00"}),
                ("refunds_ignored", 0, {"EUR": "-5.00"}),
                ("ledger", 4, {"EUR": "17.00"}),
            ],
        ),
        (
            "exclude_order",
            [
                ("refunds", 0, {"EUR": "4.00"}),
                ("orders_with_refunds", 0, {"EUR": "10.00"}),
                ("ledger", 4, {"EUR": "2.00"}),
            ],
        ),
    ],
)
def test_every_row_and_cent_from_raw_to_the_ledger(build, refunds, after):
    found = build(ROWS, refunds=refunds, base_currency="EUR")
    assert steps(found, refunds) == UP_TO_KEPT + after


def test_without_refunds_the_ledger_follows_the_kept_rows(build):
    assert steps(build([{"customer": "A", "amount": "1.00"}])) == [
        ("raw", 1, {"": "1.00"}),
        ("kept", 1, {"": "1.00"}),
        ("ledger", 1, {"": "1.00"}),
    ]


def test_a_conversion_stands_between_kept_and_ledger(build):
    rows = [
        {"customer": "A", "order_id": "1", "amount": "10.00", "currency": "USD"},
        {"customer": "A", "order_id": "2", "amount": "1.00", "currency": "EUR"},
    ]
    found = build(rows, base_currency="EUR", rates=Rates([("2025-06-01", "USD", "0.9")]))
    assert steps(found) == [
        ("raw", 2, {"EUR": "1.00", "USD": "10.00"}),
        ("kept", 2, {"EUR": "1.00", "USD": "10.00"}),
        ("converted", 2, {"EUR": "10.00"}),
        ("ledger", 2, {"EUR": "10.00"}),
    ]


def test_money_is_added_currency_by_currency():
    tallies = [Tally(1, {"EUR": Decimal("0.1")}), Tally(1, {"EUR": Decimal("0.2"), "USD": Decimal(1)}), Tally(1, {})]
    assert added(tallies) == {"EUR": Decimal("0.3"), "USD": Decimal(1)}
