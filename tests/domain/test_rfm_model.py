from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.domain.rfm_model import METHODS, WORDS, CutPoints, Fitted, Method, RfmModel
from quintile.domain.scale import Scale
from quintile.domain.window import WindowLength
from quintile.errors import SettingsError

values = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30)
with_numbers = st.builds(Method, name=st.sampled_from(["threshold", "percentile"]), given=st.lists(values).map(tuple))
methods = with_numbers | st.builds(Method, name=st.sampled_from(METHODS))


def ladders(scores):
    """Ascending cut points for so many scores; nobody comes to the last ones."""
    cuts = st.lists(values, max_size=scores - 1).map(sorted)
    return cuts.map(lambda found: (*found, *[None] * (scores - 1 - len(found))))


def cut_points(scores, cells):
    ties = st.none() | st.text(st.characters(codec="utf-8"), max_size=8)
    return st.builds(
        CutPoints,
        values=ladders(scores),
        ties=st.just(()) | st.tuples(*[ties] * (scores - 1)),
        within=st.dictionaries(st.sampled_from(cells), ladders(scores), max_size=3) if cells else st.just({}),
    )


def of_scale(scores):
    every = [str(score) for score in range(1, scores + 1)]
    cells = [], every, [f"{r}-{f}" for r in every for f in every]
    return st.builds(
        RfmModel,
        window=st.builds(WindowLength, months=st.integers(1, 99999)) | st.builds(WindowLength),
        recency=st.sampled_from(WORDS["recency"]),
        monetary=st.sampled_from(WORDS["monetary"]),
        population=st.sampled_from(WORDS["population"]),
        scale=st.builds(Scale, st.just(scores), st.sampled_from(["high", "low"])),
        r=methods,
        f=methods,
        m=methods,
        scheme=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
        cuts=st.none() | st.tuples(*(cut_points(scores, of_metric) for of_metric in cells)),
        fitted=st.none() | st.builds(Fitted, as_of=st.just("2025-07-01"), customers=st.integers(0, 10**9)),
    )


models = st.integers(2, 10).flatmap(of_scale)
CUTS = (CutPoints((Decimal(30), Decimal(60))), CutPoints((Decimal(2), None)), CutPoints((Decimal("0.10"), Decimal(5))))
FITTED = RfmModel(
    scale=Scale(3),
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
    assert data["cuts"] == {
        "r": {"values": ["30", "60"]},
        "f": {"values": ["2", None]},
        "m": {"values": ["0.10", "5"]},
    }
    assert (data["quintile_model"], data["fingerprint"]) == (1, FITTED.fingerprint)


def test_a_cut_of_a_million_is_not_written_in_powers_of_ten():
    million = replace(FITTED, cuts=(CutPoints((None, Decimal("1E+6"))), *CUTS[1:]))
    assert million.as_dict()["cuts"]["r"] == {"values": [None, "1000000"]}


@pytest.mark.parametrize(
    "change",
    [
        {"window": WindowLength(months=6)},
        {"recency": "elapsed"},
        {"monetary": "average"},
        {"population": "ever"},
        {"scale": Scale(3, "low")},
        {"f": Method("kmeans")},
        {"m": Method("threshold", (Decimal("90071992547409.94"),))},
        {"scheme": "none"},
        {"cuts": None},
        {"cuts": (CUTS[0], CutPoints((Decimal(3), None)), CUTS[2])},
        {"cuts": (replace(CUTS[0], ties=("A", None)), *CUTS[1:])},
        {"fitted": Fitted("2025-07-02", 3)},
    ],
)  # fmt: skip
def test_whatever_can_change_a_score_changes_the_fingerprint(change):
    assert replace(FITTED, **change).fingerprint != FITTED.fingerprint


def test_the_order_of_nested_cells_is_no_difference():
    cells = {"5": (Decimal(1),) * 4, "4": (Decimal(2),) * 4}
    turned = dict(reversed(cells.items()))
    no_cuts = CutPoints((None,) * 4)
    one, other = (RfmModel(cuts=(no_cuts, replace(no_cuts, within=found), no_cuts)) for found in (cells, turned))
    assert one.fingerprint == other.fingerprint


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


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"recency": "weeks"}, "the model's recency cannot be 'weeks'\n  Fix: write one of calendar, elapsed"),
        ({"monetary": "gross"}, "the model's monetary cannot be 'gross'\n  Fix: write one of total, average"),
        ({"population": "all"}, "the model's population cannot be 'all'\n  Fix: write one of buyers, ever, customers"),
        ({"scale": 5}, "the model's scale cannot be 5\n  Fix: write for example scale=Scale(5)"),
        (
            {"window": "12mo"},
            "the model's window cannot be '12mo'\n  Fix: write for example window=WindowLength.parse(\"12mo\")",
        ),
        ({"f": "ntile"}, "the model's f cannot be 'ntile'\n  Fix: write for example f=Method(\"quantile\")"),
        ({"scheme": None}, 'the model\'s scheme cannot be None\n  Fix: write for example scheme="rfm-9"'),
        ({"dwell": 3}, "the model's dwell cannot be 3\n  Fix: write for example dwell=DwellRule(3)"),
        ({"cuts": ()}, "cut points are needed of R, F and M\n  Fix: learn them: quintile.fit(source, model)"),
    ],
)
def test_what_is_no_value_of_a_model_is_refused(values, said):
    with pytest.raises(SettingsError) as caught:
        RfmModel(**values)
    assert str(caught.value) == f"error[model]: {said}"


def test_a_fitted_model_takes_no_other_scale():
    with pytest.raises(SettingsError, match="the cut points of R are not 4, as 5 scores need"):
        replace(FITTED, scale=Scale(5))


def test_numbers_of_a_method_may_be_whole_numbers_decimals_and_floats():
    numbers: Any = [2, Decimal("2.5"), 3.1]
    assert Method("threshold", tuple(numbers)) == Method("threshold", numbers)
    assert Method("threshold", numbers).given == (Decimal(2), Decimal("2.5"), Decimal("3.1"))


def test_whole_numbers_of_numpy_are_numbers():
    numbers: Any = (np.int64(2), np.float64(2.5))
    assert Method("threshold", numbers) == Method("threshold", (Decimal(2), Decimal("2.5")))


@pytest.mark.parametrize(
    ("name", "numbers", "said"),
    [
        ("magic", (), "'magic' is no scoring method"),
        (None, (), "None is no scoring method"),
        (["quantile"], (), "['quantile'] is no scoring method"),
        ("threshold", ("2", "3"), "the numbers of the method threshold cannot be ('2', '3')"),
        ("threshold", (2, True), "the numbers of the method threshold cannot be (2, True)"),
        ("threshold", "23", "the numbers of the method threshold cannot be '23'"),
        ("threshold", 2, "the numbers of the method threshold cannot be 2"),
        ("quantile", (2, 3), "the method quantile takes no numbers"),
    ],
)
def test_an_impossible_method_is_refused(name, numbers, said):
    with pytest.raises(SettingsError) as caught:
        Method(name, numbers)
    assert (caught.value.code, caught.value.message) == ("method", said)


def test_numbers_of_equal_value_are_one_model():
    every: Any = [(100, 200), (100.0, 200.0), (Decimal("100.00"), Decimal("2E+2"))]
    assert len({RfmModel(m=Method("threshold", given)).fingerprint for given in every}) == 1
