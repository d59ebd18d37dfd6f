from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.columns import SCORES
from quintile.domain.rfm_model import CutPoints, Fitted, RfmModel
from quintile.domain.scale import Scale
from quintile.engine.render import render
from quintile.errors import SettingsError
from quintile.scoring.score import score
from tests.scoring.tables import ALL_METHODS, Customer, fitted, model_of, rfm_table, scored


@pytest.mark.parametrize("name", ALL_METHODS)
def test_the_view_has_the_shape_scores(engine, name):
    customers = [Customer("a"), Customer("b", 5, 3, Decimal("10.5"))]
    view = score(engine, rfm_table(engine, customers), fitted(engine, customers, model_of(name)))
    columns = engine.columns(view)
    assert view == '"scores"'
    assert tuple(columns) == SCORES
    assert {columns[metric] for metric in "rfm"} == {"UTINYINT"}


def test_a_model_without_cut_points_is_refused(engine):
    with pytest.raises(SettingsError, match="no cut points yet"):
        score(engine, rfm_table(engine, [Customer(1)]), RfmModel())


def test_a_customer_without_an_order_scores_lowest_even_among_the_worst(engine):
    model = fitted(engine, [Customer(1, monetary=Decimal(-9)), Customer(2, monetary=Decimal(-8))], RfmModel())
    assert scored(engine, [Customer(1, None, 0, Decimal(0)), Customer(2, None, 3, Decimal(5))], model) == {
        1: (1, 1, 1),
        2: (1, 1, 1),
    }


def test_kept_cut_points_score_a_later_table(engine):
    model = fitted(engine, [Customer(key, recency=key * 10, frequency=key) for key in range(1, 11)], RfmModel())
    later = [Customer("new", 0, 99, Decimal(1)), Customer("between", 25, 3, Decimal(1)), Customer("old", 9999)]
    found = scored(engine, later, model)
    assert {key: row[:2] for key, row in found.items()} == {"new": (5, 5), "between": (4, 2), "old": (1, 1)}


def test_amounts_of_38_digits_are_compared_exactly(engine):
    low, high = Decimal("9" * 36 + ".98"), Decimal("9" * 36 + ".99")
    none = CutPoints((None,))
    model = RfmModel(scale=Scale(2)).with_cuts((none, none, CutPoints((high,))), Fitted("2024-01-01", 2))
    rfm = rfm_table(engine, [Customer(1, monetary=low), Customer(2, monetary=high)], "DECIMAL(38,2)")
    query = render("SELECT m FROM {scores} ORDER BY customer_key", scores=score(engine, rfm, model))
    assert engine.rows(query) == [(1,), (2,)]
