from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import METHODS, CutPoints, Fitted, Method, RfmModel
from quintile.domain.scale import Scale
from quintile.domain.window import WindowLength
from quintile.errors import SettingsError

values = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30)
cut_values = st.lists(st.none() | values, max_size=4).map(tuple)
cut_points = st.builds(
    CutPoints,
    values=cut_values,
    ties=st.lists(st.none() | st.text(max_size=8), max_size=4).map(tuple),
    within=st.dictionaries(st.text("123-", min_size=1, max_size=4), cut_values, max_size=3),
)
methods = st.builds(Method, name=st.sampled_from(METHODS), given=st.lists(values, max_size=4).map(tuple))
models = st.builds(
    RfmModel,
    window=st.builds(WindowLength, months=st.integers(1, 99999)) | st.builds(WindowLength),
    recency=st.sampled_from(["calendar", "elapsed"]),
    monetary=st.sampled_from(["total", "average"]),
    population=st.text(min_size=1, max_size=8),
    scale=st.builds(Scale, st.integers(2, 10), st.sampled_from(["high", "low"])),
    r=methods,
    f=methods,
    m=methods,
    scheme=st.text(max_size=8),
    cuts=st.none() | st.tuples(cut_points, cut_points, cut_points),
    fitted=st.none() | st.builds(Fitted, as_of=st.just("2025-07-01"), customers=st.integers(0, 10**9)),
)
CUTS = (CutPoints((Decimal(30),)), CutPoints((None, Decimal(2))), CutPoints((Decimal("0.10"),)))
FITTED = RfmModel(
    m=Method("threshold", (Decimal("90071992547409.93"),)),
    cuts=CUTS,
    fitted=Fitted("2025-07-01", 3),
)


@given(models)
def test_a_model_survives_its_json_digit_for_digit(model):
    again = RfmModel.from_json(model.to_json())
    assert again == model
    assert again.fingerprint == model.fingerprint
    assert again.to_json() == model.to_json()


def test_numbers_that_decide_a_score_are_text():
    data = FITTED.as_dict()
    assert data["methods"]["m"] == {"name": "threshold", "given": ["90071992547409.93"]}
    assert data["cuts"] == {"r": {"values": ["30"]}, "f": {"values": [None, "2"]}, "m": {"values": ["0.10"]}}
    assert (data["quintile_model"], data["fingerprint"]) == (1, FITTED.fingerprint)


def test_a_cut_of_a_million_is_not_written_in_powers_of_ten():
    million = replace(FITTED, cuts=(CutPoints((Decimal("1E+6"),)), *CUTS[1:]))
    assert million.as_dict()["cuts"]["r"] == {"values": ["1000000"]}


@pytest.mark.parametrize(
    "change",
    [
        {"window": WindowLength(months=6)},
        {"recency": "elapsed"},
        {"monetary": "average"},
        {"population": "ever"},
        {"scale": Scale(5, "low")},
        {"f": Method("kmeans")},
        {"m": Method("threshold", (Decimal("90071992547409.94"),))},
        {"scheme": "none"},
        {"cuts": None},
        {"cuts": (CUTS[0], CutPoints((Decimal(2), None)), CUTS[2])},
        {"cuts": (CutPoints((Decimal(30),), ties=("A",)), *CUTS[1:])},
        {"fitted": Fitted("2025-07-02", 3)},
    ],
)  # fmt: skip
def test_whatever_can_change_a_score_changes_the_fingerprint(change):
    assert replace(FITTED, **change).fingerprint != FITTED.fingerprint


def test_the_order_of_nested_cells_is_no_difference():
    cells = {"5": (Decimal(1),), "4": (Decimal(2),)}
    turned = dict(reversed(cells.items()))
    models = [RfmModel(cuts=(CutPoints(()), CutPoints((), within=one), CutPoints(()))) for one in (cells, turned)]
    assert models[0].fingerprint == models[1].fingerprint


@pytest.mark.parametrize(("before", "after"), [('"30"', '"31"'), ('"12mo"', '"13mo"'), ('"high"', '"low"')])
def test_a_file_changed_by_hand_is_refused(before, after):
    text = FITTED.to_json()
    assert before in text
    with pytest.raises(SettingsError) as caught:
        RfmModel.from_json(text.replace(before, after))
    assert str(caught.value) == (
        "error[model]: the model file was changed after it was saved: its fingerprint does not fit its content\n"
        "  Fix: write it anew with: quintile fit SOURCE --out model.json; own cut points go into --r-cuts,"
        " --f-cuts and --m-cuts"
    )


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "null", "{}", FITTED.to_json()[:-4], FITTED.to_json().replace('"30"', '"thirty"')],
)
def test_what_is_no_model_is_refused(text):
    with pytest.raises(SettingsError) as caught:
        RfmModel.from_json(text)
    assert caught.value.message.startswith("the model file cannot be read (")
    assert caught.value.fix == "write it anew with: quintile fit SOURCE --out model.json"


def test_learned_cut_points_leave_the_rest_of_the_model_as_it_is():
    assert FITTED.cuts is not None
    assert FITTED.fitted is not None
    wish = replace(FITTED, cuts=None, fitted=None)
    assert wish.with_cuts(FITTED.cuts, FITTED.fitted) == FITTED
    assert json.loads(wish.to_json())["cuts"] is None


EUROS = RfmModel(fitted=Fitted("2025-07-01", 3)).in_currency("EUR")


def test_a_fitted_model_keeps_its_currency_where_one_is_known():
    assert RfmModel.from_json(EUROS.to_json()).fitted == Fitted("2025-07-01", 3, "EUR")
    assert "currency" not in RfmModel(fitted=Fitted("2025-07-01", 3)).in_currency("").as_dict()["fitted"]


def test_cut_points_of_one_currency_score_no_money_of_another():
    EUROS.require_currency("EUR")
    EUROS.require_currency("")
    RfmModel(fitted=Fitted("2025-07-01", 3)).require_currency("JPY")
    with pytest.raises(SettingsError) as caught:
        EUROS.require_currency("JPY")
    assert caught.value.message.startswith("the model was fitted in EUR, but the money to score is in JPY")
