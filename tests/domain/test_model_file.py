from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from quintile.domain.rfm_model import CutPoints, Fitted, Method, RfmModel
from quintile.domain.scale import Scale
from quintile.errors import SettingsError

FITTED = RfmModel(
    scale=Scale(3),
    m=Method("threshold", (Decimal("90071992547409.93"),)),
    cuts=(
        CutPoints((Decimal(30), Decimal(60))),
        CutPoints((Decimal(2), None)),
        CutPoints((Decimal("0.10"), Decimal(5))),
    ),
    fitted=Fitted("2025-07-01", 3),
)


def signed(changes, of=FITTED):
    """The file of a model with other values at some paths, its fingerprint reckoned anew."""
    data = json.loads(of.to_json())
    for path, value in changes.items():
        *above, last = path.split(".")
        table = data
        for key in above:
            table = table[key]
        table[last] = value
    content = {key: value for key, value in data.items() if key not in {"quintile_model", "fingerprint"}}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return json.dumps({**data, "fingerprint": hashlib.sha256(text.encode()).hexdigest()[:16]})


def test_a_valid_file_is_read_and_keeps_its_fingerprint():
    assert RfmModel.from_json(signed({})) == FITTED
    assert RfmModel.from_json(signed({"recency": "elapsed"})) == replace(FITTED, recency="elapsed")
    assert FITTED.fingerprint == "d283a2e8aa7a93f1"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("recency", "weeks", "the model's recency cannot be 'weeks'"),
        ("monetary", "gross", "the model's monetary cannot be 'gross'"),
        ("monetary", ["total"], "the model's monetary cannot be ['total']"),
        ("population", "everybody", "the model's population cannot be 'everybody'"),
        ("best", "up", "the scale's best cannot be 'up'"),
        ("scale", 3.0, "a scale of 3.0 is not possible"),
        ("scale", "3", "a scale of '3' is not possible"),
        ("scale", 11, "a scale of 11 is not possible"),
        ("window", 12, "'12' is not a window"),
        ("scheme", None, "the model's scheme cannot be None"),
        ("scheme", "\ud800", "surrogates not allowed"),
        ("scheme", "a\0.toml", "the model's scheme cannot hold a NUL"),
        ("scheme_text", 1, "the model's scheme_text cannot be 1"),
        ("methods.f", {"name": "magic", "given": []}, "'magic' is no scoring method"),
        ("methods.f", {"name": "threshold", "given": [None]}, "the numbers of the method threshold cannot be"),
        ("methods.f", {"name": "threshold", "given": ["NaN", "2"]}, "'NaN' is no exact number"),
        ("methods.f", {"name": "quantile", "given": ["2", "3"]}, "the method quantile takes no numbers"),
        ("cuts.r.values", ["30"], "the cut points of R are not 2, as 3 scores need"),
        ("cuts.f.values", ["1", "2", "3"], "the cut points of F are not 2, as 3 scores need"),
        ("cuts.m.values", ["9", "5"], "the cut points of M do not ascend"),
        ("cuts.m.values", ["NaN", "5"], "'NaN' is no exact number"),
        ("cuts.m.values", [float("nan"), "5"], "nan is no exact number"),
        ("cuts.m.values", ["5", "Infinity"], "'Infinity' is no exact number"),
        ("cuts.m.values", ["5", "1E+999999999"], "'1E+999999999' is no exact number"),
        ("cuts.m.values", ["5", "1E-99"], "'1E-99' is no exact number"),
        ("cuts.m.values", ["5", "many"], "'cuts.m.values' cannot be ['5', 'many']: a list of numbers"),
        ("cuts.m.values", 5, "'cuts.m.values' cannot be 5: a list of numbers written as texts belongs there"),
        ("cuts.r", {"values": ["30", "60"], "ties": ["A"]}, "the cut points of R hold ties that are no"),
        ("cuts.r", {"values": ["30", "60"], "ties": ["A", 5]}, "the cut points of R hold ties that are no"),
        ("cuts.r", {"values": ["30", "60"], "within": {"1": [None, None]}}, "the cut points of R hold a cell"),
        ("cuts.f", {"values": ["2", None], "within": {"4": [None, None]}}, "the cut points of F hold a cell"),
        ("cuts.f", {"values": ["2", None], "within": {"1-1": [None, None]}}, "the cut points of F hold a cell"),
        ("cuts.m", {"values": ["2", None], "within": {"a' OR 1": [None, None]}}, "the cut points of M hold a cell"),
        ("cuts.m", {"values": ["2", None], "within": {"1-1": ["2"]}}, "the cut points of M are not 2"),
        ("cuts.m", {"values": ["2", None], "within": ["1-1"]}, "'cuts.m.within' cannot be ['1-1']: a table"),
        ("cuts", {"r": {"values": ["30", "60"]}}, "'cuts.f' is missing: a table with values belongs there"),
        ("fitted", {"as_of": "soon", "customers": 3}, "a fit of 3 customers on 'soon' is not possible"),
        ("fitted", {"as_of": 20250701, "customers": 3}, "the date of a fit cannot be 20250701"),
        ("fitted", {"as_of": "2025-07-01", "customers": -1}, "a fit of -1 customers"),
        ("fitted", {"as_of": "2025-07-01", "customers": 3, "currency": 5}, "the currency of a fit cannot be 5"),
        ("fitted", {"as_of": "2025-07-01", "customers": 3, "shop": "x"}, "'fitted.shop' is no key of a model"),
        ("fitted", [], "'fitted' cannot be []: a table with as_of and customers, or null belongs there"),
        ("fitted", {"as_of": "2025-07-01"}, "'fitted.customers' is missing: a whole number belongs there"),
        ("methods", None, "'methods' cannot be None: a table with r, f and m belongs there"),
        ("methods", {}, "'methods.r' is missing: a table with name and given belongs there"),
        ("methods.m", {"name": "quantile"}, "'methods.m.given' is missing: a list of numbers"),
        ("cuts.m", {"values": ["2", None], "ties": 5}, "'cuts.m.ties' cannot be 5: a list of ids belongs there"),
        ("cuts.m", {"values": ["2", None], "within": {"1-1": 5}}, "'cuts.m.within' cannot be {'1-1': 5}: a table"),
        ("dwell", None, "'dwell' cannot be None: a table with snapshots and margin belongs there"),
        ("dwell", {"snapshots": 3}, "'dwell.margin' is missing: a share written as a text"),
        ("dwell", {"snapshots": 3, "margin": "much"}, "'dwell.margin' cannot be 'much': a share"),
        ("dwell", {"snapshots": 2.5, "margin": None}, "a dwell of 2.5 holds nobody back"),
        ("dwell", {"snapshots": None, "margin": "1E-999999999"}, "makes no sense"),
    ],
)  # fmt: skip
def test_a_file_with_an_impossible_value_is_refused_even_with_its_own_fingerprint(path, value, said):
    with pytest.raises(SettingsError) as caught:
        RfmModel.from_json(signed({path: value}))
    assert caught.value.message.startswith("the model file cannot be read (")
    assert said in caught.value.message
    assert caught.value.fix == "write it anew with: quintile fit SOURCE --out model.json"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("path", "value"), [("cuts.m.values", [0.5, 5]), ("window", "1y")])
