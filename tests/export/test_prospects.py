"""What lies ahead, in sentences."""

from __future__ import annotations

from typing import Any

from quintile.export.prospects import customer_statements, forecast_statements

PAGE: dict[str, Any] = {
    "snapshot": {"as_of": "2025-07-01", "ranked": True},
    "currency": "EUR",
    "now": {"recency_days": 1, "frequency": 1, "monetary": "1200.50", "rfm": "545", "segment": "Loyal"},
    "history": [],
    "rhythm": None,
    "falls": {"on": "2025-12-14", "days": 166, "from": "Loyal", "to": "At Risk"},
    "leaves": "2026-06-22",
    "order": {
        "keeps": {"amount": "38.00", "any": False, "segment": "Loyal", "falls": {"on": "2026-02-03"}},
        "raises": {"amount": "0.01", "any": True, "segment": "Champions"},
    },
}
LEAVES = "the last order leaves it on 22 June 2026"
FORECAST: dict[str, Any] = {
    "as_of": "2025-07-01",
    "until": "2025-09-29",
    "segment": None,
    "currency": "EUR",
    "dwell": True,
    "moves": [
        {"on": "2025-08-05", "from": "Top", "to": "Rest", "direction": "down", "customers": 1, "revenue": "1.50"},
        {"on": "2025-08-06", "from": "Top", "to": "Rest", "direction": "down", "customers": 2, "revenue": "40.00"},
        {"on": "2025-09-01", "from": "Rest", "to": None, "direction": "leaves", "customers": 1, "revenue": "2.00"},
    ],
    "segments": [
        {"segment": "Top", "customers": 4, "revenue": "50.00", "customers_at_end": 1},
        {"segment": "Rest", "customers": 2, "revenue": "9.00", "customers_at_end": 4},
    ],
    "falling": {"customers": 3, "revenue": "41.50"},
    "leaving": 1,
    "orders_later": 2,
    "empty_from": None,
}
FORECAST["statements"] = forecast_statements(FORECAST)


def said(**changes):
    return [one.replace("\N{NO-BREAK SPACE}", " ") for one in customer_statements({**PAGE, **changes})]


def test_the_fall_and_the_order_that_prevents_it():
    assert said() == [
        "Loyal (545) as of 1 July 2025: 1 order, monetary 1,200.50 EUR, the last one 1 day ago.",
        "If nothing is bought, Loyal becomes At Risk on 14 December 2025, in 166 days.",
        "An order of 38.00 EUR placed now keeps Loyal until 3 February 2026.",
        "An order of any value placed now leads to Champions.",
    ]


def test_an_order_may_keep_another_segment_for_ever_or_none_may():
    keeps = {**PAGE["order"]["keeps"], "segment": "Champions", "falls": None}
    assert said(order={"keeps": keeps, "raises": None})[2:] == ["An order of 38.00 EUR placed now prevents that."]
    nothing = {"keeps": None, "raises": None}
    assert said(order=nothing)[2:] == ["No single order placed now keeps Loyal that long, whatever its value."]


def test_without_a_fall_the_last_day_is_told():
    nothing = {"falls": None, "order": {"keeps": None, "raises": None}}
    assert said(**nothing)[1:] == [f"If nothing is bought, Loyal stays as long as an order is in the window; {LEAVES}."]
    unranked = {"as_of": "2025-07-01", "ranked": False}
    assert said(**nothing, snapshot=unranked, leaves=None)[1:] == [
        "The scheme does not say which segment is the better one, so nothing falls."
    ]


def test_who_has_no_order_in_the_window():
    now = {**PAGE["now"], "recency_days": None, "frequency": 0}
    assert said(now=now)[0] == "Loyal (545) as of 1 July 2025, without an order in the window."
    moved = {"as_of": "2025-07-01", "segment": None, "cause": "left_window"}
    assert said(now=None, history=[moved, {"cause": None}]) == [
        "Not scored as of 1 July 2025: no order of the window counts.",
        "The last move, out of those who are scored by 1 July 2025: left the window.",
    ]


def test_the_forecast_names_the_largest_falls():
    told = [one.replace("\N{NO-BREAK SPACE}", " ") for one in FORECAST["statements"]]
    assert told == [
        "If nobody buys, 3 customers (41.50 EUR) fall to a worse segment by 29 September 2025.",
        "The last order of 1 customer leaves the window by 29 September 2025.",
        "2 Top (40.00 EUR) will be Rest on 6 August 2025.",
        "1 Top (1.50 EUR) will be Rest on 5 August 2025.",
    ]
    alone = forecast_statements({**FORECAST, "segment": "Top", "falling": None, "moves": []})
    assert alone == ["The last order of 1 customer of Top leaves the window by 29 September 2025."]
