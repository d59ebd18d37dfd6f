from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.domain.order_sums import FateSum, KeptMonths, MonthSums, StateSum, tallied

at = datetime.fromisoformat
FIRST, LAST = at("2025-06-02 08:00:00"), at("2025-06-28 23:59:59.000999")


def state(which, net, *, times=(FIRST, LAST), beyond=0):
    money = Decimal(net)
    return StateSum(which, money == 0, 2, money, money, beyond, *times)


JUNE = MonthSums(
    (FateSum(0, "EUR", 5, Decimal("12.50"), Decimal("-1.00"), 0), FateSum(19, None, 1, None, None, 1)),
    (
        state(PURCHASE, "10.00"),
        state(REFUNDED, "-2.00", beyond=1),
        state(REFUND_ONLY, "-1.00", times=(at("2025-06-01 00:00:00"), at("2025-06-30 00:00:00"))),
    ),
    Decimal("3.00"),
)


def test_sums_are_read_as_they_were_written():
    assert MonthSums.of(json.loads(json.dumps(JUNE.as_dict()))) == JUNE


def test_rows_of_a_fate_and_a_currency_are_tallied_together():
    rows = [(0, "EUR", 1, Decimal("1.00"), Decimal("0.00"), 0), (0, None, 2, Decimal("2.00"), Decimal("0.00"), 0)]
    assert tallied(rows, [JUNE]) == [
        (0, None, 2, Decimal("2.00"), Decimal("0.00"), 0),
        (0, "EUR", 6, Decimal("13.50"), Decimal("-1.00"), 0),
        (19, None, 1, None, None, 1),
    ]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (None, at("2025-06-01 00:00:00"), [12, 5]),
        (at("2025-01-01 00:00:00"), at("2025-06-01 00:00:01"), [5, 6]),
        (at("2024-12-31 23:00:00"), at("2025-05-01 00:00:00"), [12]),
        (at("2025-07-01 00:00:00"), at("2025-08-01 00:00:00"), []),
    ],
)
def test_a_month_ends_where_the_next_one_begins(first, last, months):
    kept = KeptMonths(dict.fromkeys([date(2024, 12, 1), date(2025, 5, 1), date(2025, 6, 1)], JUNE), str)
    assert [month.month for month in kept.between(first, last)] == months
