from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import Fitted, Method, RfmModel
from quintile.engine.render import Sql, render
from quintile.scoring.fit import fit
from quintile.scoring.histogram import count_values
from quintile.scoring.score import score
from tests.scoring.tables import (
    ALL_METHODS,
    AS_OF,
    INDEPENDENT,
    Customer,
    bases,
    few_examples,
    fit_and_score,
    fitted,
    model_of,
    renamed_and_shuffled,
    rfm_table,
    scored,
)

TIE_SAFE = st.sampled_from((*INDEPENDENT, "nested"))
SCALES = st.integers(2, 10)


@few_examples
@given(customers=bases(), name=TIE_SAFE, scores=SCALES, seed=st.integers(0, 99))
def test_names_and_row_order_change_nothing(engine, customers, name, scores, seed):
    model = model_of(name, scores)
    moved, old_key = renamed_and_shuffled(customers, seed)
    found = fit_and_score(engine, moved, model)
    assert {old_key[key]: score for key, score in found.items()} == fit_and_score(engine, customers, model)


@few_examples
@given(customers=bases(), name=st.sampled_from(INDEPENDENT), scores=SCALES)
def test_a_better_value_never_scores_lower_and_equal_values_score_the_same(engine, customers, name, scores):
    found = fit_and_score(engine, customers, model_of(name, scores))
    buyers = [customer for customer in customers if customer.recency is not None]
    for one in buyers:
        for other in buyers:
            (r, f, m), (other_r, other_f, other_m) = found[one.key], found[other.key]
            assert one.recency > other.recency or r >= other_r
            assert one.frequency < other.frequency or f >= other_f
            assert one.monetary < other.monetary or m >= other_m


@few_examples
@given(customers=bases(), scores=SCALES)
def test_under_quantile_the_worst_values_score_1(engine, customers, scores):
    found = fit_and_score(engine, customers, model_of("quantile", scores))
    buyers = [customer for customer in customers if customer.recency is not None]
    if len(buyers) == len(customers):
        assert found[max(buyers, key=lambda customer: customer.recency).key][0] == 1
        assert found[min(buyers, key=lambda customer: customer.frequency).key][1] == 1
        assert found[min(buyers, key=lambda customer: customer.monetary).key][2] == 1
    assert all(found[customer.key] == (1, 1, 1) for customer in customers if customer.recency is None)


@few_examples
@given(customers=bases(), name=st.sampled_from(ALL_METHODS), scores=SCALES)
def test_a_kept_model_gives_the_same_scores_again(engine, customers, name, scores):
    model = fitted(engine, customers, model_of(name, scores))
    again = RfmModel.from_json(model.to_json())
    assert again == model
    assert scored(engine, customers, again) == fit_and_score(engine, customers, model_of(name, scores))


@few_examples
@given(customers=bases(), name=st.sampled_from(ALL_METHODS), scores=SCALES)
def test_cut_points_are_one_fewer_than_scores_and_ascend(engine, customers, name, scores):
    cuts = fitted(engine, customers, model_of(name, scores)).cuts
    assert cuts is not None
    for place, points in enumerate(cuts):
        assert len(points.values) == scores - 1
        known = [value for value in points.values if value is not None]
        assert known == sorted(known)
        reachable_part = points.values[-len(known) :] if place == 0 else points.values[: len(known)]
        assert list(reachable_part if known else ()) == known


@pytest.mark.parametrize("name", ALL_METHODS)
@pytest.mark.parametrize(
    "customers",
    [
        [],
        [Customer(1)],
        [Customer(1, None, 0, Decimal(0))],
        [Customer(key) for key in range(7)],
        [Customer(key, key % 9, 1 if key else 2, Decimal(key)) for key in range(20)],
    ],
    ids=["nobody", "one customer", "one without an order", "all equal", "19 of 20 with one order"],
)
def test_no_base_is_too_small_or_too_alike_at_any_scale(engine, customers, name):
    rfm = rfm_table(engine, customers)
    counts = count_values(engine, rfm)
    for scores in range(2, 11):
        view = score(engine, rfm, fit(engine, rfm, model_of(name, scores), AS_OF, counts=counts))
        found = engine.rows(render("SELECT r, f, m FROM {view}", view=view))
        assert len(found) == len(customers)
        assert {reached for row in found for reached in row} <= set(range(1, scores + 1))


@pytest.mark.parametrize("scores", range(2, 11))
@pytest.mark.parametrize("name", ["quantile", "r-rfm", "kmeans"])
def test_with_19_of_20_one_order_buyers_the_repeat_buyer_stands_out(engine, name, scores):
    customers = [Customer(key, frequency=1 if key else 2) for key in range(20)]
    found = fit_and_score(engine, customers, model_of(name, scores))
    best = {"quantile": scores, "r-rfm": scores, "kmeans": 2}[name]
    assert [found[key][1] for key in range(20)] == [best] + [1] * 19


def test_methods_mix_freely(engine):
    customers = [Customer(key, key, key % 5 + 1, Decimal(key * key)) for key in range(30)]
    mixed = RfmModel(r=Method("kmeans"), f=model_of("threshold").f, m=Method("ntile"))
    found = fit_and_score(engine, customers, mixed)
    each = [fit_and_score(engine, customers, model_of(name)) for name in ("kmeans", "threshold", "ntile")]
    assert found == {key: tuple(each[place][key][place] for place in range(3)) for key in found}


def test_the_model_says_where_its_cut_points_come_from(engine):
    model = fitted(engine, [Customer(1), Customer(2)], RfmModel())
    assert model.fitted == Fitted("2024-01-01", 2)


def test_learning_again_replaces_what_was_learned(engine):
    few = fitted(engine, [Customer(1, frequency=3), Customer(2, frequency=4)], RfmModel())
    many = [Customer(key, frequency=key) for key in range(1, 11)]
    assert fitted(engine, many, few) == fitted(engine, many, replace(few, cuts=None, fitted=None))


def test_kept_histograms_give_the_same_cut_points(engine):
    rfm = rfm_table(engine, [Customer(key, frequency=key) for key in range(1, 11)])
    counts = count_values(engine, rfm)
    assert fit(engine, rfm, RfmModel(), AS_OF, counts=counts) == fit(engine, rfm, RfmModel(), AS_OF)


def test_histograms_that_fit_made_itself_are_dropped(engine):
    fitted(engine, [Customer(1)], RfmModel())
    left = engine.rows(Sql("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'histogram%'"))
    assert left == []
