from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from quintile.config.read import read_settings
from quintile.domain.kpi import KPIS, TargetSettings
from quintile.errors import SettingsError

KPI = {kpi.key: kpi for kpi in KPIS}
REPEAT, CHURN = KPI["repeat_purchase_rate"], KPI["churn_30"]


def written(tmp_path, text):
    file = tmp_path / "quintile.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file, {}).targets


def test_champions_should_repeat_unless_told_otherwise(tmp_path):
    usual = TargetSettings()
    assert usual.of(REPEAT, "Champions") == Decimal("0.8")
    assert [usual.of(kpi, "Loyal") for kpi in KPIS] == [None] * len(KPIS)
    assert written(tmp_path, "[targets]\nrepeat_purchase_rate = { Loyal = 0.5 }\n").of(REPEAT, "Champions") is None


def test_a_number_is_for_every_segment_and_a_star_for_those_that_no_name_takes(tmp_path):
    found = written(tmp_path, '[targets]\nchurn_30 = 0.7\nrepeat_purchase_rate = { "*" = 0.3, Champions = 0.9 }\n')
    assert [found.of(CHURN, name) for name in ("Lost", "Champions")] == [Decimal("0.7")] * 2
    assert [found.of(REPEAT, name) for name in ("Lost", "Champions")] == [Decimal("0.3"), Decimal("0.9")]
    assert found.named() == {"Champions"}


def test_a_target_that_is_just_reached_is_met():
    assert REPEAT.meets(Fraction(4, 5), Decimal("0.8"))
    assert not REPEAT.meets(Fraction(4, 5) - Fraction(1, 10**9), Decimal("0.8"))
    assert CHURN.meets(Fraction(7, 10), Decimal("0.7"))
    assert not CHURN.meets(Fraction(7, 10) + Fraction(1, 10**9), Decimal("0.7"))


def test_a_share_in_percent_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="is no share"):
        written(tmp_path, "[targets]\nchurn_90 = 80\n").check()
    written(tmp_path, "[targets]\naverage_order_value = 80\nlist_growth = 1.5\n").check()


def test_an_unknown_kpi_names_the_near_one(tmp_path):
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, "[targets]\nrepeat_rate = 0.8\n")
    assert "did you mean" in caught.value.fix


def test_a_wrong_value_names_no_flag_since_there_is_none(tmp_path):
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, "[alerts]\nleast_customers = 'few'\n")
    assert "--" not in caught.value.fix


def test_every_kpi_can_have_a_target():
    assert {kpi.key for kpi in KPIS} == set(TargetSettings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("list_growth = 50", "5 percent more customers are list_growth = 0.05"),
        ("list_growth = { Loyal = -1.01 }", "write a number from -1 to 10"),
        ("orders = -3", "write 0 or more: orders"),
        ("average_order_value = -5", "write 0 or more: average_order_value"),
        ("churn_30 = -0.1", "write a number from 0 to 1: churn_30"),
    ],
)
def test_what_no_figure_can_be_is_no_target(tmp_path, line, said):
    with pytest.raises(SettingsError) as caught:
        written(tmp_path, f"[targets]\n{line}\n").check()
    assert said in caught.value.fix


def test_the_ends_of_what_a_figure_can_be_are_targets(tmp_path):
    for growth in (-1, 10):
        written(tmp_path, f"[targets]\nlist_growth = {growth}\norders = 0\naverage_order_value = 0\n").check()


def test_fewer_than_no_customers_cannot_move(tmp_path):
    written(tmp_path, "[alerts]\nleast_customers = 0\n")
    with pytest.raises(SettingsError, match="least_customers is -1"):
        written(tmp_path, "[alerts]\nleast_customers = -1\n")
