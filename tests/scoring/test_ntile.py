from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import RfmModel
from quintile.engine.render import literal, render
from quintile.scoring.fit import fit
from quintile.scoring.score import score
from tests.scoring.public import load_customers
from tests.scoring.tables import (
    AS_OF,
    Customer,
    bases,
    few_examples,
    fit_and_score,
    fitted,
    frequency_scores,
    model_of,
    scored,
)

PARTS = """
SELECT
    CASE WHEN frequency = 0 THEN 1
        ELSE NTILE({k}) OVER (ORDER BY recency_days DESC NULLS FIRST, CAST(customer_key AS VARCHAR)) END,
    CASE WHEN frequency = 0 THEN 1
        ELSE NTILE({k}) OVER (ORDER BY nullif(frequency, 0) NULLS FIRST, CAST(customer_key AS VARCHAR)) END,
    CASE WHEN frequency = 0 THEN 1 ELSE NTILE({k}) OVER (
        ORDER BY CASE WHEN frequency > 0 THEN monetary END NULLS FIRST, CAST(customer_key AS VARCHAR)) END
FROM rfm ORDER BY customer_key
"""


def test_equal_values_are_split_by_id_as_text(engine):
    customers = [Customer(key) for key in (2, 10, 9, 1, 30)]
    scores = fit_and_score(engine, customers, model_of("ntile"))
    assert {key: f for key, (_, f, _) in scores.items()} == {1: 1, 10: 2, 2: 3, 30: 4, 9: 5}


def test_the_first_parts_are_the_larger_ones(engine):
    assert frequency_scores(engine, range(1, 9), model_of("ntile", 3)) == [1, 1, 1, 2, 2, 2, 3, 3]


def test_with_fewer_customers_than_scores_the_highest_stay_empty(engine):
    assert frequency_scores(engine, [5, 7], model_of("ntile")) == [1, 2]


@few_examples
@given(customers=bases(), scores=st.integers(2, 10))
def test_the_scores_are_those_of_sql_ntile(engine, customers, scores):
    found = fit_and_score(engine, customers, model_of("ntile", scores))
    expected = engine.rows(render(PARTS, k=literal(scores)))
    assert [found[key] for key in sorted(found)] == expected


def test_a_part_that_begins_with_a_value_takes_everyone_with_that_value(engine):
    model = fitted(engine, [Customer("b", frequency=1), Customer("d", frequency=2)], model_of("ntile", 2))
    later = [Customer("a", frequency=2), Customer("z", frequency=1)]
    assert {key: f for key, (_, f, _) in scored(engine, later, model).items()} == {"a": 2, "z": 1}


def test_a_part_that_begins_amid_equals_takes_later_customers_by_id(engine):
    model = fitted(engine, [Customer("b"), Customer("d")], model_of("ntile", 2))
    later = [Customer("c"), Customer("d"), Customer("e"), Customer("a", frequency=9)]
    assert {key: f for key, (_, f, _) in scored(engine, later, model).items()} == {"a": 2, "c": 1, "d": 2, "e": 2}


@pytest.mark.parametrize("key", ["'); DROP TABLE rfm; --", '"{x}"', "a\nb", "\u202e\U0001f600", "", "NULL"])
def test_a_hostile_id_is_only_an_id(engine, key):
    customers = [Customer(" "), Customer(key), Customer("\U0010ffff")]
    model = fitted(engine, customers, model_of("ntile", 3))
    again = RfmModel.from_json(model.to_json())
    assert again == model
    places = {name: place for place, name in enumerate(sorted((customer.key for customer in customers), key=str), 1)}
    assert {name: f for name, (_, f, _) in scored(engine, customers, again).items()} == places


@pytest.mark.parametrize("bins", [3, 5, 10])
@pytest.mark.parametrize("series", ["uci_online_retail", "rfm_r_orders"])
def test_f_and_m_are_those_of_dplyr_ntile(engine, shared, series, bins):
    found = public_scores(engine, shared, series, bins)
    assert len(found) > 900
    assert [(f, m) for _, f, m, *_ in found] == [(f, m) for *_, f, m, _ in found]


@pytest.mark.parametrize(("series", "bins"), [("uci_online_retail", 3), ("rfm_r_orders", 5)])
def test_r_mirrors_dplyr_ntile_of_the_days(engine, shared, series, bins):
    """dplyr numbers the fewest days 1: where the parts are equal, only customers at a border value can differ, by 1."""
    found = public_scores(engine, shared, series, bins)
    assert len(found) % bins == 0
    parts_of_day = defaultdict(set)
    for _, _, _, days_part, _, _, days in found:
        parts_of_day[days].add(days_part)
    assert all(r + part == bins + 1 for r, _, _, part, _, _, days in found if len(parts_of_day[days]) == 1)
    assert all(abs(r + part - bins - 1) <= 1 for r, _, _, part, *_ in found)


def public_scores(engine, shared, series, bins):
    rfm = load_customers(engine, shared, series)
    view = score(engine, rfm, fit(engine, rfm, model_of("ntile", bins), AS_OF))
    reference = shared(f"data/scoring_reference/r_scores_{series}.csv")
    query = f"""
        SELECT s.r, s.f, s.m, t.r_dplyr_ntile{bins}, t.f_dplyr_ntile{bins}, t.m_dplyr_ntile{bins}, s.recency_days
        FROM {view} AS s JOIN read_csv('{reference}', types = {{'customer_id': 'VARCHAR'}}) AS t
            ON s.customer_key = t.customer_id
    """
    return engine.rows(query)


def test_money_at_a_border_keeps_its_cents(engine):
    customers = [Customer(key, monetary=Decimal(amount)) for key, amount in enumerate(("10.049", "10.05", "10.051"))]
    assert [m for _, _, m in fit_and_score(engine, customers, model_of("ntile", 3)).values()] == [1, 2, 3]
