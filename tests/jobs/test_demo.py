from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.jobs.check import check
from quintile.jobs.demo import AS_OF, make_sample_shop, sample_wish


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "new" / "shop"


@pytest.fixture(scope="module")
def shop(folder):
    return make_sample_shop(folder, customers=60, seed=7)


def test_the_written_settings_are_those_of_the_main_job(shop, folder):
    written = read_settings(folder / "quintile.toml", {})
    wish = sample_wish(shop)
    assert written.ledger == wish.settings.ledger
    assert written.model.model() == wish.settings.model.model()
    assert (wish.sources, wish.as_of) == ([shop.orders], AS_OF)


def test_the_same_arguments_give_the_same_bytes(shop, tmp_path):
    again = make_sample_shop(tmp_path, customers=60, seed=7)
    assert [again.orders.read_bytes(), again.rates.read_bytes()] == [shop.orders.read_bytes(), shop.rates.read_bytes()]
    other = make_sample_shop(tmp_path / "other", customers=60, seed=8)
    assert other.orders.read_bytes() != shop.orders.read_bytes()


def test_the_sample_shop_can_be_read(shop):
    found = check(sample_wish(shop))
    assert (found["error"], found["currency"]) == (None, "EUR")
    assert found["rows_kept"] > 0
