from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.rfm_model import Method
from quintile.domain.scale import Scale
from quintile.domain.settings import ModelSettings
from quintile.domain.window import WindowLength
from quintile.errors import SettingsError

CUTS = (Decimal(14), Decimal(45))


def methods_of(**chosen):
    model = ModelSettings(**chosen).model()
    return [model.r, model.f, model.m]


def test_the_defaults_are_a_year_five_quantiles_and_rfm_9():
    model = ModelSettings().model()
    assert (model.window, model.scale, model.scheme) == (WindowLength(months=12), Scale(5), "rfm-9")
    assert [model.r, model.f, model.m] == [Method("quantile")] * 3
    assert (model.cuts, model.fitted) == (None, None)


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("kmeans", ["kmeans", "kmeans", "kmeans"]),
        ("r=kmeans", ["kmeans", "quantile", "quantile"]),
        (" r=kmeans , m=r-rfm ", ["kmeans", "quantile", "r-rfm"]),
        ("ntile,f=quantile", ["ntile", "quantile", "ntile"]),
    ],
)
def test_one_method_serves_all_metrics_or_each_has_its_own(method, names):
    assert [chosen.name for chosen in methods_of(method=method)] == names


@pytest.mark.parametrize("method", ["f=quantile,ntile", "r=ntile,r=nested", "kmeans,ntile", "r=ntile,r=ntile"])
def test_no_method_is_passed_over_in_silence_for_a_later_one(method):
    with pytest.raises(SettingsError, match="contradicts the method before it") as caught:
        methods_of(method=method)
    assert caught.value.fix.endswith("quantile,r=threshold,m=kmeans")


@pytest.mark.parametrize("method", ["quantile", "threshold", "kmeans", "ntile"])
def test_own_cut_points_make_a_threshold(method):
    assert methods_of(method=f"r={method}", r_cuts=CUTS)[0] == Method("threshold", CUTS)


def test_numbers_of_a_percentile_are_percent_ranks():
    assert methods_of(method="f=percentile", f_cuts=CUTS)[1] == Method("percentile", CUTS)


@pytest.mark.parametrize(
    ("metric", "method", "example"),
    [
        ("r", "threshold", "14,45,90,150"),
        ("f", "threshold", "2,3,5,7"),
        ("m", "threshold", "2,3,5,7"),
        ("m", "percentile", "20,40,60,80"),
    ],
)
def test_a_method_that_needs_numbers_says_which_flag_gives_them(metric, method, example):
    with pytest.raises(SettingsError) as caught:
        ModelSettings(method=f"{metric}={method}").model()
    assert str(caught.value) == (
        f"error[method]: the method {method} for {metric.upper()} needs numbers\n"
        f"  Fix: give them ascending: --{metric}-cuts {example}"
    )


@pytest.mark.parametrize("part", ["quantil", "x=quantile", "=quantile", "r=", "", "R=quantile", "r=f=quantile"])
def test_what_is_no_method_is_refused_with_all_that_are(part):
    with pytest.raises(SettingsError) as caught:
        ModelSettings(method=f"r=kmeans,{part}").model()
    assert str(caught.value) == (
        f"error[method]: '{part}' is no scoring method\n"
        "  Fix: write one of quantile, threshold, percentile, ntile, nested, kmeans, r-rfm,"
        " or one a metric: r=threshold,f=quantile,m=kmeans"
    )


@pytest.mark.parametrize(("scale", "scheme"), [(3, "six-27"), (5, "rfm-9"), (10, "rfm-9"), (4, "none"), (7, "none")])
def test_a_scale_brings_its_scheme_or_none(scale, scheme):
    assert ModelSettings(scale=scale).model().scheme == scheme
    assert ModelSettings(scale=scale, scheme="own.toml").model().scheme == "own.toml"


@pytest.mark.parametrize(("key", "value", "code"), [("window", "12 months ago", "window"), ("scale", 11, "scale")])
def test_a_window_or_a_scale_that_makes_no_sense_is_refused(key, value, code):
    with pytest.raises(SettingsError) as caught:
        ModelSettings(**{key: value}).model()
    assert caught.value.code == code
