from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import product

import pytest

from quintile.domain.rfm_model import RfmModel
from quintile.domain.window import WindowLength
from quintile.metrics.measure import Clock
from quintile.metrics.report import find_places

ROWS = [
    {"customer": "A", "order_id": "1", "at": "2025-06-01 10:00:00", "amount": "10.00", "refund": "4.00"},
    {"customer": "A", "order_id": "2", "at": "2025-06-02 23:59:59.999999", "amount": "5.00"},
    {"customer": "A", "order_id": "2", "at": "2025-06-03", "amount": "-5.00"},
    {"customer": "B", "order_id": "3", "at": "2025-06-03", "amount": "3.00"},
    {"customer": "B", "order_id": "4", "at": "2025-06-03 08:00:00", "amount": "0.00"},
    {"customer": "B", "order_id": "5", "at": "2025-06-03 09:00:00", "amount": "2.00", "refund": "5.00"},
    {"customer": "C", "order_id": "6", "at": "2025-06-04 00:00:00", "amount": "-1.00"},
]


@pytest.mark.parametrize("policy", ["net", "gross", "exclude_order"])
def test_sums_of_days_tell_what_a_look_at_every_order_tells(build, policy):
    found = build(ROWS, refunds=policy, base_currency="EUR")
    windows = [WindowLength(), *(WindowLength(days=days) for days in (1, 2, 4))]
    looked = 0
    for day, window, hours in product(range(10), windows, (None, 0, 10)):
        model = RfmModel(window=window, recency="calendar" if hours is None else "elapsed")
        as_of = date(2025, 5, 30) + timedelta(days=day)
        moment = as_of if hours is None else datetime.combine(as_of, time(hours, 30 if hours else 0))
        clock = Clock.at(moment, model, "Asia/Kolkata")
        places = find_places(found.engine, found.ledger, clock)
        assert places == find_places(found.engine, found.ledger.over(found.ledger.orders), clock)
        looked += places.inside[0]
    assert looked > len(ROWS)