def test_a_file_that_says_it_otherwise_than_a_model_is_written_is_refused(path, value):
    with pytest.raises(SettingsError, match="was changed after it was saved"):
        RfmModel.from_json(signed({path: value}))


def test_a_file_of_a_later_quintile_asks_for_an_update():
    with pytest.raises(SettingsError) as caught:
        RfmModel.from_json(signed({"quintile_model": 99}))
    assert str(caught.value) == (
        "error[model]: the model file is of format 99, this quintile reads format 1\n"
        "  Fix: update quintile: a later version wrote the file"
    )


@pytest.mark.parametrize("said", [0, -1, 1.0, 99.0, "1", True, None, [1]])
def test_a_file_of_no_known_format_is_no_model(said):
    with pytest.raises(SettingsError, match="it is no model"):
        RfmModel.from_json(signed({"quintile_model": said}))


def test_a_file_without_a_format_is_no_model():
    data = {key: value for key, value in FITTED.as_dict().items() if key != "quintile_model"}
    with pytest.raises(SettingsError, match="it is no model"):
        RfmModel.from_json(json.dumps(data))


@pytest.mark.parametrize(
    "key", [key for key in json.loads(FITTED.to_json()) if key not in {"quintile_model", "fingerprint"}]
)
def test_a_key_that_is_missing_is_named_with_what_belongs_there(key):
    data = json.loads(FITTED.to_json())
    del data[key]
    with pytest.raises(SettingsError) as caught:
        RfmModel.from_json(json.dumps(data))
    assert f"('{key}' is missing: " in caught.value.message


@pytest.mark.parametrize("text", ["[1, 2]", '"model"', "5", "null"])
def test_a_document_that_is_no_table_says_so(text):
    with pytest.raises(SettingsError, match="is no table of keys and values"):
        RfmModel.from_json(text)
