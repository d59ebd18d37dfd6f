from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import RfmModel
from quintile.domain.scale import Scale
from quintile.scoring.quantile import share_rank
from tests.scoring.tables import (
    Customer,
    bases,
    few_examples,
    fit_and_score,
    fitted,
    frequency_scores,
    model_of,
    monetary_scores,
    recency_scores,
)


def test_equal_values_share_a_score(engine):
    assert frequency_scores(engine, [1, 1, 1, 1, 9]) == [1, 1, 1, 1, 5]


def test_the_score_says_how_large_a_share_is_strictly_worse(engine):
    assert frequency_scores(engine, [1] * 13 + [2] * 3 + [3] * 4) == [1] * 13 + [4] * 3 + [5] * 4


def test_different_values_fall_into_equal_parts(engine):
    assert frequency_scores(engine, range(1, 11)) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_fewer_days_are_better(engine):
    assert recency_scores(engine, range(1, 11)) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_a_customer_without_an_order_is_the_worst_and_counts(engine):
    assert recency_scores(engine, [None, None, 90, 30, 10]) == [1, 1, 3, 4, 5]


def test_cut_points_of_recency_are_last_days_in_ascending_order(engine):
    customers = [Customer(day, recency=day) for day in range(1, 11)]
    cuts = fitted(engine, customers, RfmModel()).cuts
    assert cuts is not None
    assert cuts[0].values == (2, 4, 6, 8)


def test_a_cut_that_nobody_reaches_is_none(engine):
    customers = [Customer(1, 30, 1, Decimal(5)), Customer(2, 9, 2, Decimal(7))]
    cuts = fitted(engine, customers, RfmModel()).cuts
    assert cuts is not None
    assert cuts[0].values == (None, None, 9, 9)
    assert cuts[1].values == (2, 2, None, None)
    assert cuts[2].values == (Decimal("7.000"), Decimal("7.000"), None, None)


def test_cents_decide(engine):
    assert monetary_scores(engine, ["10.05", "10.049", "10.05"], model_of("quantile", 3)) == [2, 1, 2]


def test_negative_money_is_worse_than_none(engine):
    assert monetary_scores(engine, [-5, 0, 5], model_of("quantile", 3)) == [1, 2, 3]


@pytest.mark.parametrize("scores", range(2, 11))
def test_with_19_of_20_one_order_buyers_the_top_score_stays_reachable(engine, scores):
    found = frequency_scores(engine, [1] * 19 + [2], RfmModel(scale=Scale(scores)))
    assert found == [1] * 19 + [scores]


@few_examples
@given(customers=bases(), scores=st.integers(2, 10))
def test_every_score_follows_the_definition(engine, customers, scores):
    def worth(customer: Customer) -> tuple[float | Decimal, ...]:
        if customer.recency is None:
            return (float("-inf"),) * 3
        return (-customer.recency, customer.frequency, customer.monetary)

    def expected(customer: Customer, metric: int) -> int:
        worse = sum(worth(other)[metric] < worth(customer)[metric] for other in customers)
        return 1 + sum(worse * scores >= share * len(customers) for share in range(1, scores))

    found = fit_and_score(engine, customers, RfmModel(scale=Scale(scores)))
    assert found == {customer.key: tuple(expected(customer, metric) for metric in range(3)) for customer in customers}


def test_the_rank_of_a_share_is_rounded_up_in_integers():
    assert [share_rank(share, 3, 10) for share in (1, 2, 3)] == [4, 7, 10]
