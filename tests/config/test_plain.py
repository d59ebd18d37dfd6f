from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.config.plain import plain_settings
from quintile.config.validated import validated
from quintile.domain.settings import Settings

PLAIN = [
    {},
    {"ledger": {"grain": "line", "base_currency": None, "exclude": ["failed", "test"]}},
    {"ledger": {"statuses": {"cancelled": ["weg", "fort"]}}},
    {"reading": {"map": {"customer": "cust_no"}, "max_bad_share": 0.1, "delimiter": ";"}},
    {"model": {"scale": 3, "window": "all"}, "engine": {"threads": 2, "memory": "2GB"}},
    {"output": {"formats": ["parquet"], "report": False}},
    {"output": {"formats": []}},
    {"sources": {"shop": {"kind": "sqlite", "path": "shop.db", "table": "orders", "map": {"order": "no"}}}},
]
# The library converts these, or says what is wrong with them.
DOUBTFUL = [
    {"model": {"scale": "3"}},
    {"model": {"scale": True}},
    {"model": {"m_cuts": ["0.10", "5"]}},
    {"reading": {"max_bad_share": 1}},
    {"output": {"report": "no"}},
    {"output": {"formats": "parquet"}},
    {"output": {"formats": ["xml"]}},
    {"ledger": {"grain": "lines"}},
    {"ledger": {"grain": 5}},
    {"ledger": {"rates": "\udcff"}},
    {"ledger": {"time_zone": None}},
    {"ledger": {"statuses": {"lost": ["weg"]}}},
    {"model": {"scal": 3}},
    {"sources": {"shop": {"path": "shop.db"}}},
    {"ledger": []},
]


@pytest.mark.parametrize("given", PLAIN)
def test_plain_settings_are_what_the_library_makes_of_them(given):
    assert plain_settings(given) == validated(given, None)


@pytest.mark.parametrize("given", DOUBTFUL)
def test_what_must_be_converted_or_does_not_fit_is_left_to_the_library(given):
    assert plain_settings(given) is None


def test_nothing_given_is_the_defaults():
    assert plain_settings({}) == Settings()


def test_cut_points_keep_their_digits_in_the_library_s_hands():
    given = {"model": {"m_cuts": ["0.10", "90071992547409.93"]}}
    assert validated(given, None).model.m_cuts == (Decimal("0.10"), Decimal("90071992547409.93"))
