"""Named sources: a name of the settings stands for its database."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintile.domain.database import DatabaseSettings, DatabaseSource
from quintile.domain.settings import Settings
from quintile.errors import DataError, SettingsError
from quintile.jobs.workplace.named import named_sources

SHOP = DatabaseSettings(kind="sqlite", path="shop.db", table="orders")
TWO = Settings(sources={"shop": SHOP, "till": SHOP})


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_name_becomes_its_database_and_a_file_stays_a_file():
    frame, file = object(), Path("orders.csv")
    assert named_sources(["shop", file, frame], TWO) == [DatabaseSource("shop", SHOP), file, frame]
    assert named_sources([Path("till")], TWO) == [DatabaseSource("till", SHOP)]


def test_without_a_source_all_of_them_are_meant():
    assert named_sources([], TWO) == [DatabaseSource("shop", SHOP), DatabaseSource("till", SHOP)]
    assert named_sources([], Settings()) == []


def test_a_name_that_is_also_a_file_is_asked_for():
    Path("shop").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="both a file and a source"):
        named_sources([Path("shop")], TWO)
    whole = Path("shop").resolve()
    assert named_sources([whole], TWO) == [whole]


def test_a_name_given_twice_is_refused():
    with pytest.raises(SettingsError, match="given twice"):
        named_sources(["shop", Path("shop")], TWO)


def test_a_near_miss_is_named():
    with pytest.raises(DataError) as error:
        named_sources([Path("shp")], TWO)
    assert error.value.fix.startswith("did you mean 'shop'?")


def test_a_missing_file_is_left_to_reading():
    assert named_sources([Path("orders-of-may.csv")], TWO) == [Path("orders-of-may.csv")]
