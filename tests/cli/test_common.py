"""What commands share: which settings file counts is told where two could be meant."""

from __future__ import annotations

import pytest

from tests.jobs.shop import write_shop

NOTE = "note: quintile.toml in the current folder is not read for this project: "


@pytest.fixture
def quintile(quintile, tmp_path):
    """``quintile("run", ...)`` in a folder with orders and settings; returns the exit code and the errors."""
    write_shop(tmp_path)
    (tmp_path / "quintile.toml").write_text("[model]\nscale = 3\n", encoding="utf-8")

    def run(*arguments):
        code, _, told = quintile(*arguments)
        return code, told

    return run


def test_settings_of_the_current_folder_that_a_project_does_not_read_are_told(quintile, tmp_path):
    code, told = quintile("run", "orders.csv", "--project", "shop", "--as-of", "2025-07-01")
    assert (code, told) == (0, f"{NOTE}put it there as shop/quintile.toml, or use flags\n")
    (tmp_path / "shop" / "quintile.toml").write_text("", encoding="utf-8")
    code, told = quintile("check", "orders.csv", "--project", "shop", "--as-of", "2025-07-01")
    assert (code, told) == (0, f"{NOTE}the settings are those of shop/quintile.toml\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "orders.csv", "--project", ".", "--as-of", "2025-07-01"],
        ["run", "orders.csv", "--out", "results", "--as-of", "2025-07-01"],
        ["run", "orders.csv", "--project", "shop", "--as-of", "2025-07-01", "--quiet"],
    ],
)
def test_where_nothing_else_could_be_meant_nothing_is_told(quintile, arguments):
    assert quintile(*arguments) == (0, "")
