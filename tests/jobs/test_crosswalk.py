"""crosswalk: every pair of schemes as runs with each of them would show it."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

import quintile
from quintile.config.read import read_settings
from quintile.domain.share import share
from quintile.errors import SettingsError
from quintile.jobs.crosswalk import crosswalk_results, crosswalk_sources
from quintile.jobs.workplace.wish import Wish
from tests.jobs.regulars import AS_OF, CUSTOMERS, write_regulars

SCALES = {"rfm-9": 5, "rf-10": 5, "six-27": 3}


@pytest.fixture(scope="module")
def regulars(tmp_path_factory):
    return write_regulars(tmp_path_factory.mktemp("shop"))


def wish_of(file, settings=None, **more):
    return Wish(sources=[file], settings=read_settings(None, settings or {}), as_of=AS_OF, **more)


def flows_of(found):
    return {
        (pair["from"], pair["to"]): {
            (line["from"], line["to"]): (line["customers"], Decimal(line["revenue"])) for line in pair["flow"]
        }
        for pair in found["pairs"]
    }


def customers_of(file, **model):
    return {
        row["customer_id"]: row
        for row in quintile.run(file, as_of=AS_OF, settings={"model": model}).to_arrow().to_pylist()
    }


def test_every_crossing_is_what_runs_with_each_scheme_would_show(regulars):
    found = crosswalk_sources(wish_of(regulars), list(SCALES))
    runs = {name: customers_of(regulars, scheme=name, scale=scale) for name, scale in SCALES.items()}
    flows = flows_of(found)
    assert list(flows) == [("rfm-9", "rf-10"), ("rfm-9", "six-27"), ("rf-10", "six-27")]
    for (first, second), flow in flows.items():
        people: Counter[Any] = Counter()
        money: dict[Any, Decimal] = defaultdict(Decimal)
        for customer, row in runs[first].items():
            ends = row["segment"], runs[second][customer]["segment"]
            people[ends] += 1
            money[ends] += row["monetary"]
        assert flow == {ends: (people[ends], money[ends]) for ends in people}
    assert [(scheme["scheme"], scheme["scale"]) for scheme in found["schemes"]] == list(SCALES.items())


def test_every_scheme_holds_all_customers_and_all_money(regulars):
    found = crosswalk_sources(wish_of(regulars), list(SCALES))
    sizes = [
        tuple(sum(Decimal(line[key]) for line in scheme["segments"]) for key in ("customers", "revenue"))
        for scheme in found["schemes"]
    ]
    assert found["customers"] == sizes[0][0] <= CUSTOMERS
    assert len(set(sizes)) == 1


def test_an_average_for_monetary_still_shows_revenue(regulars):
    usual = crosswalk_sources(wish_of(regulars), ["rfm-9", "rf-10"])
    average = crosswalk_sources(wish_of(regulars, {"model": {"monetary": "average"}}), ["rfm-9", "rf-10"])
    totals = [sum(Decimal(line["revenue"]) for line in found["schemes"][1]["segments"]) for found in (usual, average)]
    assert totals[0] == totals[1]


def test_shares_are_of_the_first_segment(regulars):
    found = crosswalk_sources(wish_of(regulars), ["rfm-9", "rf-10"])
    lines = found["pairs"][0]["flow"]
    champions = [line for line in lines if line["from"] == "Champions"]
    whole = sum(line["customers"] for line in champions)
    assert [line["customers_share"] for line in champions] == [share(line["customers"], whole) for line in champions]


@pytest.mark.parametrize("best", ["high", "low"])
def test_results_of_a_run_give_what_the_sources_give(regulars, tmp_path, best):
    settings = {"model": {"best": best}}
    quintile.run(regulars, as_of=AS_OF, settings=settings, out=tmp_path)
    schemes = ["rfm-9", "eleven-125-a", "rf-10"]
    assert crosswalk_results(tmp_path, schemes) == crosswalk_sources(wish_of(regulars, settings), schemes)


def test_own_cut_points_hold_for_their_scale_and_another_scale_is_cut_by_quantiles(regulars):
    settings = {"model": {"f_cuts": ["2", "3", "4", "5"]}}
    found = flows_of(crosswalk_sources(wish_of(regulars, settings), ["rfm-9", "six-27"]))
    five = customers_of(regulars, f_cuts=["2", "3", "4", "5"])
    three = customers_of(regulars, scale=3)
    people = Counter((row["segment"], three[customer]["segment"]) for customer, row in five.items())
    assert {ends: customers for ends, (customers, _) in found["rfm-9", "six-27"].items()} == people


def test_a_scheme_for_five_serves_ten_by_halves(regulars):
    found = crosswalk_sources(wish_of(regulars, {"model": {"scale": 10}}), ["rfm-9", "six-27"])
    assert [scheme["scale"] for scheme in found["schemes"]] == [10, 3]


def test_a_kept_model_scores_with_its_cut_points(regulars):
    kept = quintile.fit(regulars, as_of="2025-03-01")
    found = crosswalk_sources(wish_of(regulars, model=kept), ["rfm-9", "rf-10"])
    scored = quintile.score(regulars, kept, as_of=AS_OF).segments
    assert [line["customers"] for line in found["schemes"][0]["segments"]] == [
        next(line["customers"] for line in scored if line["segment"] == size["segment"])
        for size in found["schemes"][0]["segments"]
    ]


def test_results_of_another_scale_are_told(regulars, tmp_path):
    quintile.run(regulars, as_of=AS_OF, out=tmp_path)
    with pytest.raises(SettingsError, match="have 5 scores, the scheme 'six-27' is written for 3") as raised:
        crosswalk_results(tmp_path, ["rfm-9", "six-27"])
    assert raised.value.fix.endswith("quintile crosswalk SOURCE --schemes rfm-9,six-27")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"model": {"scale": 5, "best": "high"}, "grid": [{"r": 1}]}'])
def test_results_that_cannot_be_read_are_told(tmp_path, text):
    if text is not None:
        (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="the results cannot be read"):
        crosswalk_results(tmp_path, ["rfm-9", "rf-10"])


@pytest.mark.parametrize(
    ("schemes", "message"),
    [
        ([], "at least two"),
        (["rfm-9"], "at least two"),
        (["rfm-9", "rfm-9"], "named twice"),
        (["rfm-9", "rfm9"], "no scheme is called 'rfm9'"),
    ],
)
def test_schemes_that_make_no_crosswalk_are_told(tmp_path, schemes, message):
    with pytest.raises(SettingsError, match=message):
        crosswalk_results(tmp_path, schemes)
