from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.rfm_model import Method, RfmModel
from quintile.domain.scale import Scale
from quintile.errors import SettingsError
from quintile.scoring.fit import fit
from quintile.scoring.histogram import count_values
from quintile.scoring.receipt import order_ranges, suggested_orders, tie_receipt
from quintile.scoring.score import score
from tests.scoring.tables import AS_OF, Customer, model_of, rfm_table


def receipts(engine, customers, model):
    rfm = rfm_table(engine, customers)
    model = fit(engine, rfm, model, AS_OF)
    return tie_receipt(engine, score(engine, rfm, model), model)


def buyers(*frequencies):
    return [Customer(key, key, count, Decimal(key)) for key, count in enumerate(frequencies, start=1)]


MANY_ONE_ORDER = buyers(*[1] * 13, 2, 2, 2, 3, 5, 6, 9)


def test_the_receipt_counts_customers_per_score_and_names_what_was_skipped(engine):
    r, f, m = receipts(engine, MANY_ONE_ORDER, RfmModel())
    assert (r.metric, f.metric, m.metric) == ("r", "f", "m")
    assert r.customers == m.customers == (4, 4, 4, 4, 4)
    assert r.skipped == ()
    assert f.customers == (13, 0, 0, 3, 4)
    assert f.reached == (1, 4, 5)
    assert f.skipped == (2, 3)
    assert f.cuts == (2, 2, 2, 3)


def test_the_receipt_names_the_most_common_value(engine):
    _, f, m = receipts(engine, MANY_ONE_ORDER, RfmModel())
    assert (f.common_value, f.common_customers, f.common_share) == (1, 13, 0.65)
    assert (m.common_value, m.common_customers) == (1, 1)


def test_the_most_common_value_of_recency_is_in_days(engine):
    customers = [Customer(1, 30), Customer(2, 30), Customer(3, 5)]
    assert receipts(engine, customers, RfmModel())[0].common_value == 30


def test_no_common_value_when_most_have_no_order(engine):
    f = receipts(engine, [Customer(key, None, 0, Decimal(0)) for key in range(3)] + [Customer(9)], RfmModel())[1]
    assert (f.common_value, f.common_customers, f.common_share) == (None, 3, 0.75)


def test_count_thresholds_are_suggested_where_they_reach_more_scores(engine):
    r, f, m = receipts(engine, MANY_ONE_ORDER, RfmModel())
    assert f.suggestion == (
        "F reaches 3 of 5 scores, because 65.0% of the customers have the same number of orders; "
        "the method threshold reaches 5 with --f-cuts 2,3,5,7 (1, 2, 3-4, 5-6, 7+ orders)"
    )
    assert r.suggestion is m.suggestion is None


def test_the_suggestion_keeps_its_promise(engine):
    model = RfmModel(f=Method("threshold", (Decimal(2), Decimal(3), Decimal(5), Decimal(7))))
    f = receipts(engine, MANY_ONE_ORDER, model)[1]
    assert f.reached == (1, 2, 3, 4, 5)
    assert f.suggestion is None


@pytest.mark.parametrize("frequencies", [(1, 1, 1, 1), (1, 1, 1, 2), (1, 2, 3, 4, 5)])
def test_nothing_is_suggested_where_it_would_not_help(engine, frequencies):
    assert receipts(engine, buyers(*frequencies), RfmModel())[1].suggestion is None


def test_nothing_is_suggested_for_nested_scores(engine):
    assert receipts(engine, MANY_ONE_ORDER, model_of("nested"))[1].suggestion is None


@pytest.mark.parametrize(
    ("scores", "cuts", "read"),
    [
        (2, (2,), "1, 2+"),
        (3, (2, 3), "1, 2, 3+"),
        (5, (2, 3, 5, 7), "1, 2, 3-4, 5-6, 7+"),
        (10, (2, 3, 4, 5, 7, 9, 12, 16, 21), "1, 2, 3, 4, 5-6, 7-8, 9-11, 12-15, 16-20, 21+"),
    ],
)
def test_suggested_thresholds_follow_the_scale(scores, cuts, read):
    assert suggested_orders(scores) == cuts
    assert order_ranges(cuts) == read
    assert order_ranges(cuts, 0) == f"0-1{read[1:]}"


@pytest.mark.parametrize("scores", range(2, 11))
def test_every_scale_has_its_own_number_of_thresholds(scores):
    assert len(suggested_orders(Scale(scores).scores)) == scores - 1


def test_nobody_gives_an_empty_receipt(engine):
    f = receipts(engine, [], RfmModel())[1]
    assert (f.customers, f.reached, f.common_value, f.common_share) == ((0, 0, 0, 0, 0), (), None, 0.0)
    assert f.suggestion is None


def test_kept_histograms_give_the_same_receipts(engine):
    rfm = rfm_table(engine, MANY_ONE_ORDER)
    counts = count_values(engine, rfm)
    model = fit(engine, rfm, RfmModel(), AS_OF, counts=counts)
    scores = score(engine, rfm, model)
    assert tie_receipt(engine, scores, model, counts=counts) == tie_receipt(engine, scores, model)


def test_a_model_without_cut_points_is_refused(engine):
    with pytest.raises(SettingsError, match="no cut points yet"):
        tie_receipt(engine, rfm_table(engine, []), RfmModel())
