from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from quintile.domain.rfm_model import CutPoints, Fitted, RfmModel
from quintile.domain.scale import Scale
from quintile.engine.render import render
from quintile.errors import SettingsError
from quintile.scoring.score import score
from quintile.scoring.slack import with_slack
from tests.scoring.tables import Customer, rfm_table

TENTH = Decimal("0.1")
# R 14 days or fewer, F 20 orders or more, M 100 or more.
CUTS = (CutPoints((Decimal(14),)), CutPoints((Decimal(20),)), CutPoints((Decimal(100),)))
MODEL = RfmModel(scale=Scale(2), cuts=CUTS, fitted=Fitted("2024-01-01", 1))


def slack(engine, metric, customers, model=MODEL, margin=TENTH):
    """The low and the high score of each customer."""
    scores = score(engine, rfm_table(engine, customers), model)
    query = "SELECT r_low, r_high, f_low, f_high, m_low, m_high FROM ({rows}) ORDER BY customer_key"
    at = 2 * "rfm".index(metric)
    return [row[at : at + 2] for row in engine.rows(render(query, rows=with_slack(scores, model, margin)))]


def test_money_may_be_off_by_a_share_of_the_cut(engine):
    money = ["89.999", "90", "99.999", "100", "109.999", "110"]
    customers = [Customer(place, monetary=Decimal(value)) for place, value in enumerate(money)]
    assert slack(engine, "m", customers) == [(1, 1), (1, 2), (1, 2), (1, 2), (1, 2), (2, 2)]


def test_days_may_be_off_by_one_at_least(engine):
    days = [12, 13, 14, 15, 16, 17]
    customers = [Customer(place, recency=value) for place, value in enumerate(days)]
    # a tenth of 14 days is more than a day: 12 days are 1.4 days within the border, and 16 are not 1.4 days past it
    assert slack(engine, "r", customers) == [(2, 2), (1, 2), (1, 2), (1, 2), (1, 1), (1, 1)]
    assert slack(engine, "r", customers, margin=Decimal("0.01")) == [(2, 2), (2, 2), (1, 2), (1, 2), (1, 1), (1, 1)]


def test_orders_may_be_off_by_one_at_least(engine):
    few = replace(MODEL, cuts=(CUTS[0], CutPoints((Decimal(2),)), CUTS[2]))
    customers = [Customer(place, frequency=place) for place in range(1, 5)]
    assert slack(engine, "f", customers, few) == [(1, 2), (1, 2), (2, 2), (2, 2)]
    many = [Customer(place, frequency=value) for place, value in enumerate([17, 18, 21, 22])]
    assert slack(engine, "f", many) == [(1, 1), (1, 2), (1, 2), (2, 2)]


def test_money_below_nothing_has_a_margin_of_its_size(engine):
    below = replace(MODEL, cuts=(CUTS[0], CUTS[1], CutPoints((Decimal(-100),))))
    money = ["-110.001", "-110", "-90.001", "-90"]
    customers = [Customer(place, monetary=Decimal(value)) for place, value in enumerate(money)]
    assert slack(engine, "m", customers, below) == [(1, 1), (1, 2), (1, 2), (2, 2)]


def test_a_customer_without_an_order_has_no_value_to_be_off(engine):
    nobody = Customer(1, recency=None, frequency=0, monetary=Decimal(0))
    assert [slack(engine, metric, [nobody]) for metric in "rfm"] == [[(1, 1)], [(1, 1)], [(1, 1)]]


def test_a_cut_that_nobody_reaches_stays_so(engine):
    unreached = replace(MODEL, cuts=(CUTS[0], CUTS[1], CutPoints((None,))))
    assert slack(engine, "m", [Customer(1, monetary=Decimal(10**9))], unreached) == [(1, 1)]


def test_ties_that_are_split_keep_their_own_score_inside(engine):
    split = replace(MODEL, cuts=(CUTS[0], CUTS[1], CutPoints((Decimal(0),), ties=("5",))))
    customers = [Customer(key, monetary=Decimal(0)) for key in (4, 5)]
    assert slack(engine, "m", customers, split) == [(1, 2), (2, 2)]


def test_nested_scores_have_no_common_border(engine):
    nested = replace(MODEL, cuts=(CUTS[0], CutPoints((Decimal(2),), within={"1": (Decimal(3),)}), CUTS[2]))
    with pytest.raises(SettingsError, match="not the same for all customers"):
        slack(engine, "f", [Customer(1)], nested)
