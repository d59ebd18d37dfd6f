from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from quintile.scoring.fit import fit
from quintile.scoring.kmeans import MOST_BINS, Bins, class_starts
from tests.scoring.tables import (
    AS_OF,
    Customer,
    fitted,
    frequency_scores,
    model_of,
    monetary_scores,
    recency_scores,
    rfm_table,
)


def distance(values: list[int], starts: tuple[int, ...]) -> Fraction:
    """The squared distances of all values to the mean of their class."""
    borders = (0, *starts, len(values))
    classes = [values[low:high] for low, high in pairwise(borders)]
    return sum((Fraction(v) - Fraction(sum(c), len(c))) ** 2 for c in classes for v in c) + Fraction(0)


@given(values=st.lists(st.integers(-50, 50), min_size=1, max_size=9), classes=st.integers(1, 9))
def test_no_split_is_better(values, classes):
    values, classes = sorted(values), min(classes, len(values))
    bins = Bins(list(range(len(values) + 1)), [0, *accumulate(values)])
    starts = tuple(class_starts(bins, classes))
    best = min(distance(values, split) for split in combinations(range(1, len(values)), classes - 1))
    assert len(starts) == classes - 1
    assert distance(values, starts) == best


def test_of_equally_good_splits_the_lower_border_is_taken():
    bins = Bins([0, 1, 2, 3], [0, 1, 3, 6])
    assert class_starts(bins, 2) == [1]


def test_cuts_fall_into_the_gaps(engine):
    assert frequency_scores(engine, [1, 2, 3, 50, 51, 200], model_of("kmeans", 3)) == [1, 1, 1, 2, 2, 3]
    assert recency_scores(engine, [1, 2, 90, 91, 300], model_of("kmeans", 3)) == [3, 3, 2, 2, 1]
    assert monetary_scores(engine, ["0.01", "0.02", "9.98", "9.99"], model_of("kmeans", 2)) == [1, 1, 2, 2]


def test_a_value_weighs_as_many_customers_as_share_it(engine):
    values = [1] * 2 + [4] + [6] * 100
    assert frequency_scores(engine, values, model_of("kmeans", 2)) == [1, 1] + [2] * 101
    assert frequency_scores(engine, [1] * 100 + [3] + [6] * 2, model_of("kmeans", 2)) == [1] * 101 + [2] * 2


def test_a_recency_cut_is_the_last_day_of_the_better_class(engine):
    cuts = fitted(engine, [Customer(day, recency=day) for day in (3, 5, 90, 95)], model_of("kmeans", 2)).cuts
    assert cuts is not None
    assert cuts[0].values == (5,)


def test_with_fewer_values_than_scores_the_best_cuts_are_none(engine):
    customers = [Customer(1, recency=30), Customer(2, recency=9, frequency=2)]
    cuts = fitted(engine, customers, model_of("kmeans")).cuts
    assert cuts is not None
    assert cuts[0].values == (None, None, None, 9)
    assert cuts[1].values == (2, None, None, None)
    assert cuts[2].values == (None, None, None, None)


def test_customers_without_an_order_form_no_class(engine):
    assert recency_scores(engine, [None, None, 90, 10], model_of("kmeans", 2)) == [1, 1, 1, 2]


def test_very_many_values_are_merged_into_bins_of_equal_counts(engine):
    low, high = range(MOST_BINS), range(1_000_000, 1_000_000 + MOST_BINS)
    scores = frequency_scores(engine, [*low, *high], model_of("kmeans", 2))
    assert scores == [1] * MOST_BINS + [2] * MOST_BINS


def test_amounts_of_38_digits_are_exact(engine):
    low, high = Decimal("9" * 30 + ".001"), Decimal("9" * 30 + ".002")
    model = model_of("kmeans", 2)
    rfm = rfm_table(engine, [Customer(1, monetary=low), Customer(2, monetary=high)], "DECIMAL(38,3)")
    cuts = fit(engine, rfm, model, AS_OF).cuts
    assert cuts is not None
    assert cuts[2].values == (high,)
