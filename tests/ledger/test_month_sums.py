from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED
from quintile.domain.order_sums import FateSum, MonthSums, StateSum
from quintile.engine.render import Sql
from quintile.ledger.month_sums import at_a_glance, sums_by_month

at = datetime.fromisoformat
PARTS = """
SELECT CAST(fate AS UTINYINT) AS fate, currency, epoch_us(CAST(time AS TIMESTAMP)) AS first_us,
       CAST(amount AS DECIMAL(18, 2)) AS amount, CAST(paid_back AS DECIMAL(18, 2)) AS paid_back,
       CAST(refund AS DECIMAL(18, 2)) AS refund, lines
FROM (VALUES (0, 'EUR', '2025-05-31 23:59:59', 5, 0, 2, 1), (0, 'EUR', '2025-06-01', 7, -7, 0, 2),
             (19, 'EUR', '2025-06-30', 1, 0, 0, 1)) AS t(fate, currency, time, amount, paid_back, refund, lines)
"""
ORDERS = """
SELECT CAST(state AS UTINYINT) AS state, CAST(time AS TIMESTAMP) AS ordered_at, lines,
       CAST(gross AS DECIMAL(18, 2)) AS gross, CAST(refunded AS DECIMAL(18, 2)) AS refunded,
       CAST(gross - refunded AS DECIMAL(18, 2)) AS net
FROM (VALUES (0, '2025-05-31 23:59:59', 1, 5, 2), (2, '2025-06-01', 2, 7, 7)) AS t(state, time, lines, gross, refunded)
"""


def of_state(state, lines, money, time):
    return StateSum(state, money == 0, lines, Decimal(money), Decimal(money), 0, time, time)


def test_every_month_has_the_sums_of_its_own_parts_and_orders(engine):
    found = sums_by_month(engine, engine.view("some_parts", Sql(PARTS)), engine.view("some_orders", Sql(ORDERS)))
    last, first = map(datetime.fromisoformat, ("2025-05-31 23:59:59", "2025-06-01"))
    assert list(found.items()) == [
        (
            date(2025, 5, 1),
            MonthSums(
                (FateSum(0, "EUR", 1, Decimal(5), Decimal(0), 0),),
                (of_state(PURCHASE, 1, 3, last),),
                Decimal(2),
            ),
        ),
        (
            date(2025, 6, 1),
            MonthSums(
                (FateSum(0, "EUR", 2, Decimal(7), Decimal(-7), 0), FateSum(19, "EUR", 1, Decimal(1), Decimal(0), 0)),
                (of_state(REFUNDED, 2, 0, first),),
                Decimal(0),
            ),
        ),
    ]


JUNE = (
    of_state(PURCHASE, 2, 10, at("2025-06-02 08:00")),
    of_state(PURCHASE, 1, 1, at("2025-06-28")),
    replace(of_state(REFUNDED, 2, -2, at("2025-06-01")), beyond=1),
    of_state(REFUND_ONLY, 2, -1, at("2025-06-30")),
)


def test_a_glance_takes_the_earliest_and_the_latest_purchase_and_adds_the_rest():
    told = (at("2025-06-15"), None, 3, Decimal(5), Decimal(5), 1, 0)
    assert at_a_glance(told, [MonthSums((), JUNE, Decimal(0))]) == (
        at("2025-06-02 08:00"), at("2025-06-28"), 10, Decimal(13), Decimal(13), 3, 1,
    )  # fmt: skip


def test_orders_that_are_nowhere_tell_nothing():
    assert at_a_glance((None, None, None, None, None, None, 0), []) == (None, None, 0, 0, 0, 0, 0)
