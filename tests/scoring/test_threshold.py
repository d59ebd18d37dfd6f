from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.rfm_model import Method, RfmModel
from quintile.errors import SettingsError
from tests.scoring.tables import Customer, fit_and_score, frequency_scores, monetary_scores, recency_scores


def cuts(*values: str) -> Method:
    return Method("threshold", tuple(Decimal(value) for value in values))


SHOP = RfmModel(r=cuts("14", "45", "90", "150"), f=cuts("2", "3", "5", "7"), m=cuts("100", "300", "600", "1000"))


@pytest.mark.parametrize(
    ("recency", "frequency", "monetary", "code"),
    [
        (10, 5, "1059", "545"),
        (7, 15, "3450", "555"),
        (12, 8, "1240", "555"),
        (45, 3, "289", "432"),
        (92, 2, "156", "222"),
        (180, 1, "67", "111"),
    ],
)
def test_the_six_worked_customers(engine, recency, frequency, monetary, code):
    scores = fit_and_score(engine, [Customer("C", recency, frequency, Decimal(monetary))], SHOP)
    assert SHOP.scale.code(*scores["C"]) == code


def test_money_cuts_are_half_open(engine):
    amounts = ["1000", "999.999", "999.50", "600", "599.99", "300", "299.99", "100", "99.99", "0", "-1"]
    assert monetary_scores(engine, amounts, SHOP) == [5, 4, 4, 4, 3, 3, 2, 2, 1, 1, 1]


def test_a_recency_cut_is_the_last_day_of_the_better_score(engine):
    assert recency_scores(engine, [0, 14, 15, 45, 46, 90, 91, 150, 151], SHOP) == [5, 5, 4, 4, 3, 3, 2, 2, 1]


def test_a_frequency_cut_is_the_first_count_of_the_better_score(engine):
    assert frequency_scores(engine, [1, 2, 3, 4, 5, 6, 7, 99], SHOP) == [1, 2, 3, 3, 4, 4, 5, 5]


def test_without_an_order_even_a_cut_of_zero_gives_the_lowest_scores(engine):
    model = RfmModel(r=cuts("14", "45", "90", "999"), f=cuts("0", "1", "2", "3"), m=cuts("-10", "0", "1", "2"))
    assert fit_and_score(engine, [Customer("C", None, 0, Decimal(0))], model) == {"C": (1, 1, 1)}


def test_a_cut_finer_than_the_amounts_is_compared_exactly(engine):
    model = RfmModel(m=cuts("1", "2", "10.0495", "10.0505"))
    assert monetary_scores(engine, ["10.049", "10.050", "10.051"], model) == [3, 4, 5]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("2", "3", "5"), "are 3, but 5 scores need 4"),
        (("2", "3", "7", "5"), "5 comes after 7"),
        (("2", "3", "3", "5"), "3 comes after 3"),
        (("2", "3", "5", "NaN"), "more than 18 digits"),
        (("2", "3", "5", "Infinity"), "more than 18 digits"),
        (("2", "3", "5", "1E+400"), "more than 18 digits"),
        (("2", "3", "5", "7.123456789012345678901"), "20 decimals"),
    ],
)
@pytest.mark.parametrize("metric", ["r", "f", "m"])
def test_impossible_cut_points_are_refused_and_the_flag_is_named(engine, metric, given, said):
    method = cuts(*given)
    model = {"r": RfmModel(r=method), "f": RfmModel(f=method), "m": RfmModel(m=method)}[metric]
    with pytest.raises(SettingsError, match=said) as caught:
        fit_and_score(engine, [Customer("C")], model)
    assert f"--{metric}-cuts 4 ascending numbers" in caught.value.fix
