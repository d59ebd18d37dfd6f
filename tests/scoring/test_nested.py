from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import Method, RfmModel
from quintile.errors import SettingsError
from tests.scoring.tables import Customer, bases, few_examples, fit_and_score, fitted, model_of, scored

NESTED = Method("nested")


def test_f_is_cut_within_each_r_score(engine):
    old = [Customer(key, recency=90, frequency=frequency) for key, frequency in enumerate((1, 2))]
    new = [Customer(key, recency=10, frequency=frequency) for key, frequency in enumerate((8, 9), start=2)]
    scores = fit_and_score(engine, old + new, model_of("nested", 2))
    assert {key: found[:2] for key, found in scores.items()} == {0: (1, 1), 1: (1, 2), 2: (2, 1), 3: (2, 2)}


def test_m_is_cut_within_each_r_f_cell(engine):
    rows = [(90, 1, 5), (90, 1, 7), (90, 2, 1), (90, 2, 2), (10, 1, 100), (10, 1, 300), (10, 2, 9), (10, 2, 8)]
    customers = [Customer(key, days, count, Decimal(money)) for key, (days, count, money) in enumerate(rows)]
    scores = fit_and_score(engine, customers, model_of("nested", 2))
    assert [scores[key][2] for key in range(8)] == [1, 2, 1, 2, 1, 2, 2, 1]


@few_examples
@given(customers=bases(), scores=st.integers(2, 10))
def test_every_cell_follows_the_quantile_rule(engine, customers, scores):
    found = fit_and_score(engine, customers, model_of("nested", scores))

    def expected(customer: Customer, worth, place: int) -> int:
        if customer.recency is None:
            return 1
        cell = [other for other in customers if found[other.key][:place] == found[customer.key][:place]]
        worse = sum(other.recency is None or worth(other) < worth(customer) for other in cell)
        return 1 + sum(worse * scores >= share * len(cell) for share in range(1, scores))

    for customer in customers:
        assert found[customer.key] == (
            expected(customer, lambda other: -other.recency, 0),
            expected(customer, lambda other: other.frequency, 1),
            expected(customer, lambda other: other.monetary, 2),
        )


@few_examples
@given(customers=bases(), later=bases(), scores=st.integers(2, 10))
def test_later_customers_come_only_into_cells_that_have_cut_points(engine, customers, later, scores):
    model = fitted(engine, customers, model_of("nested", scores))
    assert model.cuts is not None
    _, f_cuts, m_cuts = model.cuts
    for customer, (r, f, _) in zip(later, scored(engine, later, model).values(), strict=True):
        if customer.recency is not None:
            assert f"{r}" in f_cuts.within
            assert f"{r}-{f}" in m_cuts.within


def test_kept_cut_points_score_a_later_table(engine):
    customers = [Customer(key, 90 if key < 2 else 10, key + 1, Decimal(key)) for key in range(4)]
    model = fitted(engine, customers, model_of("nested", 2))
    later = [Customer("a", 91, 2, Decimal(1)), Customer("b", 9, 3, Decimal(9)), Customer("c", 9, 9, Decimal(-9))]
    assert scored(engine, later, model) == {"a": (1, 2, 1), "b": (2, 1, 1), "c": (2, 2, 1)}


@pytest.mark.parametrize(
    ("r", "f", "m"),
    [("quantile", "nested", "quantile"), ("quantile", "quantile", "nested"), ("kmeans", "nested", "nested")],
)
def test_nested_scores_are_all_or_none(engine, r, f, m):
    with pytest.raises(SettingsError, match=f"R is {r}, F is {f}, M is {m}") as caught:
        fitted(engine, [Customer(1)], RfmModel(r=Method(r), f=Method(f), m=Method(m)))
    assert "quantile for R" in caught.value.fix


def test_r_by_quantile_and_r_nested_are_the_same(engine):
    customers = [Customer(key, recency=key, frequency=key % 4 + 1, monetary=Decimal(key % 7)) for key in range(40)]
    by_quantile = RfmModel(r=Method("quantile"), f=NESTED, m=NESTED)
    assert fit_and_score(engine, customers, by_quantile) == fit_and_score(engine, customers, model_of("nested"))
