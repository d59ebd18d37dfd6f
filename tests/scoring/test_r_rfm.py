from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import Method, RfmModel
from quintile.engine.render import Sql
from quintile.scoring.fit import fit
from quintile.scoring.histogram import count_values
from quintile.scoring.r_rfm import Neighbours, first_units, neighbours
from quintile.scoring.score import score
from tests.scoring.public import load_customers
from tests.scoring.tables import AS_OF, Customer, fitted, frequency_scores, model_of, recency_scores

PUBLISHED = [
    *(
        (series, bins, f"third_party_Rrfm030_v1_bins{bins}.csv")
        for series in ("uci_online_retail", "cdnow_master", "retail_125k", "superstore")
        for bins in (3, 5, 10)
    ),
    *(("rfm_r_orders", bins, f"third_party_orders_bins{bins}_expected.csv") for bins in (3, 4, 5, 10)),
]


def disagreements(engine, shared, model, series, file):
    """Customers whose three scores differ from a published file, and how many customers were compared."""
    rfm = load_customers(engine, shared, series)
    view = score(engine, rfm, fit(engine, rfm, model, AS_OF))
    query = f"""
        SELECT
            count(*) FILTER (WHERE (s.r, s.f, s.m) <> (t.recency_score, t.frequency_score, t.monetary_score)),
            count(*)
        FROM {view} AS s JOIN read_csv('{shared(f"data/{series}/{file}")}', types = {{'customer_id': 'VARCHAR'}}) AS t
            ON ltrim(s.customer_key, '0') = ltrim(t.customer_id, '0')
    """
    found, compared = engine.rows(Sql(query))[0]
    assert compared == engine.rows(Sql(f"SELECT count(*) FROM {rfm}"))[0][0]
    return found


@pytest.mark.parametrize(("series", "bins", "file"), PUBLISHED)
def test_every_published_score_is_reproduced(engine, shared, series, bins, file):
    assert disagreements(engine, shared, model_of("r-rfm", bins), series, file) == 0


def test_the_package_s_own_cut_points_are_thresholds(engine, shared):
    """R scores a day below the printed border better, so the last day of the better score is the day before."""
    model = RfmModel(
        r=Method("threshold", tuple(Decimal(border - 1) for border in (115, 181, 297, 482))),
        f=Method("threshold", tuple(map(Decimal, (4, 5, 6, 8)))),
        m=Method("threshold", tuple(map(Decimal, (256, 382, 506, 666)))),
    )
    assert disagreements(engine, shared, model, "rfm_r_orders", "third_party_orders_custom_expected.csv") == 0


def quantiles(engine, histogram, bins):
    return [pair.quantile for pair in neighbours(engine, histogram, bins)]


@pytest.mark.parametrize("series", ["uci_online_retail", "cdnow_master", "retail_125k", "rfm_r_orders"])
def test_the_quantiles_are_those_of_r(engine, shared, series):
    load_customers(engine, shared, series)
    counts = count_values(engine, Sql("rfm"))
    with shared("data/scoring_reference/r_quantile_types_1_9.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["series"] == f"{series}.v1" and row["type"] == "7"]
    expected = {(row["column"], int(row["bins"]), int(row["i"])): float(row["value"]) for row in rows}
    found = {
        (column, bins, place): value
        for column, histogram in (("r", counts.r), ("f", counts.f), ("m", counts.m))
        for bins in (3, 4, 5, 10)
        for place, value in enumerate(quantiles(engine, histogram, bins), start=1)
    }
    assert found == pytest.approx(expected, rel=0, abs=1e-9)


@pytest.mark.parametrize("bins", [3, 5, 10])
@pytest.mark.parametrize("series", ["uci_online_retail", "rfm_r_orders"])
def test_the_quantiles_cut_the_customers_as_r_does(engine, shared, series, bins):
    rfm = load_customers(engine, shared, series)
    counts = count_values(engine, rfm)
    reference = shared(f"data/scoring_reference/r_scores_{series}.csv")
    for column, histogram in (("r", counts.r), ("f", counts.f), ("m", counts.m)):
        reached = " + ".join(f"({column}::DOUBLE >= {cut!r})::INT" for cut in quantiles(engine, histogram, bins))
        query = f"SELECT count(*) FROM '{reference}' WHERE {column}_lt_type7_b{bins} <> 1 + {reached}"
        assert engine.rows(Sql(query)) == [(0,)]


def test_a_frequency_cut_is_the_quantile_plus_one(engine):
    assert frequency_scores(engine, [1, 2, 3, 4, 5], model_of("r-rfm", 2)) == [1, 1, 1, 2, 2]


def test_a_recency_cut_is_the_last_whole_day_below_the_border(engine):
    cuts = fitted(engine, [Customer(day, recency=day) for day in (10, 20, 30, 41)], model_of("r-rfm", 2)).cuts
    assert cuts is not None
    assert cuts[0].values == (25,)
    assert recency_scores(engine, [10, 20, 30, 41], model_of("r-rfm", 2)) == [2, 2, 1, 1]


def test_customers_without_an_order_are_left_out_of_the_quantiles(engine):
    assert recency_scores(engine, [None, None, None, 10, 20], model_of("r-rfm", 2)) == [1, 1, 1, 2, 1]


def test_a_border_on_a_value_is_decided_by_the_last_bit():
    assert first_units(157.699, -3) == 157699
    assert first_units(0.1 + 0.2, -1) == 4
    assert first_units(15.0, 0) == 15
    assert first_units(14.8000000000002, 0) == 15


@given(border=st.floats(0.001, 1e12), decimals=st.integers(0, 12))
def test_the_first_value_reaches_the_border_and_the_one_before_does_not(border, decimals):
    units = first_units(border, -decimals)
    assert float(Fraction(units, 10**decimals)) >= border > float(Fraction(units - 1, 10**decimals))


@pytest.mark.parametrize(
    ("low", "high", "weight", "quantile"), [(10, 20, 0.0, 10.0), (10, 20, 0.25, 12.5), (3, 3, 0.3, 3.0)]
)
def test_type_7_weighs_the_two_neighbours(low, high, weight, quantile):
    assert Neighbours(Decimal(low), Decimal(high), weight).quantile == quantile
