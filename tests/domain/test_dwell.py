from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from quintile.domain.dwell import DwellRule
from quintile.domain.rfm_model import RfmModel
from quintile.errors import SettingsError


@pytest.mark.parametrize("snapshots", [1, 0, -3])
def test_a_dwell_that_holds_nobody_back_is_refused(snapshots):
    with pytest.raises(SettingsError, match=f"a dwell of {snapshots} holds nobody back"):
        DwellRule(snapshots)


@pytest.mark.parametrize("margin", ["0", "1", "-0.05", "5"])
def test_a_margin_is_a_share(margin):
    with pytest.raises(SettingsError, match="makes no sense"):
        DwellRule(margin=Decimal(margin))


def test_no_rule_leaves_no_trace_in_the_model():
    assert not DwellRule().is_on
    assert "dwell" not in RfmModel().as_dict()
    # That of a model from before there was a rule.
    assert RfmModel().fingerprint == "36094469e4128e57"


def test_the_rule_is_part_of_the_fingerprint():
    rules = [DwellRule(), DwellRule(2), DwellRule(3), DwellRule(2, Decimal("0.05")), DwellRule(margin=Decimal("0.05"))]
    assert len({RfmModel(dwell=rule).fingerprint for rule in rules}) == len(rules)
    same = RfmModel(dwell=DwellRule(margin=Decimal("0.050")))
    assert same.fingerprint == RfmModel(dwell=rules[-1]).fingerprint


@pytest.mark.parametrize("rule", [DwellRule(2), DwellRule(4, Decimal("0.05")), DwellRule(margin=Decimal("0.1"))])
def test_a_model_keeps_its_rule(rule):
    model = RfmModel(dwell=rule)
    assert RfmModel.from_json(model.to_json()) == model


@pytest.mark.parametrize("snapshots", [2.5, "3", 3.0])
def test_what_is_no_whole_number_of_snapshots_is_refused(snapshots):
    with pytest.raises(SettingsError, match="holds nobody back"):
        DwellRule(snapshots)


@pytest.mark.parametrize("margin", ["0.05", Decimal("NaN"), Decimal("1E-99"), True])
def test_what_is_no_exact_share_is_refused(margin):
    with pytest.raises(SettingsError, match="makes no sense"):
        DwellRule(margin=margin)


def test_a_margin_may_be_a_float():
    margin: Any = 0.05
    assert DwellRule(margin=margin) == DwellRule(margin=Decimal("0.05"))
