"""A metric that is named with a method which learns its cut points takes no cut points beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.config.methods import with_changes
from quintile.config.read import read_settings
from quintile.domain.rfm_model import Method
from quintile.errors import SettingsError

CUTS = tuple(map(Decimal, (2, 3, 5, 7)))


@pytest.mark.parametrize("method", ["kmeans", "quantile", "ntile", "r-rfm", "nested", "spss-nested"])
def test_a_named_metric_takes_no_cut_points_beside_a_method_that_learns_them(method):
    with pytest.raises(SettingsError) as raised:
        read_settings(None, {"model": {"method": f"f={method}", "f_cuts": ["2", "3", "5", "7"]}})
    assert str(raised.value) == (
        f"error[method]: F cannot be scored by {method}, which learns its cut points, and at given ones (2, 3, 5, 7)\n"
        f"  Fix: leave out --f-cuts (f_cuts in a file) to score by {method},"
        f" or f={method} in the method to score at the cut points"
    )


@pytest.mark.parametrize("flags", [{}, {"model": {"r_cuts": ["1", "2", "3", "4"]}}, {"model": {"method": "r=kmeans"}}])
def test_the_settings_file_is_named_where_a_part_stands_in_it(tmp_path, flags):
    path = tmp_path / "quintile.toml"
    path.write_text('[model]\nmethod = "r=ntile"\nr_cuts = [14, 45, 90, 150]\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="R cannot be scored by") as raised:
        read_settings(path, flags)
    assert raised.value.place.file == str(path)


def test_no_file_is_named_where_both_parts_are_flags(tmp_path):
    path = tmp_path / "quintile.toml"
    path.write_text('[model]\nscale = 5\nm_cuts = [1, 2, 3, 4]\nmethod = "kmeans"\n', encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_settings(path, {"model": {"method": "m=kmeans", "m_cuts": ["2", "3", "5", "7"]}})
    assert raised.value.place.file is None


@pytest.mark.parametrize(
    ("method", "f"),
    [
        ("kmeans", Method("threshold", CUTS)),  # one metric by its cut points, the others by the method
        ("r=kmeans", Method("threshold", CUTS)),
        ("f=threshold", Method("threshold", CUTS)),
        ("kmeans,f=percentile", Method("percentile", CUTS)),
    ],
)
def test_cut_points_beside_the_method_of_others_or_one_that_takes_them_are_allowed(method, f):
    settings = read_settings(None, {"model": {"method": method, "f_cuts": ["2", "3", "5", "7"]}})
    assert settings.model.model().f == f


def test_what_is_no_method_is_left_to_be_named_as_such():
    settings = read_settings(None, {"model": {"method": "f=kmean", "f_cuts": ["2", "3", "5", "7"]}})
    with pytest.raises(SettingsError, match="'f=kmean' is no scoring method"):
        settings.model.model()


@pytest.mark.parametrize(
    ("model", "changes", "f"),
    [
        ({"method": "r=ntile,f=quantile"}, {"f_cuts": CUTS}, Method("threshold", CUTS)),
        ({"method": "f=percentile"}, {"f_cuts": CUTS}, Method("percentile", CUTS)),
        ({"method": "f=threshold", "f_cuts": CUTS}, {"method": "f=kmeans"}, Method("kmeans")),
        ({"method": "quantile", "f_cuts": CUTS}, {"method": "kmeans"}, Method("threshold", CUTS)),
    ],
)
def test_of_a_model_that_is_changed_a_metrics_new_method_drops_its_old_cut_points_and_the_reverse(model, changes, f):
    settings = read_settings(None, {"model": with_changes(model, changes)})
    assert settings.model.model().f == f


def test_changes_that_contradict_each_other_are_refused():
    with pytest.raises(SettingsError, match="F cannot be scored by kmeans"):
        read_settings(None, {"model": with_changes({"method": "quantile"}, {"method": "f=kmeans", "f_cuts": CUTS})})
