from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from quintile.domain.rfm_model import Method, RfmModel
from quintile.domain.scale import Scale
from quintile.errors import SettingsError
from tests.scoring.tables import bases, few_examples, fit_and_score, frequency_scores, model_of


def percent(*ranks: str) -> RfmModel:
    return RfmModel(scale=Scale(len(ranks) + 1), f=Method("percentile", tuple(Decimal(rank) for rank in ranks)))


def test_the_ranks_cut_where_so_many_percent_are_worse(engine):
    assert frequency_scores(engine, range(1, 11), percent("30", "90")) == [1, 1, 1, 2, 2, 2, 2, 2, 2, 3]


def test_a_rank_with_decimals_is_exact(engine):
    assert frequency_scores(engine, range(1, 9), percent("12.5", "87.5")) == [1, 2, 2, 2, 2, 2, 2, 3]
    assert frequency_scores(engine, range(1, 9), percent("12.50001", "87.5")) == [1, 1, 2, 2, 2, 2, 2, 3]


@pytest.mark.parametrize(
    ("ranks", "said"),
    [
        (("0", "50"), "between 0 and 100"),
        (("50", "100"), "between 0 and 100"),
        (("66", "33"), "33 comes after 66"),
        (("33", "33"), "33 comes after 33"),
    ],
)
def test_impossible_ranks_are_refused(engine, ranks, said):
    with pytest.raises(SettingsError, match=said) as caught:
        frequency_scores(engine, [1, 2], percent(*ranks))
    assert "--f-cuts" in caught.value.fix


@few_examples
@given(customers=bases())
def test_equal_percent_steps_are_the_quantile_rule(engine, customers):
    by_percent = fit_and_score(engine, customers, model_of("percentile"))
    assert by_percent == fit_and_score(engine, customers, model_of("quantile"))
